package io.millrace.log.crash;

import io.millrace.log.FileSlice;
import io.millrace.log.PartitionLog;
import io.millrace.log.Payload;
import io.millrace.log.ReadOutcome;
import io.millrace.sim.InvariantViolation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Everything that a log serves, read through its public door from the log start to the written end.
 *
 * <p>Thread: any (immutable); reading on the owner.
 */
record LogContent(long start, long end, List<LogBatch> batches) {
    private static final int MAX_BYTES = 700;

    static LogContent of(PartitionLog log) throws IOException {
        return of(log, MAX_BYTES);
    }

    static LogContent of(PartitionLog log, int maxBytesPerRead) throws IOException {
        long start = log.logStartOffset();
        long end = log.writtenEnd();
        List<LogBatch> batches = new ArrayList<>();
        long offset = start;
        while (offset < end) {
            List<LogBatch> part = read(log, offset, end, maxBytesPerRead);
            if (part.isEmpty()) {
                throw new InvariantViolation(
                        "ContiguousOffsets",
                        log.id() + " serves nothing at " + offset + " of " + start + ".." + end,
                        "");
            }
            batches.addAll(part);
            offset = part.get(part.size() - 1).nextOffset();
        }
        return new LogContent(start, end, batches);
    }

    /** One read; every batch that comes back has a right checksum. */
    static List<LogBatch> read(PartitionLog log, long offset, long limit, int maxBytes) throws IOException {
        List<LogBatch> batches = batches(log.read(offset, limit, maxBytes, true));
        if (batches == null) {
            throw new InvariantViolation(
                    "NeverAWrongRecord", log.id() + " serves damaged bytes at " + offset, "limit " + limit);
        }
        return batches;
    }

    /** Null when the bytes are damaged and their checksum says so. */
    static List<LogBatch> batches(ReadOutcome outcome) throws IOException {
        if (outcome instanceof ReadOutcome.FromMemory memory) {
            List<LogBatch> all = new ArrayList<>();
            boolean damaged = false;
            for (Payload payload : memory.batches()) {
                List<LogBatch> part = LogBatch.split(payload.bytes());
                payload.release();
                damaged |= part == null;
                if (part != null) {
                    all.addAll(part);
                }
            }
            return damaged ? null : all;
        }
        if (outcome instanceof ReadOutcome.FromDisk disk) {
            FileSlice slice = disk.read().load();
            try {
                ByteBuffer dst = ByteBuffer.allocate(slice.sizeBytes());
                slice.readInto(dst);
                return LogBatch.split(dst.flip());
            } finally {
                slice.release();
            }
        }
        return List.of();
    }
}
