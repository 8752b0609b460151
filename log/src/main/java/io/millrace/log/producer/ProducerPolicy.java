package io.millrace.log.producer;

import io.millrace.log.AppendError;
import io.millrace.log.AppendOrigin;
import io.millrace.log.AppendOutcome;
import io.millrace.log.AppendOutcome.Duplicate;
import io.millrace.log.AppendOutcome.Rejected;
import io.millrace.log.TopicPartitionId;
import io.millrace.log.batch.BatchHeader;
import io.millrace.log.batch.ControlBatch;
import io.millrace.log.batch.Sequences;
import java.nio.ByteBuffer;

/**
 * Whether a known producer's next batch may be appended, as Apache Kafka decides it.
 *
 * <p>An unknown producer may begin with any sequence (KIP-360: its state may have expired), so it does not come here. A new
 * epoch begins with 0; otherwise the next sequence follows the last, 0 following 2^31-1. A batch with the sequences of one
 * of the last five of this epoch is a duplicate and answers its old offsets. One of earlier sequences, of before the leader epoch
 * of the last, is a duplicate, too, as far as it is known that all have come; Kafka refuses it as out of order, and its client,
 * which has been told of later ones, sends it again until it gives up. While a transaction is open its producer writes nothing
 * else.
 *
 * <p>Thread: any (no state).
 */
final class ProducerPolicy {
    private ProducerPolicy() {}

    /** @return null when the batch is new and may be appended */
    static AppendOutcome check(
            TopicPartitionId id,
            ByteBuffer b,
            int at,
            ProducerState state,
            AppendOrigin origin,
            long offset,
            long logStartOffset) {
        boolean mayBeThere = origin == AppendOrigin.CLIENT
                && BatchHeader.producerEpoch(b, at) == state.epoch
                && !Sequences.follows(state.lastSequence(), BatchHeader.baseSequence(b, at));
        if (mayBeThere) {
            int slot = state.find(BatchHeader.baseSequence(b, at), BatchHeader.lastSequence(b, at));
            if (slot >= 0) {
                long last = state.lastOffset(slot);
                return new Duplicate(last - state.offsetDelta(slot), last, state.timestampMs(slot), logStartOffset);
            }
            long bound = state.boundOfEarlier(BatchHeader.baseSequence(b, at), BatchHeader.lastSequence(b, at));
            if (bound >= 0) {
                return Duplicate.ofEarlier(bound, logStartOffset);
            }
        }
        Rejected refused = checkEpoch(id, b, at, state, offset);
        if (refused == null && origin == AppendOrigin.CLIENT) {
            refused = checkSequence(id, b, at, state, offset);
        }
        if (refused == null && state.txnFirstOffset >= 0 && !BatchHeader.isTransactional(b, at)) {
            return refuse(
                    AppendError.INVALID_TXN_STATE,
                    "Expected transactional write from producer " + state.producerId + where(offset, id));
        }
        return refused;
    }

    /** @return null when the marker may be appended */
    static Rejected checkMarker(
            TopicPartitionId id, ByteBuffer b, int at, ProducerState state, ControlBatch marker, long offset) {
        Rejected refused = checkEpoch(id, b, at, state, offset);
        if (refused == null && marker.coordinatorEpoch() < state.coordinatorEpoch) {
            return refuse(
                    AppendError.TRANSACTION_COORDINATOR_FENCED,
                    "Invalid coordinator epoch for producerId " + state.producerId + where(offset, id) + ": "
                            + marker.coordinatorEpoch() + " (zombie), " + state.coordinatorEpoch + " (current)");
        }
        return refused;
    }

    private static Rejected checkEpoch(TopicPartitionId id, ByteBuffer b, int at, ProducerState state, long offset) {
        short epoch = BatchHeader.producerEpoch(b, at);
        if (epoch >= state.epoch) {
            return null;
        }
        return refuse(
                AppendError.INVALID_PRODUCER_EPOCH,
                "Epoch of producer " + state.producerId + where(offset, id) + " is " + epoch
                        + ", which is smaller than the last seen epoch " + state.epoch);
    }

    private static Rejected checkSequence(TopicPartitionId id, ByteBuffer b, int at, ProducerState state, long offset) {
        int first = BatchHeader.baseSequence(b, at);
        short epoch = BatchHeader.producerEpoch(b, at);
        if (epoch != state.epoch) {
            return first == 0
                    ? null
                    : refuse(
                            AppendError.OUT_OF_ORDER_SEQUENCE,
                            "Invalid sequence number for new epoch of producer " + state.producerId
                                    + where(offset, id) + ": " + epoch + " (request epoch), " + first
                                    + " (seq. number), " + state.epoch + " (current producer epoch)");
        }
        // After a marker that raised the epoch there is no batch yet: then the last sequence is -1 and 0 follows it.
        if (Sequences.follows(state.lastSequence(), first)) {
            return null;
        }
        return refuse(
                AppendError.OUT_OF_ORDER_SEQUENCE,
                "Out of order sequence number for producer " + state.producerId + where(offset, id) + ": " + first
                        + " (incoming seq. number), " + state.lastSequence() + " (current end sequence number)");
    }

    private static String where(long offset, TopicPartitionId id) {
        return " at offset " + offset + " in partition " + id;
    }

    private static Rejected refuse(AppendError error, String message) {
        return Rejected.of(error, message);
    }
}
