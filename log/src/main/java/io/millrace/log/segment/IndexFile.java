package io.millrace.log.segment;

import io.millrace.log.batch.Crc;
import io.millrace.log.disk.Disk;
import io.millrace.log.disk.DiskFile;
import io.millrace.log.disk.OpenMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * The bytes of a segment's {@code .index} file, big-endian. It serves lookups by offset and by time, is written when the
 * segment is sealed or its log closed, and is never trusted: whatever is wrong with it, the headers of the segment tell
 * the same.
 *
 * <pre>
 *   magic               int32  "MRIX"
 *   version             int16  1
 *   base offset         int64
 *   covered bytes       int32  of the .log file
 *   end offset          int64  of what is covered
 *   max timestamp       int64  -1 for none
 *   max timestamp's batch int64 base offset of the first batch that has it
 *   interval            int32  bytes between entries
 *   entries             int32
 *     relative offset   int32
 *     position          int32
 *     max timestamp before int64  of all batches of the segment before this one
 *   crc                 int32  CRC32C of all of the above
 * </pre>
 *
 * A crash while it is written leaves a file whose checksum or size is wrong. Thread: any (no state).
 */
final class IndexFile {
    private static final int MAGIC = 0x4d524958;
    private static final short VERSION = 1;
    private static final int FIXED_BYTES = 4 + 2 + 8 + 4 + 8 + 8 + 8 + 4 + 4;
    private static final int ENTRY_BYTES = 4 + 4 + 8;

    private IndexFile() {}

    static ByteBuffer encode(long baseOffset, LoadedIndex loaded) {
        SparseIndex index = loaded.index();
        ByteBuffer out = ByteBuffer.allocate(FIXED_BYTES + index.count() * ENTRY_BYTES + 4);
        out.putInt(MAGIC).putShort(VERSION).putLong(baseOffset);
        out.putInt(loaded.coveredBytes()).putLong(loaded.endOffset());
        out.putLong(loaded.maxTimestamp()).putLong(loaded.maxTimestampBatch());
        out.putInt(index.intervalBytes()).putInt(index.count());
        for (int i = 0; i < index.count(); i++) {
            out.putInt((int) (index.offset(i) - baseOffset));
            out.putInt(index.position(i));
            out.putLong(index.maxTimestampBefore(i));
        }
        out.putInt(Crc.of(out, 0, out.position()));
        return out.flip();
    }

    /** Null when it is missing, damaged, of another version or of another segment. */
    static LoadedIndex read(Disk disk, Path path, long baseOffset, int segmentBytes) throws IOException {
        if (!disk.exists(path)) return null;
        long size = disk.size(path);
        if (size < FIXED_BYTES + 4 || size > FIXED_BYTES + 4 + (long) SparseIndex.MAX_ENTRIES * ENTRY_BYTES)
            return null;
        ByteBuffer in = ByteBuffer.allocate((int) size);
        try (DiskFile file = disk.open(path, OpenMode.READ)) {
            while (in.hasRemaining()) {
                if (file.read(in, in.position()) <= 0) return null;
            }
        }
        in.flip();
        return decode(in, baseOffset, segmentBytes);
    }

    private static LoadedIndex decode(ByteBuffer in, long baseOffset, int segmentBytes) {
        int size = in.remaining();
        if (in.getInt(size - 4) != Crc.of(in, 0, size - 4)) return null;
        if (in.getInt() != MAGIC || in.getShort() != VERSION || in.getLong() != baseOffset) return null;
        int covered = in.getInt();
        long end = in.getLong();
        long maxTimestamp = in.getLong();
        long maxBatch = in.getLong();
        int interval = in.getInt();
        int count = in.getInt();
        if (covered < 0 || covered > segmentBytes || count < 1 || size != FIXED_BYTES + count * ENTRY_BYTES + 4) {
            return null;
        }
        int[] offsets = new int[count];
        int[] positions = new int[count];
        long[] timestamps = new long[count];
        for (int i = 0; i < count; i++) {
            offsets[i] = in.getInt();
            positions[i] = in.getInt();
            timestamps[i] = in.getLong();
        }
        if (positions[0] != 0) return null;
        return new LoadedIndex(
                SparseIndex.of(baseOffset, interval, offsets, positions, timestamps),
                covered,
                end,
                maxTimestamp,
                maxBatch);
    }
}
