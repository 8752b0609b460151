package io.millrace.log.producer;

import io.millrace.log.AppendOrigin;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.storage.internals.log.BatchMetadata;
import org.apache.kafka.storage.internals.log.CompletedTxn;
import org.apache.kafka.storage.internals.log.LogOffsetMetadata;
import org.apache.kafka.storage.internals.log.ProducerAppendInfo;
import org.apache.kafka.storage.internals.log.ProducerStateEntry;
import org.apache.kafka.storage.internals.log.ProducerStateManager;
import org.apache.kafka.storage.internals.log.ProducerStateManagerConfig;

/**
 * Apache Kafka 4.4's own producer state, driven as its log drives it: the oracle.
 *
 * <p>Thread: one.
 */
final class KafkaProducers {
    /** The transaction version of brokers before transactions V2: markers carry the epoch of the transaction. */
    private static final short TV1 = 1;

    private final ProducerStateManager state;

    KafkaProducers(File directory) throws IOException {
        this.state = new ProducerStateManager(
                new TopicPartition("t", 0),
                directory,
                60_000,
                new ProducerStateManagerConfig(86_400_000, false),
                Time.SYSTEM);
    }

    /** Kafka's answer: an error's name, {@code DUPLICATE first-last}, or NONE with what was aborted. */
    String append(ByteBuffer placed, AppendOrigin origin) {
        RecordBatch batch = MemoryRecords.readableRecords(placed.duplicate())
                .batches()
                .iterator()
                .next();
        var kafkaOrigin = org.apache.kafka.storage.internals.log.AppendOrigin.valueOf(origin.name());
        try {
            if (origin == AppendOrigin.CLIENT) {
                Optional<BatchMetadata> duplicate = duplicateOf(batch);
                if (duplicate.isPresent()) {
                    return "DUPLICATE " + duplicate.get().firstOffset() + "-"
                            + duplicate.get().lastOffset();
                }
            }
            ProducerAppendInfo info = state.prepareUpdate(batch.producerId(), kafkaOrigin);
            Optional<CompletedTxn> completed =
                    info.append(batch, Optional.of(new LogOffsetMetadata(batch.baseOffset())), TV1);
            state.update(info);
            String aborted = "";
            if (completed.isPresent()) {
                long stable = state.lastStableOffset(completed.get());
                state.completeTxn(completed.get());
                aborted = completed.get().isAborted()
                        ? " aborted " + completed.get().firstOffset() + "-"
                                + completed.get().lastOffset() + " stable " + stable
                        : "";
            }
            state.updateMapEndOffset(batch.nextOffset());
            return "NONE" + aborted;
        } catch (ApiException refused) {
            return Errors.forException(refused).name();
        }
    }

    /** What Kafka's {@code findDuplicateBatch} does, which cannot be called from outside its package. */
    private Optional<BatchMetadata> duplicateOf(RecordBatch batch) {
        return state.lastEntry(batch.producerId())
                .filter(entry -> entry.producerEpoch() == batch.producerEpoch())
                .flatMap(entry -> entry.batchMetadata().stream()
                        .filter(known ->
                                known.firstSeq() == batch.baseSequence() && known.lastSeq() == batch.lastSequence())
                        .findFirst());
    }

    long lastStableOffset(long highWatermark) {
        state.onHighWatermarkUpdated(highWatermark);
        return Math.min(
                highWatermark,
                state.firstUnstableOffset().map(first -> first.messageOffset).orElse(highWatermark));
    }

    String describe() {
        StringBuilder text = new StringBuilder();
        state.activeProducers().keySet().stream().sorted().forEach(id -> {
            ProducerStateEntry entry = state.activeProducers().get(id);
            text.append(id)
                    .append(" epoch ")
                    .append(entry.producerEpoch())
                    .append(" last ")
                    .append(entry.batchMetadata().stream().reduce(-1, (last, next) -> next.lastSeq(), (a, b) -> b))
                    .append(" coordinator ")
                    .append(entry.coordinatorEpoch())
                    .append(" transaction ")
                    .append(entry.currentTxnFirstOffset().orElse(-1))
                    .append(" at ")
                    .append(entry.lastTimestamp())
                    .append('\n');
        });
        return text.toString();
    }
}
