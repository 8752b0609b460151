package io.millrace.verticles.shard;

import io.millrace.log.batch.BatchHeader;
import io.millrace.log.producer.ProducersView;
import io.millrace.protocol.Errors;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/**
 * Idempotent producers that were refused because their partition was not led here, or too few were in sync, and whose refused
 * batch has not come again.
 *
 * <p>A stock client has five requests under way. When the first of them comes a moment before this node knows that it leads, and
 * another one a moment after, a log that does not know the producer takes that one's sequence for its first (KIP-360). The client,
 * told of a later sequence, then takes every refusal of the earlier ones for a gap before them, and sends them again until its
 * {@code delivery.timeout.ms}. So whom the log does not know goes on being refused until it begins where it was refused.
 *
 * <p>Bounded: whoever does not come again is forgotten after {@link #REMEMBERED_MS}, and the oldest when there are too many.
 *
 * <p>Thread: the shard's loop.
 */
final class RefusedProducers {
    /** By far longer than a request of the same connection can be behind the one before. */
    static final long REMEMBERED_MS = 5_000;

    static final int MOST = 10_000;

    private record Key(UUID topicId, int partition, long producerId) {}

    private record Refused(short epoch, int sequence, Errors error, long untilMs) {}

    /** The oldest first. */
    private final Map<Key, Refused> refused = new LinkedHashMap<>();

    /** Whether nobody is remembered: what every append asks. */
    boolean isEmpty() {
        return refused.isEmpty();
    }

    /** This append was refused. */
    void add(PartitionAppend append, Errors error, long nowMs) {
        Key key = keyOf(append);
        if (key == null) {
            return;
        }
        ByteBuffer b = append.records().nioBuffer();
        refused.remove(key);
        forget(nowMs, MOST - 1);
        refused.put(
                key,
                new Refused(
                        BatchHeader.producerEpoch(b, 0), BatchHeader.baseSequence(b, 0), error, nowMs + REMEMBERED_MS));
    }

    /**
     * Why this append has to be refused: one that comes before it was. {@link Errors#NONE} when it need not be, is the one that was
     * refused, or the log knows its producer and sees for itself what is missing.
     */
    Errors refusal(PartitionAppend append, ProducersView known, long nowMs) {
        forget(nowMs, MOST);
        Key key = keyOf(append);
        Refused before = key == null ? null : refused.get(key);
        if (before == null) {
            return Errors.NONE;
        }
        ByteBuffer b = append.records().nioBuffer();
        if (!known.knows(key.producerId)
                && BatchHeader.producerEpoch(b, 0) == before.epoch
                && isLater(BatchHeader.baseSequence(b, 0), before.sequence)) {
            return before.error;
        }
        refused.remove(key);
        return Errors.NONE;
    }

    /** 0 follows 2^31-1. */
    private static boolean isLater(int sequence, int before) {
        int ahead = sequence - before & Integer.MAX_VALUE;
        return ahead != 0 && ahead <= Integer.MAX_VALUE / 2;
    }

    private void forget(long nowMs, int most) {
        for (Iterator<Refused> oldest = refused.values().iterator(); oldest.hasNext(); ) {
            if (oldest.next().untilMs > nowMs && refused.size() <= most) {
                return;
            }
            oldest.remove();
        }
    }

    /** Null for whoever is not idempotent, or sends no batch. */
    private static Key keyOf(PartitionAppend append) {
        ByteBuf records = append.records();
        if (records == null || records.readableBytes() < BatchHeader.SIZE_BYTES) {
            return null;
        }
        long producerId = BatchHeader.producerId(records.nioBuffer(), 0);
        return producerId < 0 ? null : new Key(append.topicId(), append.partition(), producerId);
    }
}
