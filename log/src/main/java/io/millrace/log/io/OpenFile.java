package io.millrace.log.io;

import io.millrace.log.SegmentFile;
import io.millrace.log.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One open segment file and the count of those who use it; the last one closes it.
 * Thread: as {@link SegmentFile}; writes on the writer.
 */
final class OpenFile implements SegmentFile {
    private static final Logger LOG = LoggerFactory.getLogger(OpenFile.class);

    private final Path path;
    final DiskFile file;
    private final AtomicInteger users = new AtomicInteger(1);

    OpenFile(Path path, DiskFile file) {
        this.path = path;
        this.file = file;
    }

    /** False when a reader was interrupted, which closes a channel under everybody's feet. */
    boolean isUsable() {
        Optional<FileChannel> channel = file.channel();
        return channel.isEmpty() || channel.get().isOpen();
    }

    @Override
    public Optional<FileChannel> channel() {
        return file.channel();
    }

    @Override
    public int read(ByteBuffer dst, long position) throws IOException {
        return file.read(dst, position);
    }

    @Override
    public OpenFile retain() {
        if (!tryRetain()) throw new IllegalStateException(path + " is closed");
        return this;
    }

    /** Retains it unless its last user has gone. */
    boolean tryRetain() {
        int before;
        do {
            before = users.get();
            if (before <= 0) return false;
        } while (!users.compareAndSet(before, before + 1));
        return true;
    }

    @Override
    public void release() {
        int left = users.decrementAndGet();
        if (left < 0) throw new IllegalStateException(path + " released too often");
        if (left > 0) return;
        try {
            file.close();
        } catch (IOException e) {
            // Everything that counts was synced or reported before; a failed close loses nothing.
            LOG.warn("Closing {} failed: {}", path, e.toString());
        }
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
