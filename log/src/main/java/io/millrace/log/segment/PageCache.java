package io.millrace.log.segment;

import io.millrace.log.SegmentFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Pulls a range of a file into memory without copying it: the kernel sends it to nowhere. A later sendfile on an event loop
 * then does not wait for the disk. Best effort: without it reads are only slower.
 *
 * <p>Thread: the read pool.
 */
final class PageCache {
    private static final FileChannel NOWHERE = openNowhere();

    private PageCache() {}

    private static FileChannel openNowhere() {
        try {
            return FileChannel.open(Path.of("/dev/null"), StandardOpenOption.WRITE);
        } catch (IOException e) {
            return null;
        }
    }

    static void load(SegmentFile file, long position, long bytes) throws IOException {
        Optional<FileChannel> channel = file.channel();
        if (NOWHERE == null || channel.isEmpty()) return;
        long at = position;
        long end = position + bytes;
        while (at < end) {
            long n = channel.get().transferTo(at, end - at, NOWHERE);
            if (n <= 0) return;
            at += n;
        }
    }
}
