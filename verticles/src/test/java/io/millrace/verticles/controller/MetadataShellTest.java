package io.millrace.verticles.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.membership.UnknownOutcomeException;
import io.millrace.membership.VoterChange;
import io.millrace.membership.config.ConfigCatalog;
import io.millrace.membership.config.EffectiveConfigs;
import io.millrace.membership.controller.AllocateProducerIds;
import io.millrace.membership.controller.BrokerHeartbeat;
import io.millrace.membership.controller.ChangeVoters;
import io.millrace.membership.controller.ControllerCommand;
import io.millrace.membership.controller.ControllerError;
import io.millrace.membership.controller.ControllerException;
import io.millrace.membership.controller.ControllerMachine;
import io.millrace.membership.controller.ControllerOptions;
import io.millrace.membership.controller.CreateTopics;
import io.millrace.membership.controller.Features;
import io.millrace.membership.controller.RegisterBroker;
import io.millrace.membership.image.MetadataDelta;
import io.millrace.membership.placement.SpreadPlacement;
import io.millrace.membership.record.FeatureLevelRecord;
import io.millrace.membership.record.RecordCodec;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When commands are answered, and what everybody is told of, step by step beside a quorum that the test plays. */
class MetadataShellTest {
    private final FakeQuorum quorum = new FakeQuorum();
    private final MetadataPublisher publisher = new MetadataPublisher();
    private final List<MetadataDelta> published = new ArrayList<>();
    private MetadataShell shell;

    @BeforeEach
    void aShellWithoutLeadership() {
        shell = shell(quorum, publisher);
        publisher.follow(published::add);
    }

    private static MetadataShell shell(FakeQuorum quorum, MetadataPublisher publisher) {
        EffectiveConfigs configs = new EffectiveConfigs(ConfigCatalog.get(), 1, Map.of());
        ControllerMachine machine = new ControllerMachine(
                new ControllerOptions("c", 1, 2_500), configs, new SpreadPlacement(), UUID::randomUUID);
        return new MetadataShell(1, Runnable::run, quorum, machine, publisher, () -> 0, (delayMs, task) -> () -> {});
    }

    @Test
    void nothingIsCarriedOutWithoutLeadership() {
        assertThat(error(submit(create("t")))).isEqualTo(ControllerError.NOT_CONTROLLER);
        assertThat(quorum.proposals).isEmpty();
    }

    @Test
    void anAnswerComesWithTheCommitAndTheImageBeforeTheAnswer() {
        serve();

        Future<CreateTopics.Outcome> answer = submit(create("t"));
        assertThat(answer.isComplete()).isFalse();
        assertThat(publisher.image().topic("t")).isNull();
        answer.onSuccess(outcome -> assertThat(publisher.image().topic("t")).isNotNull());
        quorum.commitNext();

        assertThat(answer.succeeded()).isTrue();
        assertThat(published.get(published.size() - 1).topics()).hasSize(1);
    }

    @Test
    void anAnswerThatRestsOnWhatIsNotCommittedWaitsForIt() {
        serve();
        submit(create("t"));

        Future<CreateTopics.Outcome> exists = submit(create("t"));

        assertThat(exists.isComplete()).isFalse();
        quorum.commitNext();
        assertThat(exists.result().topics().get(0).error()).isEqualTo(ControllerError.TOPIC_ALREADY_EXISTS);
    }

    @Test
    void whatTheQuorumHasNotTakenWasCertainlyNotDone() {
        serve();
        Future<CreateTopics.Outcome> refused = submit(create("t"));

        quorum.refuseAll();

        assertThat(error(refused)).isEqualTo(ControllerError.NOT_CONTROLLER);
    }

    @Test
    void whatWouldLieElsewhereThanItWasDecidedForIsNotDoneAndTheNextEpochCountsAnew() {
        serve();
        // A record of the quorum's own that nobody here was told of.
        quorum.endOffset++;

        Future<RegisterBroker.Outcome> misplaced = submit(register(2));
        assertThat(error(misplaced)).isEqualTo(ControllerError.NOT_CONTROLLER);
        assertThat(quorum.proposals).isEmpty();
        quorum.loseLeadership();
        quorum.lead();
        Future<RegisterBroker.Outcome> again = submit(register(2));
        quorum.commitAll();

        assertThat(again.result().brokerEpoch())
                .isEqualTo(publisher.image().broker(2).epoch());
    }

    @Test
    void aBrokerLivesHoweverManyCommandsWaitForTheirCommit() {
        serve();
        long epoch = publisher.image().broker(1).epoch();
        for (int i = 0; i < MetadataShell.MAX_PROPOSALS_OUT; i++) {
            submit(new AllocateProducerIds(1, epoch));
        }
        assertThat(error(submit(new AllocateProducerIds(1, epoch)))).isEqualTo(ControllerError.REQUEST_TIMED_OUT);

        Future<RegisterBroker.Outcome> registered = submit(register(2));
        Future<BrokerHeartbeat.Outcome> alive =
                submit(new BrokerHeartbeat(1, epoch, publisher.image().highestOffset(), false, false, List.of()));
        quorum.commitAll();

        assertThat(registered.result().error()).isEqualTo(ControllerError.NONE);
        assertThat(alive.result().error()).isEqualTo(ControllerError.NONE);
    }

    @Test
    void whatWasUnderWayWhenLeadershipIsLostFailsAndLeavesNoTrace() {
        serve();
        Future<CreateTopics.Outcome> lost = submit(create("t"));
        Future<CreateTopics.Outcome> alsoLost = submit(create("t"));

        quorum.loseLeadership();
        quorum.lead();
        Future<CreateTopics.Outcome> again = submit(create("t"));
        quorum.commitAll();

        assertThat(((ControllerException) lost.cause()).isOutcomeUnknown()).isTrue();
        assertThat(error(alsoLost))
                .as("what rests on it was not done, and can be asked of the next one")
                .isEqualTo(ControllerError.NOT_CONTROLLER);
        assertThat(again.result().topics().get(0).error()).isEqualTo(ControllerError.NONE);
    }

    @Test
    void aCommandForAnEpochThatIsAboutToBeginHereWaitsForIt() {
        quorum.listener().leaderChanged(1, OptionalInt.of(1));
        Future<CreateTopics.Outcome> early = shell.carryOut(1, create("t")).map(ActiveController.Settled::outcome);
        assertThat(early.isComplete()).isFalse();

        quorum.lead();
        quorum.commitAll();

        assertThat(early.result().topics().get(0).error()).isEqualTo(ControllerError.INVALID_REPLICATION_FACTOR);
    }

    /** Found by the simulation: the refused command came back while the gate was shut between two epochs, and waited for a third. */
    @Test
    void aCommandThatIsGivenAgainWhenThisNodeIsElectedAnewWaitsForThatEpoch() {
        quorum.listener().leaderChanged(1, OptionalInt.of(1));
        Future<CreateTopics.Outcome> again = shell.carryOut(1, create("t"))
                .recover(refused -> shell.carryOut(2, create("t")))
                .map(ActiveController.Settled::outcome);

        quorum.epoch = 1;
        quorum.listener().leaderChanged(2, OptionalInt.of(1));
        assertThat(again.isComplete()).isFalse();
        quorum.lead();
        quorum.commitAll();

        assertThat(again.succeeded()).isTrue();
    }

    @Test
    void aCommandForAnEpochThatBeginsElsewhereIsRefused() {
        quorum.listener().leaderChanged(1, OptionalInt.of(1));
        Future<?> early = shell.carryOut(1, create("t"));

        quorum.listener().leaderChanged(2, OptionalInt.of(3));

        assertThat(error(early)).isEqualTo(ControllerError.NOT_CONTROLLER);
    }

    @Test
    void aCommandForAFormerEpochOfThisControllerIsRefused() {
        serve();
        quorum.loseLeadership();
        quorum.lead();

        assertThat(error(shell.carryOut(1, create("t")))).isEqualTo(ControllerError.NOT_CONTROLLER);
    }

    @Test
    void aBrokerIsToldTheEpochThatTheLogGaveIt() {
        quorum.lead();

        Future<RegisterBroker.Outcome> registered = submit(register());
        quorum.commitAll();

        assertThat(registered.result().brokerEpoch())
                .isEqualTo(publisher.image().broker(1).epoch());
    }

    @Test
    void whatIsReadBackFromTheLogIsToldAsOneStep() {
        serve();
        submit(create("t"));
        quorum.commitAll();
        List<byte[]> snapshot = shell.captureSnapshot().get();
        FakeQuorum restarted = new FakeQuorum();
        MetadataPublisher fresh = new MetadataPublisher();
        List<MetadataDelta> told = new ArrayList<>();
        fresh.follow(told::add);
        shell(restarted, fresh);

        restarted.endOffset = quorum.endOffset;
        restarted.listener().snapshotLoaded(quorum.endOffset, 1, snapshot);
        assertThat(told).isEmpty();
        restarted.lead();

        assertThat(told).hasSize(1);
        assertThat(fresh.image()).isEqualTo(publisher.image());
    }

    @Test
    void metadataOfANewerVersionIsNotFollowed() {
        byte[] newer = RecordCodec.encode(new FeatureLevelRecord(Features.METADATA, (short) 3));

        assertThatThrownBy(() -> quorum.listener().committed(0, 1, List.of(newer)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("millrace.metadata level 3");
    }

    /** A build that does not know of changes of voters would go by those of the beginning, and count a majority that is none. */
    @Test
    void q6noVoterChangesBeforeEveryBrokerThatServesIsKnownToFollowIt() {
        serve();
        serve(2);
        ChangeVoters add = new ChangeVoters(new VoterChange.Add(2, new UUID(2, 2)));
        List<Promise<Short>> asked = new ArrayList<>();
        shell.levelsAskedBy(broker -> {
            assertThat(broker).isEqualTo(2);
            asked.add(Promise.promise());
            return asked.get(asked.size() - 1).future();
        });

        Future<ChangeVoters.Outcome> older = submit(add);
        asked.get(0).complete(Features.FIRST_METADATA_LEVEL);
        Future<ChangeVoters.Outcome> silent = submit(add);
        asked.get(1).fail("no answer");

        assertThat(older.result().error()).isEqualTo(ControllerError.UNSUPPORTED_VERSION);
        assertThat(older.result().message())
                .isEqualTo("node 2 is of a build that does not know of changes of voters: upgrade all nodes first");
        assertThat(silent.result().error()).isEqualTo(ControllerError.REQUEST_TIMED_OUT);
        assertThat(quorum.proposals).isEmpty();
        assertThat(quorum.changes).isEmpty();

        Future<ChangeVoters.Outcome> known = submit(add);
        asked.get(2).complete(Features.VOTERS_CHANGE_LEVEL);
        assertThat(quorum.changes).as("before the level is committed").isEmpty();
        quorum.commitAll();
        assertThat(known.result().error()).isEqualTo(ControllerError.NONE);
        assertThat(quorum.changes).hasSize(1);
        assertThat(publisher.image().features()).containsEntry(Features.METADATA, Features.VOTERS_CHANGE_LEVEL);

        assertThat(submit(add).result().error()).isEqualTo(ControllerError.NONE);
        assertThat(asked).as("nobody is asked again").hasSize(3);
    }

    @Test
    void nothingIsDecidedWhileAChangeOfVotersIsUnderWayWhichTakesAnOffsetOfTheLog() {
        serve();
        ChangeVoters add = new ChangeVoters(new VoterChange.Add(2, new UUID(2, 2)));
        submit(add);
        quorum.commitAll();

        quorum.changeUnderWay = new CompletableFuture<>();
        Future<ChangeVoters.Outcome> changed = submit(add);
        Future<RegisterBroker.Outcome> registered = submit(register(2));
        Future<RegisterBroker.Outcome> another = submit(register(3));
        assertThat(quorum.proposals).as("the change may lie before them").isEmpty();
        quorum.commitChange();
        assertThat(changed.result().error()).isEqualTo(ControllerError.NONE);

        assertThat(quorum.proposals).hasSize(2);
        quorum.commitNext();
        long epoch = publisher.image().broker(2).epoch();
        assertThat(registered.result().brokerEpoch()).isEqualTo(epoch);
        // The other registration is under way, so this is decided about what is not committed yet.
        submit(new BrokerHeartbeat(2, epoch, publisher.image().highestOffset(), false, false, List.of()));
        quorum.commitAll();

        assertThat(publisher.image().broker(2).fenced()).isFalse();
        assertThat(another.result().brokerEpoch())
                .isEqualTo(publisher.image().broker(3).epoch());
    }

    @Test
    void whatWaitedForAChangeOfVotersIsRefusedWhenLeadershipIsLostMeanwhile() {
        serve();
        ChangeVoters add = new ChangeVoters(new VoterChange.Add(2, new UUID(2, 2)));
        submit(add);
        quorum.commitAll();
        CompletableFuture<Long> change = new CompletableFuture<>();
        quorum.changeUnderWay = change;
        submit(add);
        Future<CreateTopics.Outcome> waiting = submit(create("t"));

        quorum.loseLeadership();
        change.completeExceptionally(new UnknownOutcomeException("leadership was lost"));

        assertThat(error(waiting)).isEqualTo(ControllerError.NOT_CONTROLLER);
        assertThat(quorum.proposals).isEmpty();
    }

    @Test
    void q6whoLeadsNoMoreWhenTheLevelsAreKnownChangesNothing() {
        serve();
        serve(2);
        Promise<Short> asked = Promise.promise();
        shell.levelsAskedBy(broker -> asked.future());
        Future<ChangeVoters.Outcome> lost = submit(new ChangeVoters(new VoterChange.Add(2, new UUID(2, 2))));

        quorum.loseLeadership();
        asked.complete(Features.VOTERS_CHANGE_LEVEL);

        assertThat(error(lost)).isEqualTo(ControllerError.NOT_CONTROLLER);
        assertThat(quorum.proposals).isEmpty();
        assertThat(quorum.changes).isEmpty();
    }

    private <R> Future<R> submit(ControllerCommand<R> command) {
        return shell.carryOut(quorum.leaderEpoch(), command).map(ActiveController.Settled::outcome);
    }

    /** Leads, with broker 1 registered and unfenced. */
    private void serve() {
        quorum.lead();
        serve(1);
    }

    private void serve(int broker) {
        Future<RegisterBroker.Outcome> registered = submit(register(broker));
        quorum.commitAll();
        long epoch = registered.result().brokerEpoch();
        submit(new BrokerHeartbeat(broker, epoch, publisher.image().highestOffset(), false, false, List.of()));
        quorum.commitAll();
        assertThat(publisher.image().broker(broker).fenced()).isFalse();
    }

    private static RegisterBroker register() {
        return register(1);
    }

    private static RegisterBroker register(int broker) {
        return new RegisterBroker("c", broker, new UUID(1, broker), List.of(), null, List.of(), -1);
    }

    private static CreateTopics create(String name) {
        return new CreateTopics(List.of(CreateTopics.NewTopic.of(name, 1, 1, Map.of())), false);
    }

    private static ControllerError error(Future<?> answer) {
        return ((ControllerException) answer.cause()).error();
    }
}
