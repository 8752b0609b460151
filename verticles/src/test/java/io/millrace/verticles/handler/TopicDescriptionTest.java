package io.millrace.verticles.handler;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.Api;
import io.millrace.protocol.Errors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.Cursor;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData.ListPartitionReassignmentsTopics;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Topics, partitions and brokers as clients see them. */
class TopicDescriptionTest {
    private final FakeNode node = new FakeNode();

    @BeforeEach
    void threeTopics() {
        node.create("a", 2);
        node.create("b", 3);
        node.create("c", 1);
    }

    private DescribeTopicPartitionsResponseData describe(DescribeTopicPartitionsRequestData request) {
        return Asked.of(new DescribeTopicPartitionsHandler(node), Api.DESCRIBE_TOPIC_PARTITIONS, 0, request);
    }

    private static DescribeTopicPartitionsRequestData asking(int limit, Cursor cursor, String... topics) {
        return new DescribeTopicPartitionsRequestData()
                .setTopics(java.util.Arrays.stream(topics)
                        .map(name -> new TopicRequest().setName(name))
                        .toList())
                .setResponsePartitionLimit(limit)
                .setCursor(cursor);
    }

    /** What is told, as "topic/partition", errors by their names. */
    private static List<String> told(DescribeTopicPartitionsResponseData response) {
        List<String> told = new ArrayList<>();
        response.topics().forEach(topic -> {
            if (topic.errorCode() != 0) {
                told.add(topic.name() + " " + Errors.forCode(topic.errorCode()));
            }
            topic.partitions().forEach(partition -> told.add(topic.name() + "/" + partition.partitionIndex()));
        });
        if (response.nextCursor() != null) {
            told.add("then " + response.nextCursor().topicName() + "/"
                    + response.nextCursor().partitionIndex());
        }
        return told;
    }

    @Test
    void noTopicsMeansAllInTheOrderOfTheirNames() {
        assertThat(told(describe(asking(2000, null)))).containsExactly("a/0", "a/1", "b/0", "b/1", "b/2", "c/0");
    }

    @Test
    void theCursorLeadsThroughEverythingOnce() {
        assertThat(told(describe(asking(3, null)))).containsExactly("a/0", "a/1", "b/0", "then b/1");
        Cursor middle = new Cursor().setTopicName("b").setPartitionIndex(1);
        assertThat(told(describe(asking(2, middle)))).containsExactly("b/1", "b/2", "then c/0");
        Cursor end = new Cursor().setTopicName("c").setPartitionIndex(0);
        assertThat(told(describe(asking(2, end)))).containsExactly("c/0");
    }

    @Test
    void aCursorAtATopicThatIsGoneGoesOnBehindIt() {
        Cursor gone = new Cursor().setTopicName("aa").setPartitionIndex(7);
        assertThat(told(describe(asking(2000, gone)))).containsExactly("b/0", "b/1", "b/2", "c/0");
    }

    @Test
    void aLimitOfNothingStillMovesOn() {
        assertThat(told(describe(asking(0, null)))).containsExactly("a/0", "then a/1");
    }

    @Test
    void theBrokersOwnLimitHolds() {
        FakeNode small = new FakeNode(Map.of("max.request.partition.size.limit", "1"));
        small.create("t", 5);
        DescribeTopicPartitionsResponseData response = Asked.of(
                new DescribeTopicPartitionsHandler(small), Api.DESCRIBE_TOPIC_PARTITIONS, 0, asking(2000, null));
        assertThat(told(response)).containsExactly("t/0", "then t/1");
    }

    @Test
    void topicsThatAreNotThereAreNamedOnlyWhenTheyWereAskedFor() {
        assertThat(told(describe(asking(2000, null, "c", "b b", "absent"))))
                .containsExactly("absent UNKNOWN_TOPIC_OR_PARTITION", "b b INVALID_TOPIC_EXCEPTION", "c/0");
    }

    @Test
    void cursorsThatMakeNoSenseAreAnInvalidRequest() {
        Cursor elsewhere = new Cursor().setTopicName("b").setPartitionIndex(0);
        assertThat(told(describe(asking(2000, elsewhere, "c")))).containsExactly("c INVALID_REQUEST");
        Cursor negative = new Cursor().setTopicName("c").setPartitionIndex(-1);
        assertThat(told(describe(asking(2000, negative, "c")))).containsExactly("c INVALID_REQUEST");
    }

    @Test
    void aPartitionHasItsLeaderReplicasAndEligibleLeaders() {
        var partition = describe(asking(2000, null, "c"))
                .topics()
                .find("c")
                .partitions()
                .get(0);

        assertThat(partition.leaderId()).isEqualTo(1);
        assertThat(partition.replicaNodes()).containsExactly(1);
        assertThat(partition.isrNodes()).containsExactly(1);
        assertThat(partition.eligibleLeaderReplicas()).isEmpty();
        assertThat(partition.offlineReplicas()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13})
    void everyVersionOfMetadataCanBeEncoded(int version) {
        MetadataRequestData request =
                new MetadataRequestData().setTopics(List.of(new MetadataRequestTopic().setName("b")));

        MetadataResponseData response = Asked.of(new MetadataHandler(node), Api.METADATA, version, request);

        assertThat(response.topics().find("b").partitions()).hasSize(3);
        assertThat(response.brokers().find(1).host()).isEqualTo("host-1");
    }

    @Test
    void emptyAndNullTopicListsMeanWhatTheVersionSays() {
        MetadataHandler handler = new MetadataHandler(node);
        MetadataRequestData none = new MetadataRequestData().setTopics(List.of());
        MetadataResponseData all0 = Asked.of(handler, Api.METADATA, 0, none);
        MetadataResponseData none1 = Asked.of(handler, Api.METADATA, 1, none);
        MetadataResponseData all1 = Asked.of(handler, Api.METADATA, 1, new MetadataRequestData().setTopics(null));

        assertThat(all0.topics()).hasSize(3);
        assertThat(none1.topics()).isEmpty();
        assertThat(all1.topics()).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void fencedBrokersAreShownOnlyToThoseWhoAsk(int version) {
        node.register(2, false);
        DescribeClusterHandler handler = new DescribeClusterHandler(node);

        DescribeClusterResponseData response = Asked.of(
                handler,
                Api.DESCRIBE_CLUSTER,
                version,
                new DescribeClusterRequestData().setIncludeFencedBrokers(version >= 2));

        assertThat(response.clusterId()).isEqualTo(FakeNode.CLUSTER_ID);
        assertThat(response.controllerId()).isEqualTo(1);
        assertThat(response.clusterAuthorizedOperations()).isEqualTo(Integer.MIN_VALUE);
        assertThat(response.brokers()).hasSize(version >= 2 ? 2 : 1);
        if (version >= 2) {
            assertThat(response.brokers().find(2).isFenced()).isTrue();
        }
    }

    @Test
    void aQuestionForControllersIsRefusedHere() {
        DescribeClusterHandler handler = new DescribeClusterHandler(node);
        DescribeClusterResponseData controllers =
                Asked.of(handler, Api.DESCRIBE_CLUSTER, 1, new DescribeClusterRequestData().setEndpointType((byte) 2));
        DescribeClusterResponseData unknown =
                Asked.of(handler, Api.DESCRIBE_CLUSTER, 1, new DescribeClusterRequestData().setEndpointType((byte) 9));

        assertThat(controllers.errorCode()).isEqualTo(Errors.MISMATCHED_ENDPOINT_TYPE.code());
        assertThat(unknown.errorCode()).isEqualTo(Errors.UNSUPPORTED_ENDPOINT_TYPE.code());
    }

    @Test
    void nothingIsBeingReassigned() {
        ListPartitionReassignmentsHandler handler = new ListPartitionReassignmentsHandler(node);
        ListPartitionReassignmentsResponseData all = Asked.of(
                handler,
                Api.LIST_PARTITION_REASSIGNMENTS,
                0,
                new ListPartitionReassignmentsRequestData().setTopics(null));
        ListPartitionReassignmentsResponseData some = Asked.of(
                handler,
                Api.LIST_PARTITION_REASSIGNMENTS,
                0,
                new ListPartitionReassignmentsRequestData()
                        .setTopics(List.of(new ListPartitionReassignmentsTopics()
                                .setName("a")
                                .setPartitionIndexes(List.of(0, 99)))));

        assertThat(all.topics()).isEmpty();
        assertThat(some.topics()).isEmpty();
        assertThat(some.errorCode()).isZero();
    }
}
