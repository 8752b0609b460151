package io.millrace.verticles.handler;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.Api;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.TopicRequest;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests within all bounds that would still hold an event loop, or fill the heap, if they were answered naively. */
@Timeout(10)
class HostileRequestsTest {
    private final FakeNode node = new FakeNode(Map.of("auto.create.topics.enable", "false"));

    /** Names that all have the same hash: "Aa" and "BB" hash alike. */
    private static List<String> collidingNames(int pairs) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 1 << pairs; i++) {
            StringBuilder name = new StringBuilder();
            for (int bit = 0; bit < pairs; bit++) {
                name.append((i >> bit & 1) == 0 ? "Aa" : "BB");
            }
            names.add(name.toString());
        }
        return names;
    }

    @Test
    void thirtyThousandUnknownTopicIdsInMetadata() {
        List<MetadataRequestTopic> topics = new ArrayList<>();
        for (int i = 1; i <= 30_000; i++) {
            topics.add(new MetadataRequestTopic().setName(null).setTopicId(new Uuid(i, i)));
        }

        assertThat(Asked.frameOf(
                                new MetadataHandler(node),
                                Api.METADATA,
                                12,
                                new MetadataRequestData().setTopics(topics))
                        .readableBytes())
                .isGreaterThan(30_000 * 16);
    }

    @Test
    void namesThatHashAlikeInMetadata() {
        List<MetadataRequestTopic> topics = collidingNames(14).stream()
                .map(name -> new MetadataRequestTopic().setName(name))
                .toList();

        assertThat(Asked.frameOf(
                                new MetadataHandler(node),
                                Api.METADATA,
                                12,
                                new MetadataRequestData().setTopics(topics))
                        .readableBytes())
                .isGreaterThan(topics.size() * 28);
    }

    @Test
    void aLargeTopicNamedThousandsOfTimesIsToldOnce() {
        node.create("large", 5_000);
        List<MetadataRequestTopic> topics = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            topics.add(new MetadataRequestTopic().setName("large"));
        }

        assertThat(Asked.frameOf(
                                new MetadataHandler(node),
                                Api.METADATA,
                                12,
                                new MetadataRequestData().setTopics(topics))
                        .readableBytes())
                .isLessThan(5_000 * 60);
    }

    @Test
    void thousandsOfUnknownNamesToCreate() {
        FakeNode creating = new FakeNode();
        List<MetadataRequestTopic> topics = new ArrayList<>();
        for (int i = 0; i < 40_000; i++) {
            topics.add(new MetadataRequestTopic().setName("t" + i));
        }

        Asked.frameOf(new MetadataHandler(creating), Api.METADATA, 12, new MetadataRequestData().setTopics(topics));

        assertThat(creating.image().topicCount()).isLessThanOrEqualTo(10_000);
    }

    @Test
    void thirtyThousandIdsThatHashAlikeInDeleteTopics() {
        List<DeleteTopicState> topics = new ArrayList<>();
        for (int i = 1; i <= 30_000; i++) {
            topics.add(new DeleteTopicState().setName(null).setTopicId(new Uuid(i, i)));
        }

        assertThat(Asked.frameOf(
                                new DeleteTopicsHandler(node),
                                Api.DELETE_TOPICS,
                                6,
                                new DeleteTopicsRequestData().setTopics(topics).setTimeoutMs(5_000))
                        .readableBytes())
                .isGreaterThan(30_000 * 16);
    }

    @Test
    void namesThatHashAlikeInDescribeTopicPartitions() {
        List<TopicRequest> topics = collidingNames(14).stream()
                .map(name -> new TopicRequest().setName(name))
                .toList();

        assertThat(Asked.frameOf(
                                new DescribeTopicPartitionsHandler(node),
                                Api.DESCRIBE_TOPIC_PARTITIONS,
                                0,
                                new DescribeTopicPartitionsRequestData().setTopics(topics))
                        .readableBytes())
                .isGreaterThan(topics.size() * 28);
    }

    @Test
    void oneResourceAskedForThousandsOfTimesIsDescribedOnce() {
        List<DescribeConfigsResource> resources = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            resources.add(new DescribeConfigsResource()
                    .setResourceType((byte) 4)
                    .setResourceName("1")
                    .setConfigurationKeys(null));
        }

        assertThat(Asked.frameOf(
                                new DescribeConfigsHandler(node),
                                Api.DESCRIBE_CONFIGS,
                                4,
                                new DescribeConfigsRequestData().setResources(resources))
                        .readableBytes())
                .isLessThan(200_000);
    }
}
