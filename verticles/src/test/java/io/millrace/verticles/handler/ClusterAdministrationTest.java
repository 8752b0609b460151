package io.millrace.verticles.handler;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.membership.QuorumDescription;
import io.millrace.membership.QuorumDescription.Replica;
import io.millrace.membership.controller.ControllerCommand;
import io.millrace.membership.controller.ControllerError;
import io.millrace.membership.controller.ControllerException;
import io.millrace.membership.controller.CreateTopics;
import io.millrace.membership.image.PartitionImage;
import io.millrace.protocol.Api;
import io.millrace.protocol.Errors;
import io.millrace.verticles.config.HostPort;
import io.millrace.verticles.config.NodeConfig;
import io.millrace.verticles.node.ControllerGateway;
import io.vertx.core.Future;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignablePartitionResponse;
import org.apache.kafka.common.message.DescribeQuorumRequestData;
import org.apache.kafka.common.message.DescribeQuorumResponseData;
import org.apache.kafka.common.message.DescribeQuorumResponseData.PartitionData;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersRequestData.TopicPartitions;
import org.apache.kafka.common.message.ElectLeadersRequestData.TopicPartitionsCollection;
import org.apache.kafka.common.message.ElectLeadersResponseData;
import org.apache.kafka.common.message.ElectLeadersResponseData.PartitionResult;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.message.UnregisterBrokerResponseData;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Replicas, leaders, brokers and the quorum as an operator's tools change and see them. */
class ClusterAdministrationTest {
    private final FakeNode node = new FakeNode();

    @BeforeEach
    void threeBrokersAndATopicOnTwo() {
        node.register(2, true);
        node.register(3, true);
        node.register(4, false);
        node.submit(new CreateTopics(
                List.of(new CreateTopics.NewTopic(
                        "t",
                        -1,
                        (short) -1,
                        List.of(
                                new CreateTopics.Assignment(0, List.of(1, 2)),
                                new CreateTopics.Assignment(1, List.of(2, 1))),
                        List.of())),
                false));
    }

    private ReassignablePartitionResponse reassign(int version, boolean mayResize, Integer... brokers) {
        AlterPartitionReassignmentsResponseData response = Asked.of(
                new AlterPartitionReassignmentsHandler(node),
                Api.ALTER_PARTITION_REASSIGNMENTS,
                version,
                new AlterPartitionReassignmentsRequestData()
                        .setAllowReplicationFactorChange(mayResize)
                        .setTopics(List.of(new ReassignableTopic()
                                .setName("t")
                                .setPartitions(List.of(new ReassignablePartition()
                                        .setPartitionIndex(0)
                                        .setReplicas(brokers.length == 0 ? null : Arrays.asList(brokers)))))));
        assertThat(response.errorCode()).isZero();
        return response.responses().get(0).partitions().get(0);
    }

    private ListPartitionReassignmentsResponseData ongoing() {
        return Asked.of(
                new ListPartitionReassignmentsHandler(node),
                Api.LIST_PARTITION_REASSIGNMENTS,
                0,
                new ListPartitionReassignmentsRequestData().setTopics(null));
    }

    @Test
    void aMoveIsBegunListedAndCancelled() {
        assertThat(reassign(0, true, 3, 2).errorCode()).isZero();

        var listed = ongoing().topics().get(0).partitions().get(0);
        assertThat(listed.replicas()).containsExactly(3, 2, 1);
        assertThat(listed.addingReplicas()).containsExactly(3);
        assertThat(listed.removingReplicas()).containsExactly(1);

        assertThat(reassign(0, true).errorCode()).isZero();
        assertThat(ongoing().topics()).isEmpty();
        assertThat(reassign(0, true).errorCode()).isEqualTo(Errors.NO_REASSIGNMENT_IN_PROGRESS.code());
    }

    @Test
    void wrongReplicasAreRefusedForTheirPartition() {
        ReassignablePartitionResponse unknown = reassign(1, true, 9);
        assertThat(unknown.errorCode()).isEqualTo(Errors.INVALID_REPLICA_ASSIGNMENT.code());
        assertThat(unknown.errorMessage())
                .isEqualTo("The manual partition assignment includes broker 9, but no such broker is registered.");
        ReassignablePartitionResponse resized = reassign(1, false, 1, 2, 3);
        assertThat(resized.errorCode()).isEqualTo(Errors.INVALID_REPLICATION_FACTOR.code());
    }

    @Test
    void anAnswerThatNobodyKnowsIsATimeout() {
        node.failWith(ControllerException.unknownOutcome("the controller changed"));
        AlterPartitionReassignmentsResponseData response = Asked.of(
                new AlterPartitionReassignmentsHandler(node),
                Api.ALTER_PARTITION_REASSIGNMENTS,
                1,
                new AlterPartitionReassignmentsRequestData());

        assertThat(response.errorCode()).isEqualTo(Errors.REQUEST_TIMED_OUT.code());
        assertThat(response.errorMessage()).isEqualTo("the controller changed");
    }

    private static ElectLeadersRequestData electing(int type, Integer... partitions) {
        TopicPartitionsCollection topics = new TopicPartitionsCollection();
        topics.add(new TopicPartitions().setTopic("t").setPartitions(Arrays.asList(partitions)));
        return new ElectLeadersRequestData()
                .setElectionType((byte) type)
                .setTopicPartitions(partitions.length == 0 ? null : topics);
    }

    private ElectLeadersResponseData elect(int version, ElectLeadersRequestData request) {
        return Asked.of(new ElectLeadersHandler(node), Api.ELECT_LEADERS, version, request);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void thePreferredReplicaLeadsAgain(int version) {
        reassign(0, true, 2, 1);
        assertThat(partition(0).leader()).isEqualTo(1);

        ElectLeadersResponseData response = elect(version, electing(0, 0, 1, 7));

        assertThat(response.replicaElectionResults().get(0).partitionResult())
                .extracting(PartitionResult::errorCode)
                .containsExactly(
                        Errors.NONE.code(),
                        Errors.ELECTION_NOT_NEEDED.code(),
                        Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
        assertThat(partition(0).leader()).isEqualTo(2);
    }

    @Test
    void allPartitionsAreAskedForByNamingNone() {
        reassign(0, true, 2, 1);

        ElectLeadersResponseData response = elect(2, electing(0));

        assertThat(response.replicaElectionResults()).hasSize(1);
        assertThat(response.replicaElectionResults().get(0).partitionResult()).hasSize(1);
        assertThat(elect(2, electing(0)).replicaElectionResults()).isEmpty();
    }

    @Test
    void anUnknownKindOfElectionIsRefused() {
        assertThat(elect(2, electing(5, 0)).errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
    }

    @Test
    void withoutAControllerEveryPartitionHasTheError() {
        node.failWith(new ControllerException(ControllerError.NOT_CONTROLLER, "nobody"));

        ElectLeadersResponseData response = elect(0, electing(0, 0, 1));

        assertThat(response.replicaElectionResults().get(0).partitionResult())
                .extracting(PartitionResult::errorCode)
                .containsExactly(Errors.NOT_CONTROLLER.code(), Errors.NOT_CONTROLLER.code());
    }

    @Test
    void aBrokerIsForgottenOnce() {
        assertThat(unregister(4).errorCode()).isZero();
        assertThat(node.image().broker(4)).isNull();

        UnregisterBrokerResponseData again = unregister(4);
        assertThat(again.errorCode()).isEqualTo(Errors.BROKER_ID_NOT_REGISTERED.code());
        assertThat(again.errorMessage()).isEqualTo("Broker ID 4 is not currently registered");
    }

    /** The client hears of the end only. */
    @Test
    void aBrokerThatLivesIsForgottenAfterASession() {
        node.takeFor(4_000);
        assertThat(unregister(3).errorCode()).isZero();
        assertThat(node.image().broker(3)).isNull();
    }

    private UnregisterBrokerResponseData unregister(int broker) {
        return Asked.of(
                new UnregisterBrokerHandler(node),
                Api.UNREGISTER_BROKER,
                0,
                new UnregisterBrokerRequestData().setBrokerId(broker));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void theQuorumIsDescribedByItsLeader(int version) {
        UUID directory = new UUID(5, 5);
        QuorumDescription quorum = new QuorumDescription(
                2,
                7,
                90,
                List.of(new Replica(1, directory, 88, 30, 40), new Replica(2, directory, 91, 0, 0)),
                List.of(new Replica(4, directory, 10, 5, QuorumDescription.NEVER)));
        DescribeQuorumResponseData response = describeQuorum(version, quorum, "__cluster_metadata");

        PartitionData told = response.topics().get(0).partitions().get(0);
        assertThat(told.leaderId()).isEqualTo(2);
        assertThat(told.leaderEpoch()).isEqualTo(7);
        assertThat(told.highWatermark()).isEqualTo(90);
        assertThat(told.currentVoters())
                .extracting(voter -> voter.logEndOffset())
                .containsExactly(88L, 91L);
        assertThat(told.observers()).extracting(voter -> voter.replicaId()).containsExactly(4);
        if (version >= 1) {
            assertThat(told.currentVoters().get(0).lastFetchTimestamp()).isEqualTo(970);
            assertThat(told.currentVoters().get(0).lastCaughtUpTimestamp()).isEqualTo(960);
            assertThat(told.observers().get(0).lastCaughtUpTimestamp()).isEqualTo(-1);
        }
        if (version >= 2) {
            assertThat(response.nodes().find(1).listeners().find("BUS").port()).isEqualTo(7001);
        }
    }

    @Test
    void onlyTheMetadataLogHasAQuorum() {
        DescribeQuorumResponseData response = describeQuorum(2, null, "t");

        assertThat(response.topics().get(0).partitions().get(0).errorCode())
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
    }

    private DescribeQuorumResponseData describeQuorum(int version, QuorumDescription quorum, String topic) {
        FakeNode asked = new FakeNode() {
            @Override
            public ControllerGateway controller() {
                return new Describing(quorum);
            }
        };
        return Asked.of(
                new DescribeQuorumHandler(
                        asked, List.of(new NodeConfig.Voter(1, new HostPort("127.0.0.1", 7001))), () -> 1_000),
                Api.DESCRIBE_QUORUM,
                version,
                new DescribeQuorumRequestData()
                        .setTopics(List.of(new DescribeQuorumRequestData.TopicData()
                                .setTopicName(topic)
                                .setPartitions(
                                        List.of(new DescribeQuorumRequestData.PartitionData().setPartitionIndex(0))))));
    }

    private record Describing(QuorumDescription quorum) implements ControllerGateway {
        @Override
        @SuppressWarnings("unchecked")
        public <R> Future<R> submit(ControllerCommand<R> command) {
            return Future.succeededFuture((R) quorum);
        }

        @Override
        public OptionalInt controllerId() {
            return OptionalInt.of(2);
        }
    }

    private PartitionImage partition(int number) {
        return node.image().topic("t").partition(number);
    }
}
