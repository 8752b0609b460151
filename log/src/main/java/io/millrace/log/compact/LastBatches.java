package io.millrace.log.compact;

import io.millrace.log.batch.BatchHeader;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * Where the last batch of each active producer is: it stays, if only as a header, because a log that is read anew learns
 * the producer's sequence and epoch from it. Of those only that are committed: what follows may be cut. Thread: any (not
 * changed once made).
 *
 * @param byProducer producer id to what is known of it
 */
public record LastBatches(Map<Long, Last> byProducer) {
    public static final LastBatches NONE = new LastBatches(Map.of());

    /** As a {@code lastOffset}: which batch is the last committed one is not known any more, so all of them stay. */
    public static final long ANY = -2;

    /** @param lastOffset of its last committed batch with data, -1 when only markers are known, or {@link #ANY} */
    public record Last(short epoch, long lastOffset) {}

    boolean holds(ByteBuffer b, int at) {
        if (!BatchHeader.hasProducerId(b, at)) return false;
        Last last = byProducer.get(BatchHeader.producerId(b, at));
        if (last == null) return false;
        if (last.lastOffset == ANY) return true;
        return last.lastOffset >= 0
                ? BatchHeader.lastOffset(b, at) == last.lastOffset
                : BatchHeader.isControl(b, at) && BatchHeader.producerEpoch(b, at) == last.epoch;
    }
}
