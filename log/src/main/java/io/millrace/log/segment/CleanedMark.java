package io.millrace.log.segment;

import io.millrace.log.batch.Crc;
import io.millrace.log.disk.Disk;
import io.millrace.log.disk.DiskFile;
import io.millrace.log.disk.OpenMode;
import io.millrace.log.io.FileRef;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The {@code cleaned} file of a partition's folder: up to where compaction has been. That it is there says that offsets may
 * be missing in the segments, whatever the topic's policy is now; what it says may be too low, never too high, and counts
 * only with the right checksum.
 *
 * <pre>
 *   version=1
 *   first.dirty.offset=1234
 *   crc32c=xxxxxxxx                 of the lines before
 * </pre>
 *
 * Thread: the writer (and recovery, before it).
 */
final class CleanedMark extends FileRef {
    static final String NAME = "cleaned";
    /** Compaction has never been here, or nobody knows how far it came. */
    static final long NONE = -1;

    private static final int MAX_BYTES = 256;
    private static final String CRC = "crc32c=";
    private static final String FIRST_DIRTY = "first.dirty.offset=";

    private final PartitionFolder folder;

    CleanedMark(PartitionFolder folder) {
        this.folder = folder;
    }

    @Override
    public Path path() {
        return folder.path().resolve(NAME);
    }

    static boolean exists(Disk disk, Path folder) {
        return disk.exists(folder.resolve(NAME));
    }

    /** Replaces it; not durable when it returns. */
    static void write(Disk disk, Path folder, long firstDirty) throws IOException {
        String text = "version=1\n" + FIRST_DIRTY + firstDirty + "\n";
        byte[] bytes = (text + CRC + crc(text) + "\n").getBytes(StandardCharsets.US_ASCII);
        Path fresh = folder.resolve(NAME + SegmentNames.TEMPORARY);
        try (DiskFile file = disk.open(fresh, OpenMode.CREATE)) {
            file.truncate(0);
            file.writeFully(ByteBuffer.wrap(bytes), 0);
        }
        disk.rename(fresh, folder.resolve(NAME));
    }

    static void remove(Disk disk, Path folder) throws IOException {
        disk.delete(folder.resolve(NAME));
    }

    /** {@link #NONE} when it is missing or damaged. */
    static long read(Disk disk, Path folder) throws IOException {
        byte[] bytes = SmallFiles.read(disk, folder.resolve(NAME), MAX_BYTES);
        if (bytes == null) return NONE;
        String text = new String(bytes, StandardCharsets.US_ASCII);
        int at = text.indexOf(CRC);
        int from = text.indexOf(FIRST_DIRTY);
        if (at < 0 || from < 0 || from > at || !text.startsWith("version=1\n")) return NONE;
        if (!text.substring(at).equals(CRC + crc(text.substring(0, at)) + "\n")) return NONE;
        try {
            return Long.parseLong(text.substring(from + FIRST_DIRTY.length(), text.indexOf('\n', from)));
        } catch (NumberFormatException e) {
            return NONE;
        }
    }

    private static String crc(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        return String.format("%08x", Crc.of(ByteBuffer.wrap(bytes), 0, bytes.length));
    }
}
