package io.millrace.sim;

import io.millrace.log.disk.DiskFile;
import io.millrace.log.disk.OpenMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A handle on a simulated file: it dies with the life that opened it and survives renaming and deletion of the name.
 *
 * <p>Thread: any; the disk's monitor is held for every operation.
 */
final class SimDiskFile implements DiskFile {
    private final SimDisk disk;
    private final int life;
    private final Path path;
    private final SimFile file;
    private final boolean writable;
    private volatile boolean closed;

    SimDiskFile(SimDisk disk, int life, Path path, SimFile file, OpenMode mode) {
        this.disk = disk;
        this.life = life;
        this.path = path;
        this.file = file;
        this.writable = mode != OpenMode.READ;
    }

    @Override
    public long size() throws IOException {
        open();
        synchronized (disk) {
            disk.alive(life);
            return file.size();
        }
    }

    @Override
    public int read(ByteBuffer dst, long position) throws IOException {
        open();
        return disk.read(life, path, file, dst, position);
    }

    @Override
    public void writeFully(ByteBuffer[] parts, int from, int count, long position) throws IOException {
        writable();
        int size = 0;
        for (int i = from; i < from + count; i++) {
            size = Math.addExact(size, parts[i].remaining());
        }
        ByteBuffer all = ByteBuffer.allocate(size);
        for (int i = from; i < from + count; i++) {
            all.put(parts[i]);
        }
        disk.write(life, path, file, all.array(), position);
    }

    @Override
    public void writeFully(ByteBuffer part, long position) throws IOException {
        writeFully(new ByteBuffer[] {part}, 0, 1, position);
    }

    @Override
    public void truncate(long size) throws IOException {
        writable();
        disk.truncate(life, path, file, size);
    }

    @Override
    public void sync() throws IOException {
        open();
        disk.sync(life, path, file);
    }

    @Override
    public Optional<FileChannel> channel() {
        return Optional.empty();
    }

    @Override
    public void close() {
        closed = true;
    }

    private void open() throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
    }

    private void writable() throws IOException {
        open();
        if (!writable) {
            throw new NonWritableChannelException();
        }
    }
}
