package io.millrace.membership.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.membership.image.MetadataImage;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Creating, growing and deleting topics; errors and texts as a Kafka 4.4 broker gives them. */
class TopicsTest {
    private final TestCluster cluster = TestCluster.of(1);

    @Test
    void minusOneTakesTheBrokersDefaults() {
        TestCluster cluster = TestCluster.of(2, Map.of("num.partitions", "4", "default.replication.factor", "2"));

        CreateTopics.Result result = cluster.create("t", -1, -1);

        assertThat(result.error()).isEqualTo(ControllerError.NONE);
        assertThat(result.partitions()).isEqualTo(4);
        assertThat(result.replicationFactor()).isEqualTo((short) 2);
        assertThat(result.configs()).hasSize(37);
        assertThat(cluster.image.topic("t").id()).isEqualTo(result.topicId());
        assertThat(cluster.image.topic("t").partitionCount()).isEqualTo(4);
    }

    @Test
    void aNewPartitionIsLedByItsFirstReplicaWithAllInSync() {
        TestCluster cluster = TestCluster.of(3);
        cluster.create("t", 3, 3);

        cluster.image.topic("t").partitions().forEach(partition -> {
            assertThat(partition.leader()).isEqualTo(partition.replicas()[0]);
            assertThat(partition.isr()).containsExactly(partition.replicas());
            assertThat(partition.leaderEpoch()).isZero();
            assertThat(partition.partitionEpoch()).isZero();
        });
    }

    @Test
    void configsOfTheTopicAreKeptAndAnswered() {
        CreateTopics.Result result = cluster.create("t", 1, 1, Map.of("retention.ms", "5"));

        assertThat(cluster.configs.topicValue(cluster.image, "t", "retention.ms"))
                .isEqualTo("5");
        assertThat(result.configs())
                .filteredOn(entry -> entry.name().equals("retention.ms"))
                .singleElement()
                .satisfies(entry -> assertThat(entry.value()).isEqualTo("5"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "\"\"|1|1|INVALID_TOPIC_EXCEPTION|Topic name is invalid: the empty string is not allowed",
                ".|1|1|INVALID_TOPIC_EXCEPTION|Topic name is invalid: '.' is not allowed",
                "..|1|1|INVALID_TOPIC_EXCEPTION|Topic name is invalid: '..' is not allowed",
                "a b|1|1|INVALID_TOPIC_EXCEPTION|Topic name is invalid: 'a b' contains one or more characters other than"
                        + " ASCII alphanumerics, '.', '_' and '-'",
                "__cluster_metadata|1|1|INVALID_REQUEST|Creation of internal topic __cluster_metadata is prohibited.",
                "p|0|1|INVALID_PARTITIONS|Number of partitions was set to an invalid non-positive value.",
                "p|-2|1|INVALID_PARTITIONS|Number of partitions was set to an invalid non-positive value.",
                "p|1|0|INVALID_REPLICATION_FACTOR|Replication factor must be larger than 0, or -1 to use the default value.",
                "p|1|-2|INVALID_REPLICATION_FACTOR|Replication factor must be larger than 0, or -1 to use the default value.",
                "p|1|2|INVALID_REPLICATION_FACTOR|Unable to replicate the partition 2 time(s): The target replication factor of"
                        + " 2 cannot be reached because only 1 broker(s) are registered.",
                "p|200000|1|POLICY_VIOLATION|Excessively large number of partitions per request.",
            })
    void aTopicThatCannotBeIsRefused(
            String name, int partitions, int replicationFactor, ControllerError error, String message) {
        CreateTopics.Result result = cluster.create(name, partitions, replicationFactor);

        assertThat(result.error()).isEqualTo(error);
        assertThat(result.message()).isEqualTo(message);
        assertThat(cluster.image.topicCount()).isZero();
    }

    @Test
    void aNameOf249CharactersIsTheLongest() {
        assertThat(cluster.create("x".repeat(249), 1, 1).error()).isEqualTo(ControllerError.NONE);
        assertThat(cluster.create("x".repeat(250), 1, 1).message())
                .isEqualTo("Topic name is invalid: the length of '" + "x".repeat(250)
                        + "' is longer than the max allowed length 249");
    }

    @Test
    void namesThatDifferOnlyInDotsAndUnderscoresCollide() {
        cluster.create("a.b", 1, 1);

        CreateTopics.Result result = cluster.create("a_b", 1, 1);

        assertThat(result.error()).isEqualTo(ControllerError.INVALID_TOPIC_EXCEPTION);
        assertThat(result.message()).isEqualTo("Topic 'a_b' collides with existing topic: a.b");
        assertThat(cluster.create("a-b", 1, 1).error()).isEqualTo(ControllerError.NONE);
    }

    @Test
    void namesCollideWithinOneRequestToo() {
        CreateTopics.Outcome outcome = cluster.submit(new CreateTopics(
                List.of(
                        CreateTopics.NewTopic.of("a.b", 1, 1, Map.of()),
                        CreateTopics.NewTopic.of("a_b", 1, 1, Map.of())),
                false));

        assertThat(outcome.topics())
                .extracting(CreateTopics.Result::error)
                .containsExactly(ControllerError.NONE, ControllerError.INVALID_TOPIC_EXCEPTION);
    }

    @Test
    void aDeletedNameCollidesNoMore() {
        cluster.create("a.b", 1, 1);
        cluster.submit(new DeleteTopics(List.of(DeleteTopics.Target.named("a.b"))));

        assertThat(cluster.create("a_b", 1, 1).error()).isEqualTo(ControllerError.NONE);
    }

    @Test
    void newTopicsGoWhereThereIsLeast() {
        TestCluster cluster = TestCluster.of(3);
        cluster.assign("busy", Map.of(), 1, 2);

        cluster.create("t", 1, 1);

        assertThat(cluster.partition("t").replicas()).containsExactly(3);
    }

    @Test
    void whatExistsIsNotCreatedAgain() {
        cluster.create("t", 1, 1);

        CreateTopics.Result result = cluster.create("t", 1, 1);

        assertThat(result.error()).isEqualTo(ControllerError.TOPIC_ALREADY_EXISTS);
        assertThat(result.message()).isEqualTo("Topic 't' already exists.");
    }

    @Test
    void anUnknownConfigIsRefused() {
        CreateTopics.Result result = cluster.create("t", 1, 1, Map.of("prefix", "1"));

        assertThat(result.error()).isEqualTo(ControllerError.INVALID_CONFIG);
        assertThat(result.message()).isEqualTo("Unknown topic config name: prefix");
    }

    @Test
    void validationAloneChangesNothing() {
        MetadataImage before = cluster.image;

        CreateTopics.Outcome outcome =
                cluster.submit(new CreateTopics(List.of(CreateTopics.NewTopic.of("t", 2, 1, Map.of())), true));

        assertThat(outcome.topics().get(0).error()).isEqualTo(ControllerError.NONE);
        assertThat(outcome.topics().get(0).partitions()).isEqualTo(2);
        assertThat(cluster.image).isEqualTo(before);
        assertThat(cluster.create("t", 2, 1).error()).isEqualTo(ControllerError.NONE);
    }

    @Test
    void aNameAskedForTwiceIsRefusedOnceAndTheOthersAreCreated() {
        CreateTopics.NewTopic twice = CreateTopics.NewTopic.of("t", 1, 1, Map.of());
        CreateTopics.NewTopic other = CreateTopics.NewTopic.of("u", 1, 1, Map.of());

        CreateTopics.Outcome outcome = cluster.submit(new CreateTopics(List.of(twice, other, twice), false));

        assertThat(outcome.topics()).extracting(CreateTopics.Result::name).containsExactly("t", "u");
        assertThat(outcome.topics())
                .extracting(CreateTopics.Result::error)
                .containsExactly(ControllerError.INVALID_REQUEST, ControllerError.NONE);
        assertThat(cluster.image.topic("t")).isNull();
    }

    @Test
    void assignmentsAreCheckedAsKafkaChecksThem() {
        TestCluster cluster = TestCluster.of(2);

        assertAssignment(cluster, null, a(0, 1, 2), a(1, 2, 1));
        assertAssignment(
                cluster,
                "The manual partition assignment includes broker 7, but no such broker is registered.",
                a(0, 7));
        assertAssignment(cluster, "The manual partition assignment includes the broker 1 more than once.", a(0, 1, 1));
        assertAssignment(cluster, "The manual partition assignment includes an empty replica list.", a(0));
        assertAssignment(cluster, "partitions should be a consecutive 0-based integer sequence", a(0, 1), a(2, 1));
        assertAssignment(cluster, "partitions should be a consecutive 0-based integer sequence", a(-1, 1));
        assertAssignment(
                cluster,
                "The manual partition assignment includes a partition with 2 replica(s), but this is not consistent"
                        + " with previous partitions, which have 1 replica(s).",
                a(0, 1),
                a(1, 1, 2));
        assertAssignment(cluster, "Found multiple manual partition assignments for partition 0", a(0, 1), a(0, 2));
    }

    @Test
    void anAssignmentToFencedBrokersOnlyIsRefused() {
        TestCluster cluster = TestCluster.of(2);
        cluster.lose(2);

        assertAssignment(
                cluster,
                "All brokers specified in the manual partition assignment for partition 0 are fenced or in controlled"
                        + " shutdown.",
                a(0, 2));
    }

    /** As in Kafka: who makes a topic while a broker is down gets it, and the broker joins when it is back. */
    @Test
    void aBrokerThatIsDownFollowsWhereTheOthersAreTooFew() {
        TestCluster cluster = TestCluster.of(3);
        cluster.lose(1);

        assertThat(cluster.create("t", 6, 3).error()).isEqualTo(ControllerError.NONE);

        cluster.image.topic("t").partitions().forEach(partition -> {
            assertThat(partition.replicas()).containsExactlyInAnyOrder(1, 2, 3).endsWith(1);
            assertThat(partition.isr()).containsExactlyInAnyOrder(2, 3);
            assertThat(partition.leader()).isEqualTo(partition.replicas()[0]);
        });
    }

    @Test
    void aBrokerThatIsDownGetsNothingWhereTheOthersAreEnough() {
        TestCluster cluster = TestCluster.of(3);
        cluster.lose(1);

        cluster.create("t", 6, 2);

        cluster.image.topic("t").partitions().forEach(partition -> assertThat(partition.replicas())
                .containsExactlyInAnyOrder(2, 3));
    }

    /** Applications that begin while nodes are restarted one after the other. */
    @Test
    void aBrokerThatWasStoppedOnPurposeFollowsWhenItIsGone() {
        TestCluster cluster = TestCluster.of(3);
        cluster.assign("kept", Map.of(), 1, 2);
        cluster.heartbeat(1, false, true);

        assertThat(cluster.create("early", 1, 3).error())
                .as("while it hands over")
                .isEqualTo(ControllerError.INVALID_REPLICATION_FACTOR);
        cluster.lose(1);

        assertThat(cluster.create("t", 6, 3).error()).isEqualTo(ControllerError.NONE);
        cluster.image.topic("t").partitions().forEach(partition -> {
            assertThat(partition.replicas()).containsExactlyInAnyOrder(1, 2, 3).endsWith(1);
            assertThat(partition.isr()).containsExactlyInAnyOrder(2, 3);
        });
    }

    @Test
    void anAssignmentLeavesNumbersToItself() {
        CreateTopics.NewTopic topic = new CreateTopics.NewTopic("t", 1, (short) -1, List.of(a(0, 1)), List.of());

        CreateTopics.Result result =
                cluster.submit(new CreateTopics(List.of(topic), false)).topics().get(0);

        assertThat(result.error()).isEqualTo(ControllerError.INVALID_REQUEST);
        assertThat(result.message())
                .isEqualTo("A manual partition assignment was specified, but numPartitions was not set to -1.");
    }

    @Test
    void topicsAreDeletedByNameAndById() {
        UUID id = cluster.create("t", 1, 1).topicId();
        cluster.create("u", 1, 1);

        DeleteTopics.Outcome outcome = cluster.submit(
                new DeleteTopics(List.of(DeleteTopics.Target.withId(id), DeleteTopics.Target.named("u"))));

        assertThat(outcome.topics())
                .allSatisfy(result -> assertThat(result.error()).isEqualTo(ControllerError.NONE));
        assertThat(outcome.topics()).extracting(DeleteTopics.Result::name).containsExactly("t", "u");
        assertThat(cluster.image.topicCount()).isZero();
    }

    @Test
    void whatIsUnknownIsNotDeleted() {
        UUID id = new UUID(5, 5);

        DeleteTopics.Outcome outcome = cluster.submit(
                new DeleteTopics(List.of(DeleteTopics.Target.named("nope"), DeleteTopics.Target.withId(id))));

        assertThat(outcome.topics())
                .extracting(DeleteTopics.Result::error)
                .containsExactly(ControllerError.UNKNOWN_TOPIC_OR_PARTITION, ControllerError.UNKNOWN_TOPIC_ID);
    }

    @Test
    void deletionOfTheSameTopicTwiceInOneRequestIsRefused() {
        UUID id = cluster.create("t", 1, 1).topicId();

        DeleteTopics.Outcome outcome = cluster.submit(
                new DeleteTopics(List.of(DeleteTopics.Target.named("t"), DeleteTopics.Target.withId(id))));

        assertThat(outcome.topics())
                .allSatisfy(result -> assertThat(result.error()).isEqualTo(ControllerError.INVALID_REQUEST));
        assertThat(cluster.image.topic("t")).isNotNull();
    }

    @Test
    void deletionCanBeForbidden() {
        TestCluster cluster = TestCluster.of(1, Map.of("delete.topic.enable", "false"));
        cluster.create("t", 1, 1);

        DeleteTopics.Outcome outcome = cluster.submit(new DeleteTopics(List.of(DeleteTopics.Target.named("t"))));

        assertThat(outcome.topics().get(0).error()).isEqualTo(ControllerError.TOPIC_DELETION_DISABLED);
    }

    @Test
    void aTopicMadeAnewHasAnotherId() {
        UUID first = cluster.create("t", 1, 1).topicId();
        cluster.submit(new DeleteTopics(List.of(DeleteTopics.Target.named("t"))));

        assertThat(cluster.create("t", 1, 1).topicId()).isNotEqualTo(first);
    }

    @Test
    void aTopicGrows() {
        TestCluster cluster = TestCluster.of(2);
        cluster.create("t", 1, 2);

        assertThat(grow(cluster, "t", 3, null).error()).isEqualTo(ControllerError.NONE);

        assertThat(cluster.image.topic("t").partitionCount()).isEqualTo(3);
        assertThat(cluster.image.topic("t").partition(2).replicas()).hasSize(2);
    }

    @Test
    void aTopicDoesNotShrinkOrStayAndGetsAsManyAssignmentsAsPartitions() {
        cluster.create("t", 2, 1);

        assertGrowth(
                "t",
                1,
                null,
                ControllerError.INVALID_PARTITIONS,
                "The topic t currently has 2 partition(s); 1 would not be an increase.");
        assertGrowth("t", 2, null, ControllerError.INVALID_PARTITIONS, "Topic already has 2 partition(s).");
        assertGrowth(
                "nope",
                2,
                null,
                ControllerError.UNKNOWN_TOPIC_OR_PARTITION,
                "This server does not host this topic-partition.");
        assertGrowth(
                "t",
                4,
                List.of(List.of(1)),
                ControllerError.INVALID_REPLICA_ASSIGNMENT,
                "Attempted to add 2 additional partition(s), but only 1 assignment(s) were specified.");
        assertGrowth(
                "t",
                3,
                List.of(List.of(5)),
                ControllerError.INVALID_REPLICA_ASSIGNMENT,
                "The manual partition assignment includes broker 5, but no such broker is registered.");
        assertGrowth(
                "t",
                200_000,
                null,
                ControllerError.POLICY_VIOLATION,
                "Excessively large number of additional partitions per request.");
    }

    @Test
    void aTopicThatCannotGrowAsAskedDoesNotGrowByAPart() {
        TestCluster cluster = TestCluster.of(2);
        cluster.create("t", 1, 1);
        cluster.lose(2);

        CreatePartitions.Result result = grow(cluster, "t", 3, List.of(List.of(1), List.of(2)));

        assertThat(result.error()).isEqualTo(ControllerError.INVALID_REPLICA_ASSIGNMENT);
        assertThat(cluster.image.topic("t").partitionCount()).isEqualTo(1);
    }

    @Test
    void growthCanBeTriedOut() {
        cluster.create("t", 1, 1);

        CreatePartitions.Outcome outcome =
                cluster.submit(new CreatePartitions(List.of(new CreatePartitions.Growth("t", 3, null)), true));

        assertThat(outcome.topics().get(0).error()).isEqualTo(ControllerError.NONE);
        assertThat(cluster.image.topic("t").partitionCount()).isEqualTo(1);
    }

    private void assertGrowth(
            String topic, int total, List<List<Integer>> assignments, ControllerError error, String message) {
        CreatePartitions.Result result = grow(cluster, topic, total, assignments);
        assertThat(result.error()).isEqualTo(error);
        assertThat(result.message()).isEqualTo(message);
    }

    private static CreatePartitions.Result grow(
            TestCluster cluster, String topic, int total, List<List<Integer>> assignments) {
        return cluster.submit(
                        new CreatePartitions(List.of(new CreatePartitions.Growth(topic, total, assignments)), false))
                .topics()
                .get(0);
    }

    private static void assertAssignment(TestCluster cluster, String message, CreateTopics.Assignment... assignments) {
        CreateTopics.NewTopic topic = new CreateTopics.NewTopic("t", -1, (short) -1, List.of(assignments), List.of());
        CreateTopics.Result result =
                cluster.submit(new CreateTopics(List.of(topic), true)).topics().get(0);
        assertThat(result.message()).isEqualTo(message);
        assertThat(result.error())
                .isEqualTo(message == null ? ControllerError.NONE : ControllerError.INVALID_REPLICA_ASSIGNMENT);
    }

    private static CreateTopics.Assignment a(int partition, Integer... brokers) {
        return new CreateTopics.Assignment(partition, Arrays.asList(brokers));
    }
}
