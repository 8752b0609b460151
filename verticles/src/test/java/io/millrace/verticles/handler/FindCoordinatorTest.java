package io.millrace.verticles.handler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FindCoordinatorTest {
    private static FindCoordinatorResponseData ask(int version, FindCoordinatorRequestData request) {
        return Asked.of(new FindCoordinatorHandler(), ApiKeys.FIND_COORDINATOR, version, request);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void oneKeyIsToldThatThereIsNoCoordinator(int version) {
        FindCoordinatorResponseData answer = ask(version, new FindCoordinatorRequestData().setKey("group"));

        assertThat(answer.errorCode()).isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE.code());
        assertThat(answer.nodeId()).isEqualTo(-1);
        assertThat(answer.port()).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5, 6})
    void everyKeyOfManyIsToldSoByItself(int version) {
        FindCoordinatorResponseData answer =
                ask(version, new FindCoordinatorRequestData().setCoordinatorKeys(List.of("one", "two")));

        assertThat(answer.coordinators()).hasSize(2).allSatisfy(coordinator -> {
            assertThat(coordinator.errorCode()).isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE.code());
            assertThat(coordinator.errorMessage()).contains("neither consumer groups nor transactions");
            assertThat(coordinator.nodeId()).isEqualTo(-1);
        });
    }

    @Test
    void transactionsAreRefusedForGood() {
        FindCoordinatorResponseData answer =
                ask(3, new FindCoordinatorRequestData().setKey("transaction").setKeyType((byte) 1));

        assertThat(answer.errorCode()).isEqualTo(Errors.UNSUPPORTED_VERSION.code());
    }
}
