package io.millrace.verticles.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.membership.controller.AllocateProducerIds;
import io.millrace.membership.controller.AlterPartition;
import io.millrace.membership.controller.BrokerHeartbeat;
import io.millrace.membership.controller.ControllerCommand;
import io.millrace.membership.controller.ControllerError;
import io.millrace.membership.controller.ControllerException;
import io.millrace.membership.controller.DeleteTopics;
import io.millrace.membership.controller.UnregisterBroker;
import io.millrace.membership.controller.wire.ForwardedAnswer;
import io.millrace.membership.controller.wire.ForwardedCommand;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.record.ProducerIdsRecord;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The way of a command through controllers that change, do not answer, or are this node itself. */
class CommandForwarderTest {
    private static final int SELF = 1;
    private static final UnregisterBroker ONCE = new UnregisterBroker(9);
    private static final AllocateProducerIds REPEATABLE = new AllocateProducerIds(1, 5);
    private static final UnregisterBroker.Outcome GONE = new UnregisterBroker.Outcome(ControllerError.NONE, null);

    private final ManualAlarm alarm = new ManualAlarm();
    private final MetadataPublisher metadata = new MetadataPublisher();
    private final Leader leader = new Leader();
    private final List<Sent> sent = new ArrayList<>();
    private final CommandForwarder forwarder = new CommandForwarder(
            SELF,
            Runnable::run,
            leader,
            (broker, command, timeoutMs) -> {
                Sent one = new Sent(broker, ForwardedCommand.decode(command), Promise.promise());
                sent.add(one);
                return one.answer().future();
            },
            metadata,
            alarm);

    private record Sent(int broker, ForwardedCommand command, Promise<byte[]> answer) {
        void done(long offset, Object outcome) {
            answer.complete(new ForwardedAnswer.Done(command.command(), offset, outcome).encode());
        }

        void refuse(ControllerError error) {
            answer.complete(new ForwardedAnswer.Refused(error, "no").encode());
        }
    }

    /** What this node knows of the controller, and what it carries out itself. Thread: the test's. */
    private static final class Leader implements ActiveController {
        private final List<ControllerCommand<?>> carriedOut = new ArrayList<>();
        private Runnable listener;
        private OptionalInt id = OptionalInt.empty();
        private int epoch = 1;

        void is(int broker) {
            id = OptionalInt.of(broker);
            epoch++;
            listener.run();
        }

        @Override
        @SuppressWarnings("unchecked")
        public <R> Future<Settled<R>> carryOut(int forEpoch, ControllerCommand<R> command) {
            carriedOut.add(command);
            return Future.succeededFuture(new Settled<>((R) GONE, -1));
        }

        @Override
        public OptionalInt leaderId() {
            return id;
        }

        @Override
        public int leaderEpoch() {
            return epoch;
        }

        @Override
        public void onLeaderChange(Runnable added) {
            listener = added;
        }
    }

    @Test
    void aCommandThatIsTooLargeForTheLogIsRefusedWhereverTheControllerIs() {
        List<DeleteTopics.Target> many =
                Collections.nCopies(300_000, DeleteTopics.Target.withId(new UUID(Long.MAX_VALUE, Long.MAX_VALUE)));
        for (int controller : new int[] {SELF, 2}) {
            leader.is(controller);

            Future<DeleteTopics.Outcome> answer = forwarder.submit(new DeleteTopics(many));

            assertThat(answer.cause())
                    .isInstanceOfSatisfying(ControllerException.class, refused -> assertThat(refused.error())
                            .isEqualTo(ControllerError.POLICY_VIOLATION));
        }
        assertThat(leader.carriedOut).isEmpty();
        assertThat(sent).isEmpty();
    }

    @Test
    void theControllerOfThisNodeIsAskedDirectly() {
        leader.is(SELF);

        Future<UnregisterBroker.Outcome> answer = forwarder.submit(ONCE);

        assertThat(leader.carriedOut).containsExactly(ONCE);
        assertThat(answer.result()).isEqualTo(GONE);
        assertThat(sent).isEmpty();
        assertThat(alarm.waiting()).as("no timer outlives an answer").isZero();
    }

    @Test
    void aCommandNamesTheEpochOfTheControllerItIsMeantFor() {
        leader.is(2);

        forwarder.submit(ONCE);

        assertThat(sent.get(0).broker()).isEqualTo(2);
        assertThat(sent.get(0).command()).isEqualTo(new ForwardedCommand(2, ONCE));
    }

    @Test
    void withoutAControllerCommandsWaitAndGoInTheirOrder() {
        forwarder.submit(ONCE);
        forwarder.submit(REPEATABLE);
        assertThat(sent).isEmpty();

        leader.is(3);

        assertThat(sent).extracting(one -> (Object) one.command().command()).containsExactly(ONCE, REPEATABLE);
    }

    @Test
    void anAnswerIsHandedOverWhenThisNodesImageHasReachedIt() {
        leader.is(2);
        Future<UnregisterBroker.Outcome> answer = forwarder.submit(ONCE);

        sent.get(0).done(10, GONE);
        assertThat(answer.isComplete()).isFalse();
        commit(9);
        assertThat(answer.isComplete()).isFalse();
        commit(10);

        assertThat(answer.result()).isEqualTo(GONE);
        assertThat(alarm.waiting()).isZero();
    }

    @Test
    void aNodeThatCannotFollowGetsItsAnswerAfterABoundedTime() {
        leader.is(2);
        Future<UnregisterBroker.Outcome> answer = forwarder.submit(ONCE);
        sent.get(0).done(10, GONE);

        alarm.pass(CommandForwarder.FOLLOW_MS - 1);
        assertThat(answer.isComplete()).isFalse();
        alarm.pass(1);

        assertThat(answer.result()).isEqualTo(GONE);
        commit(10);
    }

    @Test
    void aHeartbeatsAnswerDoesNotWaitForTheImage() {
        leader.is(2);
        BrokerHeartbeat.Outcome lives = new BrokerHeartbeat.Outcome(ControllerError.NONE, null, true, false, false);
        Future<BrokerHeartbeat.Outcome> answer =
                forwarder.submit(new BrokerHeartbeat(1, 5, 3, false, false, List.of()));

        sent.get(0).done(10, lives);

        assertThat(answer.result()).isEqualTo(lives.decidedUpTo(10));
    }

    @Test
    void whatARefusingNodeCertainlyDidNotDoGoesToTheNextController() {
        leader.is(2);
        forwarder.submit(ONCE);

        sent.get(0).refuse(ControllerError.NOT_CONTROLLER);
        assertThat(sent).as("the same epoch's controller is not asked again").hasSize(1);
        leader.is(3);

        assertThat(sent.get(1).broker()).isEqualTo(3);
        assertThat(sent.get(1).command().epoch()).isEqualTo(3);
    }

    @Test
    void otherRefusalsAreTheAnswer() {
        leader.is(2);
        Future<UnregisterBroker.Outcome> answer = forwarder.submit(ONCE);

        sent.get(0).refuse(ControllerError.REQUEST_TIMED_OUT);

        assertThat(failure(answer).error()).isEqualTo(ControllerError.REQUEST_TIMED_OUT);
        assertThat(failure(answer).isOutcomeUnknown()).isFalse();
    }

    @Test
    void whatMayHaveBeenDoneIsNotDoneTwice() {
        leader.is(2);
        Future<UnregisterBroker.Outcome> answer = forwarder.submit(ONCE);

        leader.is(3);
        assertThat(sent).hasSize(1);
        assertThat(answer.isComplete())
                .as("the former controller may still answer")
                .isFalse();
        alarm.pass(CommandForwarder.LATE_ANSWER_MS);

        assertThat(sent).hasSize(1);
        assertThat(failure(answer).isOutcomeUnknown()).isTrue();
    }

    @Test
    void aLateAnswerOfAFormerControllerCounts() {
        leader.is(2);
        Future<UnregisterBroker.Outcome> answer = forwarder.submit(ONCE);
        leader.is(3);

        sent.get(0).done(-1, GONE);

        assertThat(answer.result()).isEqualTo(GONE);
        alarm.pass(CommandForwarder.DEADLINE_MS);
    }

    @Test
    void aRepeatableCommandGoesToTheNextControllerAtOnce() {
        leader.is(2);
        Future<AllocateProducerIds.Outcome> answer = forwarder.submit(REPEATABLE);

        leader.is(3);
        AllocateProducerIds.Outcome ids = new AllocateProducerIds.Outcome(ControllerError.NONE, null, 7, 1000);
        sent.get(1).done(-1, ids);

        assertThat(answer.result()).isEqualTo(ids);
    }

    @Test
    void aRepeatableCommandWhoseMessageWasLostIsSentAgain() {
        leader.is(2);
        forwarder.submit(REPEATABLE);

        sent.get(0).answer().fail(new RuntimeException("timed out"));
        alarm.pass(CommandForwarder.RETRY_MS);

        assertThat(sent).hasSize(2);
        assertThat(sent.get(1).command()).isEqualTo(sent.get(0).command());
    }

    @Test
    void aSilentControllerLeavesTheOutcomeOfAnythingElseUnknown() {
        leader.is(2);
        Future<UnregisterBroker.Outcome> answer = forwarder.submit(ONCE);

        sent.get(0).answer().fail(new RuntimeException("timed out"));

        assertThat(failure(answer).isOutcomeUnknown()).isTrue();
    }

    /** Rule I18: a copy may be applied when another was answered "not applied", unless they go to different controllers. */
    @Test
    void i18aProposalOfAnIsrIsNotSentTwiceToOneController() {
        AlterPartition proposal = new AlterPartition(1, 5, List.of());
        leader.is(2);
        Future<AlterPartition.Outcome> lost = forwarder.submit(proposal);
        sent.get(0).answer().fail(new RuntimeException("timed out"));
        assertThat(failure(lost).isOutcomeUnknown()).isTrue();

        forwarder.submit(proposal);
        leader.is(3);

        assertThat(sent).hasSize(3);
        assertThat(sent.get(2).broker()).isEqualTo(3);
    }

    @Test
    void whatNobodyListenedToIsTriedAgain() {
        leader.is(2);
        Future<UnregisterBroker.Outcome> answer = forwarder.submit(ONCE);

        sent.get(0).answer().fail(new CommandCarrier.UndeliveredException("nobody there"));
        assertThat(sent).hasSize(1);
        alarm.pass(CommandForwarder.RETRY_MS);
        sent.get(1).done(-1, GONE);

        assertThat(answer.result()).isEqualTo(GONE);
    }

    @Test
    void withoutAnyControllerForTooLongNothingWasDone() {
        Future<UnregisterBroker.Outcome> answer = forwarder.submit(ONCE);

        alarm.pass(CommandForwarder.DEADLINE_MS);

        assertThat(failure(answer).isOutcomeUnknown()).isFalse();
        assertThat(failure(answer).error()).isEqualTo(ControllerError.REQUEST_TIMED_OUT);
    }

    @Test
    void aDamagedAnswerIsNone() {
        leader.is(2);
        Future<UnregisterBroker.Outcome> answer = forwarder.submit(ONCE);

        sent.get(0).answer().complete(new byte[] {1, 9});

        assertThat(failure(answer).isOutcomeUnknown()).isTrue();
    }

    @Test
    void thereIsABoundAndABrokersOwnLifeIsAboveIt() {
        for (int i = 0; i < CommandForwarder.MAX_UNANSWERED; i++) {
            forwarder.submit(ONCE);
        }

        Future<UnregisterBroker.Outcome> tooMany = forwarder.submit(ONCE);
        Future<BrokerHeartbeat.Outcome> life = forwarder.submit(new BrokerHeartbeat(1, 5, 3, false, false, List.of()));

        assertThat(failure(tooMany).error()).isEqualTo(ControllerError.REQUEST_TIMED_OUT);
        assertThat(life.isComplete()).isFalse();
    }

    private void commit(long offset) {
        MetadataImage before = metadata.image();
        metadata.publish(before.change()
                .replay(offset, 1, new ProducerIdsRecord(1, 1, offset))
                .delta());
    }

    private static ControllerException failure(Future<?> answer) {
        return (ControllerException) answer.cause();
    }
}
