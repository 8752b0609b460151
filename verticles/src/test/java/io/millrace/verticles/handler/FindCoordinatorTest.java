package io.millrace.verticles.handler;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.membership.controller.ControllerError;
import io.millrace.membership.controller.ControllerException;
import io.millrace.membership.image.TopicImage;
import io.millrace.membership.record.ConfigResource;
import io.millrace.protocol.Api;
import io.millrace.protocol.Errors;
import io.millrace.verticles.shard.Shards;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who coordinates a group, and that asking makes the topic it needs. */
class FindCoordinatorTest {
    private final Shards shards = new Shards(List.of());
    private final FakeNode node = new FakeNode() {
        @Override
        public Shards shards() {
            return shards;
        }
    };

    private FindCoordinatorResponseData ask(int version, FindCoordinatorRequestData request) {
        return Asked.of(new FindCoordinatorHandler(node), Api.FIND_COORDINATOR, version, request);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void theFirstWhoAsksHasTheTopicMadeAndIsToldTheLeader(int version) {
        FindCoordinatorResponseData answer = ask(version, new FindCoordinatorRequestData().setKey("group"));

        assertThat(answer.errorCode()).isZero();
        assertThat(answer.nodeId()).isEqualTo(1);
        assertThat(answer.host()).isEqualTo("host-1");
        TopicImage topic = node.image().topic("__consumer_offsets");
        assertThat(topic.partitionCount()).isEqualTo(50);
        assertThat(topic.partition(0).replicas())
                .as("three are wanted, one is there")
                .hasSize(1);
        assertThat(node.image().configs(ConfigResource.topic("__consumer_offsets")))
                .isEqualTo(Map.of(
                        "cleanup.policy", "compact",
                        "compression.type", "producer",
                        "segment.bytes", "104857600"));
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5, 6})
    void everyKeyOfManyIsToldItsOwn(int version) {
        FindCoordinatorResponseData answer =
                ask(version, new FindCoordinatorRequestData().setCoordinatorKeys(List.of("one", "two")));

        assertThat(answer.coordinators()).extracting("key").containsExactly("one", "two");
        assertThat(answer.coordinators()).allSatisfy(coordinator -> {
            assertThat(coordinator.errorCode()).isZero();
            assertThat(coordinator.nodeId()).isEqualTo(1);
        });
    }

    @Test
    void asManyReplicasAsWantedWhenThereAreEnoughBrokers() {
        node.register(2, true);
        node.register(3, true);
        node.register(4, false);

        ask(6, new FindCoordinatorRequestData().setCoordinatorKeys(List.of("group")));

        assertThat(node.image().topic("__consumer_offsets").partition(7).replicas())
                .hasSize(3);
    }

    @Test
    void aNodeThatIsCutOffDoesNotNameItself() {
        ask(3, new FindCoordinatorRequestData().setKey("group"));
        shards.cutOff(true);

        FindCoordinatorResponseData answer = ask(3, new FindCoordinatorRequestData().setKey("group"));
        assertThat(answer.errorCode()).isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE.code());
        assertThat(answer.nodeId()).isEqualTo(-1);

        shards.cutOff(false);
        assertThat(ask(3, new FindCoordinatorRequestData().setKey("group")).nodeId())
                .isEqualTo(1);
    }

    @Test
    void whenTheTopicCannotBeMadeTheClientIsToldToComeAgain() {
        node.failWith(new ControllerException(ControllerError.NOT_CONTROLLER, "an election"));

        FindCoordinatorResponseData answer = ask(3, new FindCoordinatorRequestData().setKey("group"));

        assertThat(answer.errorCode()).isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE.code());
        assertThat(answer.nodeId()).isEqualTo(-1);
        assertThat(answer.port()).isEqualTo(-1);
    }

    @ParameterizedTest
    @CsvSource({"1,3,35", "2,6,35", "2,5,42", "9,6,42"})
    void transactionsAndShareGroupsAreRefusedForGood(byte type, int version, int error) {
        FindCoordinatorRequestData request = new FindCoordinatorRequestData().setKeyType(type);
        FindCoordinatorResponseData answer = ask(
                version,
                version >= 4 ? request.setCoordinatorKeys(List.of("transaction")) : request.setKey("transaction"));

        int told = version >= 4 ? answer.coordinators().get(0).errorCode() : answer.errorCode();
        assertThat(told).isEqualTo(error);
        assertThat(node.image().topic("__consumer_offsets")).isNull();
    }
}
