package io.millrace.log.compact;

import io.millrace.log.batch.BatchHeader;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * Where the last batch of each active producer is: it stays, if only as a header, because a log that is read anew learns
 * the producer's sequence and epoch from it. Thread: any (not changed once made).
 *
 * @param byProducer producer id to what is known of it
 */
public record LastBatches(Map<Long, Last> byProducer) {
    public static final LastBatches NONE = new LastBatches(Map.of());

    /** @param lastOffset of its last batch with data, -1 when only markers are known */
    public record Last(short epoch, long lastOffset) {}

    boolean holds(ByteBuffer b, int at) {
        if (!BatchHeader.hasProducerId(b, at)) return false;
        Last last = byProducer.get(BatchHeader.producerId(b, at));
        if (last == null) return false;
        return last.lastOffset >= 0
                ? BatchHeader.lastOffset(b, at) == last.lastOffset
                : BatchHeader.isControl(b, at) && BatchHeader.producerEpoch(b, at) == last.epoch;
    }
}
