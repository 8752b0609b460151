package io.millrace.verticles.handler;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.membership.controller.ControllerError;
import io.millrace.membership.controller.ControllerException;
import io.millrace.protocol.Api;
import io.millrace.protocol.Errors;
import io.millrace.protocol.KafkaIds;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableReplicaAssignment;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsResponseData.DeletableTopicResult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Topics come, grow and go. */
class TopicAdministrationTest {
    private final FakeNode node = new FakeNode();

    private static CreateTopicsRequestData creating(CreatableTopic... topics) {
        CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(5_000);
        for (CreatableTopic topic : topics) {
            request.topics().add(topic);
        }
        return request;
    }

    private static CreatableTopic topic(String name, int partitions, int replicationFactor) {
        return new CreatableTopic().setName(name).setNumPartitions(partitions).setReplicationFactor((short)
                replicationFactor);
    }

    private CreateTopicsResponseData create(int version, CreateTopicsRequestData request) {
        return Asked.of(new CreateTopicsHandler(node), Api.CREATE_TOPICS, version, request);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 5, 6, 7})
    void everyVersionCreatesAndTellsWhatItCan(int version) {
        CreatableTopic assigned = topic("assigned", -1, -1);
        assigned.assignments()
                .add(new CreatableReplicaAssignment().setPartitionIndex(0).setBrokerIds(List.of(1)));
        assigned.configs()
                .add(new CreatableTopicConfig().setName("retention.ms").setValue("9"));

        CreateTopicsResponseData response = create(version, creating(topic("plain", 3, 1), assigned, topic("", 1, 1)));

        assertThat(response.topics().find("plain").errorCode()).isZero();
        assertThat(node.image().topic("plain").partitionCount()).isEqualTo(3);
        assertThat(response.topics().find("").errorCode()).isEqualTo(Errors.INVALID_TOPIC_EXCEPTION.code());
        CreatableTopicResult told = response.topics().find("assigned");
        assertThat(told.errorCode()).isZero();
        if (version >= 5) {
            assertThat(told.numPartitions()).isEqualTo(1);
            assertThat(told.replicationFactor()).isEqualTo((short) 1);
            assertThat(told.configs()).hasSize(37);
            assertThat(told.configs()).anySatisfy(config -> {
                assertThat(config.name()).isEqualTo("retention.ms");
                assertThat(config.value()).isEqualTo("9");
                assertThat(config.configSource()).isEqualTo((byte) 1);
            });
        }
        if (version >= 7) {
            assertThat(told.topicId())
                    .isEqualTo(KafkaIds.toKafka(node.image().topic("assigned").id()));
        }
    }

    @Test
    void defaultsAreTakenFromTheBroker() {
        CreateTopicsResponseData response = create(7, creating(topic("t", -1, -1)));

        assertThat(response.topics().find("t").numPartitions()).isEqualTo(1);
        assertThat(response.topics().find("t").replicationFactor()).isEqualTo((short) 1);
    }

    @Test
    void validatingCreatesNothing() {
        CreateTopicsResponseData response = create(7, creating(topic("t", 2, 1)).setValidateOnly(true));

        assertThat(response.topics().find("t").errorCode()).isZero();
        assertThat(response.topics().find("t").numPartitions()).isEqualTo(2);
        assertThat(node.image().topic("t")).isNull();
    }

    @Test
    void moreReplicasThanBrokersAreRefusedWithTheReason() {
        CreatableTopicResult told =
                create(7, creating(topic("t", 1, 2))).topics().find("t");

        assertThat(told.errorCode()).isEqualTo(Errors.INVALID_REPLICATION_FACTOR.code());
        assertThat(told.errorMessage()).isNotBlank();
    }

    @Test
    void aNameAskedForTwiceIsAnsweredOnce() {
        CreateTopicsResponseData response = create(7, creating(topic("t", 1, 1), topic("t", 2, 1)));

        assertThat(response.topics()).hasSize(1);
        assertThat(response.topics().find("t").errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
        assertThat(node.image().topic("t")).isNull();
    }

    @Test
    void whenTheControllerIsElsewhereEveryTopicSaysSo() {
        node.failWith(new ControllerException(ControllerError.NOT_CONTROLLER, "not me"));

        CreateTopicsResponseData response = create(7, creating(topic("a", 1, 1), topic("b", 1, 1)));

        assertThat(response.topics())
                .extracting(CreatableTopicResult::errorCode)
                .containsExactly(Errors.NOT_CONTROLLER.code(), Errors.NOT_CONTROLLER.code());
    }

    @Test
    void aControllerThatDoesNotAnswerIsATimeoutForTheClient() {
        node.fallSilent();

        CreateTopicsResponseData response = create(7, creating(topic("a", 1, 1)).setTimeoutMs(20));

        assertThat(response.topics().find("a").errorCode()).isEqualTo(Errors.REQUEST_TIMED_OUT.code());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 4, 5})
    void topicsAreDeletedByName(int version) {
        node.create("t", 2);

        DeleteTopicsResponseData response = Asked.of(
                new DeleteTopicsHandler(node),
                Api.DELETE_TOPICS,
                version,
                new DeleteTopicsRequestData()
                        .setTopicNames(List.of("t", "absent"))
                        .setTimeoutMs(5_000));

        assertThat(response.responses().find("t").errorCode()).isZero();
        assertThat(response.responses().find("absent").errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
        assertThat(node.image().topic("t")).isNull();
    }

    @Test
    void topicsAreDeletedByIdWithTheNameInTheAnswer() {
        node.create("t", 1);
        Uuid id = KafkaIds.toKafka(node.image().topic("t").id());

        DeleteTopicsResponseData response = Asked.of(
                new DeleteTopicsHandler(node),
                Api.DELETE_TOPICS,
                6,
                new DeleteTopicsRequestData()
                        .setTopics(List.of(
                                new DeleteTopicState().setName(null).setTopicId(id),
                                new DeleteTopicState().setName(null).setTopicId(new Uuid(5, 5))))
                        .setTimeoutMs(5_000));

        DeletableTopicResult deleted = response.responses().find("t");
        assertThat(deleted.errorCode()).isZero();
        assertThat(deleted.topicId()).isEqualTo(id);
        assertThat(response.responses().find((String) null).errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_ID.code());
        assertThat(response.responses().find((String) null).topicId()).isEqualTo(new Uuid(5, 5));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void deletionThatIsSwitchedOffIsNamedOnlyToThoseWhoKnowTheName(int version) {
        FakeNode keeping = new FakeNode(Map.of("delete.topic.enable", "false"));
        keeping.create("t", 1);

        DeleteTopicsResponseData response = Asked.of(
                new DeleteTopicsHandler(keeping),
                Api.DELETE_TOPICS,
                version,
                new DeleteTopicsRequestData().setTopicNames(List.of("t")).setTimeoutMs(5_000));

        Errors expected = version < 3 ? Errors.INVALID_REQUEST : Errors.TOPIC_DELETION_DISABLED;
        assertThat(response.responses().find("t").errorCode()).isEqualTo(expected.code());
        assertThat(keeping.image().topic("t")).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void partitionsAreAddedNeverTakenAway(int version) {
        node.create("grows", 1);
        node.create("shrinks", 3);
        CreatePartitionsRequestData request = new CreatePartitionsRequestData().setTimeoutMs(5_000);
        request.topics()
                .add(new CreatePartitionsTopic().setName("grows").setCount(4).setAssignments(null));
        request.topics()
                .add(new CreatePartitionsTopic().setName("shrinks").setCount(2).setAssignments(null));
        request.topics()
                .add(new CreatePartitionsTopic().setName("absent").setCount(2).setAssignments(null));

        CreatePartitionsResponseData response =
                Asked.of(new CreatePartitionsHandler(node), Api.CREATE_PARTITIONS, version, request);

        assertThat(response.results())
                .extracting(result -> result.name() + " " + Errors.forCode(result.errorCode()))
                .containsExactly("grows NONE", "shrinks INVALID_PARTITIONS", "absent UNKNOWN_TOPIC_OR_PARTITION");
        assertThat(node.image().topic("grows").partitionCount()).isEqualTo(4);
    }
}
