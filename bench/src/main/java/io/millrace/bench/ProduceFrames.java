package io.millrace.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceDataCollection;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/**
 * Produce requests made ahead: one batch for one partition each, of records that do not compress.
 *
 * <p>Thread: any.
 */
final class ProduceFrames {
    static final int VERSION = 9;

    private ProduceFrames() {}

    /** One request; {@code records} records of {@code recordBytes} each. */
    static byte[] one(String topic, int partition, int acks, int records, int recordBytes) {
        Random random = new Random(7);
        SimpleRecord[] all = new SimpleRecord[records];
        long now = System.currentTimeMillis();
        for (int i = 0; i < records; i++) {
            byte[] value = new byte[recordBytes];
            random.nextBytes(value);
            all[i] = new SimpleRecord(now, value);
        }
        TopicProduceDataCollection topics = new TopicProduceDataCollection();
        topics.add(new TopicProduceData()
                .setName(topic)
                .setPartitionData(List.of(new PartitionProduceData()
                        .setIndex(partition)
                        .setRecords(MemoryRecords.withRecords(Compression.NONE, all)))));
        return Wire.frame(
                new ProduceRequestData()
                        .setAcks((short) acks)
                        .setTimeoutMs(30_000)
                        .setTopicData(topics),
                VERSION);
    }

    /** The error of an answer to {@link #one}. */
    static int errorIn(ByteBuffer frame) throws IOException {
        ProduceResponseData answer = (ProduceResponseData) Wire.parse((short) 0, VERSION, frame);
        return answer.responses().iterator().next().partitionResponses().get(0).errorCode();
    }
}
