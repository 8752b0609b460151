package io.millrace.verticles.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.membership.config.ConfigCatalog;
import io.millrace.membership.config.EffectiveConfigs;
import io.millrace.membership.controller.ControllerCommand;
import io.millrace.membership.controller.ControllerError;
import io.millrace.membership.controller.ControllerException;
import io.millrace.membership.controller.CreateTopics;
import io.millrace.membership.image.MetadataImage;
import io.millrace.verticles.node.ControllerGateway;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The topic of the offsets: asked for once, and the partition that Kafka's clients expect. */
class OffsetsTopicTest {
    private final List<Promise<CreateTopics.Outcome>> asked = new ArrayList<>();
    private final OffsetsTopic topic = new OffsetsTopic(
            () -> MetadataImage.EMPTY, new EffectiveConfigs(ConfigCatalog.get(), 1, Map.of()), Controller::new);

    private final class Controller implements ControllerGateway {
        @Override
        @SuppressWarnings("unchecked")
        public <R> Future<R> submit(ControllerCommand<R> command) {
            Promise<CreateTopics.Outcome> promise = Promise.promise();
            asked.add(promise);
            return (Future<R>) promise.future();
        }

        @Override
        public OptionalInt controllerId() {
            return OptionalInt.of(1);
        }
    }

    private static CreateTopics.Outcome outcome(ControllerError error) {
        return new CreateTopics.Outcome(
                List.of(new CreateTopics.Result(OffsetsTopic.NAME, null, error, null, -1, (short) -1, List.of())));
    }

    @Test
    void howeverManyAskTheControllerIsAskedOnce() {
        List<Future<Void>> waiting = List.of(topic.ensure(), topic.ensure(), topic.ensure());

        assertThat(asked).hasSize(1);
        assertThat(waiting).noneMatch(Future::isComplete);
        asked.get(0).complete(outcome(ControllerError.NONE));
        assertThat(waiting).allMatch(Future::succeeded);
    }

    @Test
    void thatAnotherNodeWasFasterIsJustAsWell() {
        Future<Void> made = topic.ensure();
        asked.get(0).complete(outcome(ControllerError.TOPIC_ALREADY_EXISTS));
        assertThat(made.succeeded()).isTrue();
    }

    @Test
    void whoComesAfterAFailureAsksAnew() {
        Future<Void> refused = topic.ensure();
        asked.get(0).complete(outcome(ControllerError.INVALID_REPLICATION_FACTOR));
        Future<Void> lost = topic.ensure();
        asked.get(1).fail(new ControllerException(ControllerError.NOT_CONTROLLER, "an election"));

        topic.ensure();

        assertThat(refused.failed()).isTrue();
        assertThat(lost.failed()).isTrue();
        assertThat(asked).hasSize(3);
    }

    /** The values of Kafka's {@code Utils.abs(groupId.hashCode()) % 50}. */
    @ParameterizedTest
    @CsvSource({"group,47", "'',0", "console-consumer-12345,6", "polygenelubricants,0", "my-group,12"})
    void aGroupIsKeptWhereClientsExpectIt(String group, int partition) {
        assertThat(OffsetsTopic.partitionOf(group, 50)).isEqualTo(partition);
    }
}
