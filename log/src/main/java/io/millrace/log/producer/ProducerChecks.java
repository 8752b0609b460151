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
 * What a known producer may send next: repeated, in order, of the right epoch; in Kafka's words when it may not.
 *
 * <p>Thread: any (no state).
 */
final class ProducerChecks {
    /** The place a refusal speaks of; its text is made only when there is one. */
    private record Where(TopicPartitionId id, long offset) {
        @Override
        public String toString() {
            return " at offset " + offset + " in partition " + id;
        }
    }

    private ProducerChecks() {}

    /** As {@link ProducerStateTable#check}, for a producer that the partition knows. */
    static AppendOutcome check(
            ByteBuffer b,
            int at,
            ProducerState state,
            AppendOrigin origin,
            TopicPartitionId id,
            long offset,
            long logStartOffset) {
        Where where = new Where(id, offset);
        if (BatchHeader.isControl(b, at)) {
            return checkMarker(b, at, state, where);
        }
        if (origin == AppendOrigin.CLIENT && BatchHeader.producerEpoch(b, at) == state.epoch) {
            int slot = state.find(BatchHeader.baseSequence(b, at), BatchHeader.lastSequence(b, at));
            if (slot >= 0) {
                long last = state.lastOffset(slot);
                return new Duplicate(last - state.offsetDelta(slot), last, state.timestampMs(slot), logStartOffset);
            }
        }
        Rejected refused = checkEpoch(b, at, state, where);
        if (refused == null && origin == AppendOrigin.CLIENT) {
            refused = checkSequence(b, at, state, where);
        }
        if (refused == null && state.txnFirstOffset >= 0 && !BatchHeader.isTransactional(b, at)) {
            return refuse(
                    AppendError.INVALID_TXN_STATE,
                    "Expected transactional write from producer " + state.producerId + where);
        }
        return refused;
    }

    private static Rejected checkEpoch(ByteBuffer b, int at, ProducerState state, Where where) {
        short epoch = BatchHeader.producerEpoch(b, at);
        if (epoch >= state.epoch) {
            return null;
        }
        return refuse(
                AppendError.INVALID_PRODUCER_EPOCH,
                "Epoch of producer " + state.producerId + where + " is " + epoch
                        + ", which is smaller than the last seen epoch " + state.epoch);
    }

    private static Rejected checkSequence(ByteBuffer b, int at, ProducerState state, Where where) {
        int first = BatchHeader.baseSequence(b, at);
        short epoch = BatchHeader.producerEpoch(b, at);
        if (epoch != state.epoch) {
            return first == 0
                    ? null
                    : refuse(
                            AppendError.OUT_OF_ORDER_SEQUENCE,
                            "Invalid sequence number for new epoch of producer " + state.producerId + where
                                    + ": " + epoch + " (request epoch), " + first + " (seq. number), " + state.epoch
                                    + " (current producer epoch)");
        }
        // After a marker that raised the epoch there is no batch yet: then the last sequence is -1 and 0 follows it.
        if (Sequences.follows(state.lastSequence(), first)) {
            return null;
        }
        return refuse(
                AppendError.OUT_OF_ORDER_SEQUENCE,
                "Out of order sequence number for producer " + state.producerId + where + ": " + first
                        + " (incoming seq. number), " + state.lastSequence() + " (current end sequence number)");
    }

    private static Rejected checkMarker(ByteBuffer b, int at, ProducerState state, Where where) {
        ControlBatch marker = ControlBatch.read(b, at);
        if (marker == null) {
            return null;
        }
        Rejected refused = checkEpoch(b, at, state, where);
        if (refused == null && marker.coordinatorEpoch() < state.coordinatorEpoch) {
            return refuse(
                    AppendError.TRANSACTION_COORDINATOR_FENCED,
                    "Invalid coordinator epoch for producerId " + state.producerId + where + ": "
                            + marker.coordinatorEpoch() + " (zombie), " + state.coordinatorEpoch + " (current)");
        }
        return refused;
    }

    private static Rejected refuse(AppendError error, String message) {
        return Rejected.of(error, message);
    }
}
