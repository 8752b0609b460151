package io.millrace.verticles.handler;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.verticles.shard.Shards;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Whom clients are told to send administration to. */
class ControllerIdsTest {
    private final Shards shards = new Shards(List.of());
    private OptionalInt controller = OptionalInt.empty();
    private final FakeNode node = new FakeNode() {
        @Override
        public Shards shards() {
            return shards;
        }

        @Override
        public OptionalInt controllerId() {
            return controller;
        }
    };

    private int told() {
        return ControllerIds.of(node, node.image());
    }

    @Test
    void theControllerIfItIsKnownAndElseThisBrokerUntilItHasHeardNoneForASession() {
        node.register(2, true);
        node.register(3, false);
        assertThat(told()).isEqualTo(1);

        shards.cutOff(true);
        assertThat(told()).as("3 is fenced").isEqualTo(2);

        controller = OptionalInt.of(3);
        assertThat(told()).isEqualTo(3);
        controller = OptionalInt.of(77);
        assertThat(told()).as("77 is no broker").isEqualTo(2);
    }

    @Test
    void whoIsAloneNamesItself() {
        shards.cutOff(true);

        assertThat(told()).isEqualTo(1);
    }
}
