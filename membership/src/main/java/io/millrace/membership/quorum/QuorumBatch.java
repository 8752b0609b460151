package io.millrace.membership.quorum;

import java.util.List;

/**
 * Records that stand in the log together or not at all.
 *
 * @param control the quorum's own (the start of an epoch), not shown to those who apply records
 *     <p>Thread: immutable; the bytes must not be changed.
 */
public record QuorumBatch(long baseOffset, int epoch, boolean control, List<byte[]> records) {
    public QuorumBatch {
        records = List.copyOf(records);
        if (records.isEmpty()) {
            throw new IllegalArgumentException("a batch has at least one record");
        }
    }

    public long endOffset() {
        return baseOffset + records.size();
    }

    public int sizeBytes() {
        int size = 0;
        for (byte[] one : records) {
            size += one.length;
        }
        return size;
    }

    @Override
    public String toString() {
        return "[" + baseOffset + ".." + endOffset() + ")@" + epoch + (control ? " control" : "");
    }
}
