package io.millrace.oracle;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceDataCollection;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * The requests that many questions share, in their plainest form; a question sets on the result what it is about.
 *
 * <p>Thread: any.
 */
public final class Requests {
    /** From this version on Produce names topics by id. */
    public static final int PRODUCE_BY_ID = 13;

    public static final int FETCH_BY_ID = 13;

    private Requests() {}

    public static MetadataRequestData metadata(boolean autoCreate, String... topics) {
        List<MetadataRequestTopic> wanted = new ArrayList<>();
        for (String topic : topics) {
            wanted.add(new MetadataRequestTopic().setName(topic));
        }
        return new MetadataRequestData().setTopics(wanted).setAllowAutoTopicCreation(autoCreate);
    }

    public static MetadataRequestData metadataOf(Uuid id) {
        return new MetadataRequestData()
                .setTopics(List.of(new MetadataRequestTopic().setTopicId(id).setName(null)))
                .setAllowAutoTopicCreation(false);
    }

    /** acks=all of one piece of record bytes to one partition; {@code records} may be null, as on the wire. */
    public static ProduceRequestData produce(Topic topic, int partition, byte[] records) {
        TopicProduceDataCollection topics = new TopicProduceDataCollection();
        topics.add(new TopicProduceData()
                .setName(topic.name())
                .setTopicId(topic.id())
                .setPartitionData(new ArrayList<>(List.of(partitionData(partition, records)))));
        return new ProduceRequestData().setAcks((short) -1).setTimeoutMs(10_000).setTopicData(topics);
    }

    public static PartitionProduceData partitionData(int partition, byte[] records) {
        return new PartitionProduceData()
                .setIndex(partition)
                .setRecords(records == null ? null : MemoryRecords.readableRecords(ByteBuffer.wrap(records)));
    }

    /** A fetch without a session that does not wait. */
    public static FetchRequestData fetch(Topic topic, int partition, long offset) {
        return new FetchRequestData()
                .setMaxWaitMs(0)
                .setMinBytes(0)
                .setMaxBytes(50 << 20)
                .setIsolationLevel((byte) 0)
                .setSessionId(0)
                .setSessionEpoch(-1)
                .setTopics(new ArrayList<>(List.of(fetchTopic(topic, fetchPartition(partition, offset)))));
    }

    public static FetchTopic fetchTopic(Topic topic, FetchPartition... partitions) {
        return new FetchTopic()
                .setTopic(topic.name())
                .setTopicId(topic.id())
                .setPartitions(new ArrayList<>(List.of(partitions)));
    }

    public static FetchPartition fetchPartition(int partition, long offset) {
        return new FetchPartition()
                .setPartition(partition)
                .setFetchOffset(offset)
                .setCurrentLeaderEpoch(-1)
                .setLastFetchedEpoch(-1)
                .setPartitionMaxBytes(10 << 20);
    }

    public static ListOffsetsRequestData listOffsets(Topic topic, int partition, long timestamp) {
        return new ListOffsetsRequestData()
                .setReplicaId(-1)
                .setTopics(List.of(new ListOffsetsTopic()
                        .setName(topic.name())
                        .setPartitions(List.of(new ListOffsetsPartition()
                                .setPartitionIndex(partition)
                                .setCurrentLeaderEpoch(-1)
                                .setTimestamp(timestamp)))));
    }

    /** Of the topic's first partition. */
    public static DeleteRecordsRequestData deleteRecords(Topic topic, long before) {
        return new DeleteRecordsRequestData()
                .setTimeoutMs(10_000)
                .setTopics(List.of(new DeleteRecordsTopic()
                        .setName(topic.name())
                        .setPartitions(List.of(new DeleteRecordsPartition()
                                .setPartitionIndex(0)
                                .setOffset(before)))));
    }
}
