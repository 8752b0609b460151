package io.millrace.membership.quorum;

import io.millrace.log.HeapPayload;
import io.millrace.log.batch.BatchBuilder;
import io.millrace.log.batch.BatchHeader;
import io.millrace.log.batch.RecordCursor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Quorum batches as v2 record batches: the value of each record is one opaque record; a key (one byte, the version)
 * marks a batch of the quorum's own.
 *
 * <p>Thread: any; pure.
 */
final class BatchCodec {
    private static final byte[] OWN_KEY = {1};

    private BatchCodec() {}

    static HeapPayload encode(QuorumBatch batch, long nowMs) {
        BatchBuilder builder = new BatchBuilder().baseOffset(batch.baseOffset()).leaderEpoch(batch.epoch());
        for (byte[] one : batch.records()) {
            builder.append(nowMs, batch.control() ? OWN_KEY : null, one);
        }
        return builder.build();
    }

    /** All batches between position and limit. */
    static List<QuorumBatch> decode(ByteBuffer bytes) {
        List<QuorumBatch> batches = new ArrayList<>();
        int at = bytes.position();
        while (at < bytes.limit()) {
            int sizeBytes = BatchHeader.sizeBytes(bytes, at);
            batches.add(decodeOne(bytes, at, sizeBytes));
            at += sizeBytes;
        }
        return batches;
    }

    private static QuorumBatch decodeOne(ByteBuffer bytes, int at, int sizeBytes) {
        List<byte[]> records = new ArrayList<>();
        boolean own = false;
        try (RecordCursor cursor = RecordCursor.read(bytes, at, sizeBytes)) {
            while (cursor.next()) {
                own |= cursor.hasKey();
                ByteBuffer value = cursor.value();
                byte[] one = new byte[value.remaining()];
                value.get(one);
                records.add(one);
            }
        }
        return new QuorumBatch(BatchHeader.baseOffset(bytes, at), BatchHeader.leaderEpoch(bytes, at), own, records);
    }
}
