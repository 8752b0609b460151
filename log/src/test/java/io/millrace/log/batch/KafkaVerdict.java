package io.millrace.log.batch;

import io.millrace.log.LogConfig;
import io.millrace.log.compress.Compression;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.internals.BufferSupplier;
import org.apache.kafka.common.utils.internals.PrimitiveRef;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.LogValidator;
import org.apache.kafka.storage.internals.log.RecordValidationException;

/**
 * What Apache Kafka 4.4 answers to a produced batch: its own checks, called in the order in which its broker calls them.
 *
 * <p>Thread: one.
 */
record KafkaVerdict(Errors error, List<Integer> blamed) {
    private static final LogValidator.MetricsRecorder NO_METRICS = new LogValidator.MetricsRecorder() {
        @Override
        public void recordInvalidMagic() {}

        @Override
        public void recordInvalidOffset() {}

        @Override
        public void recordInvalidSequence() {}

        @Override
        public void recordInvalidChecksums() {}

        @Override
        public void recordNoKeyCompactedTopic() {}
    };

    static KafkaVerdict of(ByteBuffer batch, LogConfig config) {
        try {
            judge(MemoryRecords.readableRecords(batch.duplicate()), config);
            return new KafkaVerdict(Errors.NONE, List.of());
        } catch (RecordValidationException refused) {
            return new KafkaVerdict(
                    Errors.forException(refused.invalidException()),
                    refused.recordErrors().stream()
                            .map(error -> error.batchIndex)
                            .toList());
        } catch (ApiException refused) {
            return new KafkaVerdict(Errors.forException(refused), List.of());
        }
    }

    private static void judge(MemoryRecords records, LogConfig config) {
        ProduceRequest.validateRecords((short) 9, records);
        MutableRecordBatch batch = records.batches().iterator().next();
        // These three stand in a broker's log, which needs a broker; the rest is called.
        if (batch.baseOffset() != 0) {
            throw new InvalidRecordException("base offset");
        }
        if (batch.sizeInBytes() > config.maxMessageBytes()) {
            throw new org.apache.kafka.common.errors.RecordTooLargeException();
        }
        batch.ensureValid();
        Compression target = Compression.of(config.compressionType());
        int targetId = target == null ? batch.compressionType().id : target.id();
        new LogValidator(
                        records,
                        new TopicPartition("t", 0),
                        Time.SYSTEM,
                        batch.compressionType(),
                        org.apache.kafka.common.compress.Compression.of(CompressionType.forId(targetId))
                                .build(),
                        config.compact(),
                        (byte) 2,
                        config.timestampType() == io.millrace.log.TimestampType.CREATE_TIME
                                ? TimestampType.CREATE_TIME
                                : TimestampType.LOG_APPEND_TIME,
                        config.timestampBeforeMaxMs(),
                        config.timestampAfterMaxMs(),
                        0,
                        AppendOrigin.CLIENT,
                        config.maxDecompressedMessageBytes())
                .validateMessagesAndAssignOffsets(PrimitiveRef.ofLong(0), NO_METRICS, BufferSupplier.NO_CACHING);
    }
}
