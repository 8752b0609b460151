package io.millrace.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicCollection;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfigCollection;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;

/**
 * Makes and removes the topic of a run; what is removed leaves the disk within a second.
 *
 * <p>Thread: main.
 */
final class Topics {
    private static final int TOPIC_EXISTS = 36;

    private Topics() {}

    static void create(Peer peer, String name, int partitions) throws IOException {
        try (Wire wire = new Wire(peer.port())) {
            create(wire, name, partitions);
            awaitServed(wire, name, partitions);
        }
    }

    static void create(Wire wire, String name, int partitions) throws IOException {
        create(wire, name, partitions, Map.of());
    }

    /** With settings of the topic's own. */
    static void create(Wire wire, String name, int partitions, Map<String, String> settings) throws IOException {
        CreatableTopicConfigCollection configs = new CreatableTopicConfigCollection();
        settings.forEach((key, value) ->
                configs.add(new CreatableTopicConfig().setName(key).setValue(value)));
        configs.add(new CreatableTopicConfig().setName("file.delete.delay.ms").setValue("500"));
        CreatableTopicCollection topics = new CreatableTopicCollection();
        topics.add(new CreatableTopic()
                .setName(name)
                .setNumPartitions(partitions)
                .setReplicationFactor((short) 1)
                .setConfigs(configs));
        CreateTopicsResponseData answer =
                wire.ask(new CreateTopicsRequestData().setTopics(topics).setTimeoutMs(60_000), 7);
        var result = answer.topics().iterator().next();
        if (result.errorCode() != 0 && result.errorCode() != TOPIC_EXISTS) {
            throw new IOException("topic " + name + ": " + result.errorCode() + " " + result.errorMessage());
        }
    }

    /** Until every partition has a leader that answers. */
    static void awaitServed(Wire wire, String name, int partitions) throws IOException {
        long deadline = System.nanoTime() + 120_000_000_000L;
        while (System.nanoTime() < deadline) {
            MetadataResponseData metadata = wire.ask(
                    new MetadataRequestData()
                            .setTopics(List.of(new MetadataRequestTopic().setName(name)))
                            .setAllowAutoTopicCreation(false),
                    9);
            var topic = metadata.topics().iterator().next();
            if (topic.errorCode() == 0
                    && topic.partitions().size() == partitions
                    && topic.partitions().stream().allMatch(p -> p.errorCode() == 0 && p.leaderId() >= 0)
                    && allAnswer(wire, name, partitions)) {
                return;
            }
        }
        throw new IOException("no leaders for " + name);
    }

    /** Metadata may name the leader a moment before its replica takes requests. */
    private static boolean allAnswer(Wire wire, String name, int partitions) throws IOException {
        List<ListOffsetsPartition> asked = new ArrayList<>();
        for (int partition = 0; partition < partitions; partition++) {
            asked.add(new ListOffsetsPartition()
                    .setPartitionIndex(partition)
                    .setTimestamp(-1)
                    .setCurrentLeaderEpoch(-1));
        }
        ListOffsetsResponseData answer = wire.ask(
                new ListOffsetsRequestData()
                        .setReplicaId(-1)
                        .setTopics(List.of(new ListOffsetsTopic().setName(name).setPartitions(asked))),
                5);
        return answer.topics().get(0).partitions().stream().allMatch(p -> p.errorCode() == 0);
    }

    static void delete(Peer peer, String name) throws IOException {
        try (Wire wire = new Wire(peer.port())) {
            wire.ask(
                    new DeleteTopicsRequestData()
                            .setTopics(List.of(new DeleteTopicState().setName(name)))
                            .setTimeoutMs(60_000),
                    6);
        }
        Pause.ms(2500);
    }
}
