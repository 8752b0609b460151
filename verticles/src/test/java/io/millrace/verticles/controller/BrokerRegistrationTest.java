package io.millrace.verticles.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.membership.controller.BrokerHeartbeat;
import io.millrace.membership.controller.ControllerCommand;
import io.millrace.membership.controller.ControllerError;
import io.millrace.membership.controller.ControllerException;
import io.millrace.membership.controller.RegisterBroker;
import io.millrace.membership.record.BrokerChangeRecord;
import io.millrace.membership.record.RegisterBrokerRecord;
import io.millrace.membership.record.UnregisterBrokerRecord;
import io.millrace.verticles.config.ConfigException;
import io.millrace.verticles.node.ControllerGateway;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A broker's life beside a controller that the test plays. */
class BrokerRegistrationTest implements ControllerGateway, BrokerRegistration.Epochs {
    private static final int HEARTBEAT_MS = 250;
    private static final int SESSION_MS = 4 * HEARTBEAT_MS;
    private static final int SELF = 3;
    private static final UUID INCARNATION = new UUID(3, 3);

    private final ManualAlarm alarm = new ManualAlarm();
    private final MetadataPublisher metadata = new MetadataPublisher();
    private final List<Asked> asked = new ArrayList<>();
    private final List<UUID> offline = new ArrayList<>();
    private final List<String> halted = new ArrayList<>();
    private int controller = 1;
    private long keptEpoch = 40;
    private long leadsUntilMs;
    private final List<Boolean> told = new ArrayList<>();
    private final LeadershipLease lease = new LeadershipLease(
            SESSION_MS,
            HEARTBEAT_MS,
            alarm::nowMs,
            Optional::empty,
            metadata,
            new LeadershipLease.Holder(until -> leadsUntilMs = until, told::add));
    private final BrokerRegistration registration = new BrokerRegistration(new BrokerRegistration.Parts(
            SELF,
            Runnable::run,
            alarm,
            this,
            metadata,
            this,
            () -> List.copyOf(offline),
            halted::add,
            lease,
            HEARTBEAT_MS));

    private record Asked(ControllerCommand<?> command, Promise<Object> answer) {}

    @Override
    @SuppressWarnings("unchecked")
    public <R> Future<R> submit(ControllerCommand<R> command) {
        Promise<Object> answer = Promise.promise();
        asked.add(new Asked(command, answer));
        return (Future<R>) answer.future();
    }

    @Override
    public OptionalInt controllerId() {
        return OptionalInt.of(controller);
    }

    @Override
    public Future<Long> read() {
        return Future.succeededFuture(keptEpoch);
    }

    @Override
    public Future<Void> write(long epoch) {
        keptEpoch = epoch;
        return Future.succeededFuture();
    }

    @Test
    void itShowsTheEpochOfItsLastLifeAndKeepsThatOfThisOne() {
        register();

        assertThat(((RegisterBroker) last().command()).previousBrokerEpoch()).isEqualTo(40);
        answerRegistered(50);
        assertThat(keptEpoch).isEqualTo(50);
        assertThat(registration.brokerEpoch()).isEqualTo(50);
    }

    @Test
    void b10itServesWhenTheControllerHasUnfencedItAndItsOwnImageSaysSo() {
        Future<Void> served = register();
        answerRegistered(50);
        assertThat(heartbeat().appliedOffset()).isEqualTo(-1);
        heard(true);
        commitRegistration(50);
        alarm.pass(BrokerRegistration.ASK_AGAIN_MS);
        assertThat(heartbeat().appliedOffset()).isEqualTo(50);
        heard(false);
        assertThat(served.isComplete()).as("the image is behind").isFalse();

        commitUnfenced(51);
        alarm.pass(BrokerRegistration.ASK_AGAIN_MS);
        heard(false);

        assertThat(served.succeeded()).isTrue();
    }

    @Test
    void itSaysThatItLivesFourTimesASecondAndOnceAtATime() {
        serve();
        int before = asked.size();

        alarm.pass(HEARTBEAT_MS);
        assertThat(asked).hasSize(before + 1);
        alarm.pass(4 * HEARTBEAT_MS);
        assertThat(asked).as("the last one is not answered").hasSize(before + 1);
        heard(false);
        alarm.pass(HEARTBEAT_MS);

        assertThat(asked).hasSize(before + 2);
    }

    @Test
    void whoHearsNoControllerForASessionSendsItsClientsAwayUntilItHearsOne() {
        serve();
        assertThat(leadsUntilMs).isEqualTo(alarm.nowMs() + SESSION_MS);

        alarm.pass(SESSION_MS - 1);
        assertThat(told).as("the session may not have ended").isEmpty();
        alarm.pass(2 * HEARTBEAT_MS);
        assertThat(told).containsExactly(true);

        // What is answered now was sent when the session had not ended, and that is long ago.
        heard(false);
        assertThat(told).containsExactly(true);
        alarm.pass(HEARTBEAT_MS);
        heard(false);
        assertThat(told).containsExactly(true, false);
        assertThat(leadsUntilMs).as("since the last beat").isEqualTo(6 * HEARTBEAT_MS + SESSION_MS);
    }

    @Test
    void whoIsToldThatItIsFencedLeadsNothingFromThenOn() {
        serve();
        alarm.pass(HEARTBEAT_MS);
        heard(true);

        assertThat(leadsUntilMs).isLessThan(0);
    }

    @Test
    void whoeverHasTheControllerKeepsTheLeaseOnceThereAreOthers() {
        controller = SELF;
        serve();
        assertThat(leadsUntilMs).as("there is nobody else").isEqualTo(LeadershipLease.FOR_EVER);

        commitRegistration(60, 4);

        assertThat(leadsUntilMs).isEqualTo(alarm.nowMs() + SESSION_MS);
        assertThat(alarm.waiting()).as("it ticks").isEqualTo(1);
    }

    @Test
    void aControllerInTheSameProcessNeedsNoHeartbeats() {
        controller = SELF;
        serve();
        alarm.pass(HEARTBEAT_MS);

        assertThat(alarm.waiting()).as("nothing ticks").isZero();

        controller = 2;
        int before = asked.size();
        registration.leaderChanged();
        assertThat(asked).as("another one hears of it at once").hasSize(before + 1);
        assertThat(alarm.waiting()).isEqualTo(1);
    }

    @Test
    void itRegistersAgainWhenTheControllerKnowsAnotherLifeAndVouchesForItself() {
        serve();
        alarm.pass(HEARTBEAT_MS);
        last().answer()
                .complete(new BrokerHeartbeat.Outcome(ControllerError.STALE_BROKER_EPOCH, "60", false, true, false));

        RegisterBroker again = (RegisterBroker) last().command();
        assertThat(again.previousBrokerEpoch()).isEqualTo(50);
        assertThat(again.incarnation()).isEqualTo(INCARNATION);
        answerRegistered(70);
        assertThat(heartbeat().brokerEpoch()).isEqualTo(70);
    }

    /** What the controller had been told of it, it has forgotten with it. */
    @Test
    void whoWasUnregisteredThoughItLivesRegistersAgainAndSaysAgainWhatItMisses() {
        controller = SELF;
        List<Long> toldIn = new ArrayList<>();
        Promise<Void> told = Promise.promise();
        registration.onRegisteredAgain(() -> {
            toldIn.add(registration.brokerEpoch());
            return told.future();
        });
        serve();
        alarm.pass(HEARTBEAT_MS);
        assertThat(alarm.waiting()).as("nothing ticks").isZero();

        metadata.publish(metadata.image()
                .change()
                .replay(60, 1, new UnregisterBrokerRecord(SELF, 50))
                .delta());
        alarm.pass(BrokerRegistration.ASK_AGAIN_MS);
        last().answer()
                .complete(new BrokerHeartbeat.Outcome(
                        ControllerError.BROKER_ID_NOT_REGISTERED, "unknown", false, true, false));
        assertThat(toldIn).isEmpty();
        answerRegistered(70);

        assertThat(toldIn).containsExactly(70L);
        assertThat(heartbeat().brokerEpoch()).isEqualTo(70);
        assertThat(heartbeat().wantFence())
                .as("the controller does not know yet what it misses")
                .isTrue();
        last().answer().complete(new BrokerHeartbeat.Outcome(ControllerError.NONE, null, true, true, false));
        told.complete();
        assertThat(heartbeat().wantFence()).isFalse();
    }

    @Test
    void b9anotherLivingProcessUnderItsIdIsWaitedForThenThisOneGivesUpWithALine() {
        Future<Void> served = register();
        for (long waited = 0; waited <= BrokerRegistration.DUPLICATE_PATIENCE_MS; waited += 50) {
            assertThat(served.isComplete()).isFalse();
            last().answer()
                    .complete(new RegisterBroker.Outcome(
                            ControllerError.DUPLICATE_BROKER_REGISTRATION, "another is alive", -1));
            alarm.pass(BrokerRegistration.ASK_AGAIN_MS);
        }

        assertThat(served.cause())
                .isInstanceOf(ConfigException.class)
                .hasMessage("this process can not be broker 3: DUPLICATE_BROKER_REGISTRATION, another is alive");
        assertThat(alarm.waiting()).isZero();
    }

    @Test
    void aServingBrokerWhoseIdAnotherProcessHasTakenHaltsTheNode() {
        serve();
        alarm.pass(HEARTBEAT_MS);
        last().answer()
                .complete(new BrokerHeartbeat.Outcome(ControllerError.STALE_BROKER_EPOCH, "60", false, true, false));
        for (long waited = 0; waited <= BrokerRegistration.DUPLICATE_PATIENCE_MS; waited += 50) {
            last().answer()
                    .complete(new RegisterBroker.Outcome(
                            ControllerError.DUPLICATE_BROKER_REGISTRATION, "another is alive", -1));
            alarm.pass(BrokerRegistration.ASK_AGAIN_MS);
        }

        assertThat(halted).hasSize(1);
    }

    @Test
    void aFailedHeartbeatIsFollowedByTheNextOne() {
        serve();
        alarm.pass(HEARTBEAT_MS);
        int before = asked.size();
        last().answer().fail(new ControllerException(ControllerError.REQUEST_TIMED_OUT, "silence"));

        alarm.pass(HEARTBEAT_MS);

        assertThat(asked).hasSize(before + 1);
    }

    @Test
    void aFailedDirectoryIsReportedAtOnce() {
        serve();
        UUID directory = new UUID(9, 9);
        offline.add(directory);

        registration.directoriesChanged();

        assertThat(heartbeat().offlineDirectories()).containsExactly(directory);
    }

    @Test
    void itGoesWhenWhatItLedWasHandedOver() {
        serve();

        Future<Void> left = registration.leave(60_000);
        assertThat(heartbeat().wantShutdown()).isTrue();
        last().answer().complete(new BrokerHeartbeat.Outcome(ControllerError.NONE, null, true, false, false));
        assertThat(left.isComplete()).isFalse();
        alarm.pass(BrokerRegistration.ASK_AGAIN_MS);
        last().answer().complete(new BrokerHeartbeat.Outcome(ControllerError.NONE, null, true, true, true));

        assertThat(left.succeeded()).isTrue();
        assertThat(alarm.waiting()).isZero();
    }

    private Future<Void> register() {
        return registration.register(
                epoch -> new RegisterBroker("c", SELF, INCARNATION, List.of(), null, List.of(), epoch));
    }

    private void serve() {
        Future<Void> served = register();
        answerRegistered(50);
        commitRegistration(50);
        commitUnfenced(51);
        heard(false);
        assertThat(served.succeeded()).isTrue();
    }

    private Asked last() {
        return asked.get(asked.size() - 1);
    }

    private BrokerHeartbeat heartbeat() {
        return (BrokerHeartbeat) last().command();
    }

    private void heard(boolean fenced) {
        last().answer().complete(new BrokerHeartbeat.Outcome(ControllerError.NONE, null, true, fenced, false));
    }

    private void answerRegistered(long epoch) {
        last().answer().complete(new RegisterBroker.Outcome(ControllerError.NONE, null, epoch));
    }

    private void commitRegistration(long offset) {
        commitRegistration(offset, SELF);
    }

    private void commitRegistration(long offset, int broker) {
        metadata.publish(metadata.image()
                .change()
                .replay(
                        offset,
                        1,
                        new RegisterBrokerRecord(
                                broker,
                                INCARNATION,
                                RegisterBrokerRecord.EPOCH_IS_OFFSET,
                                List.of(),
                                null,
                                List.of(),
                                true,
                                false))
                .delta());
    }

    private void commitUnfenced(long offset) {
        metadata.publish(metadata.image()
                .change()
                .replay(offset, 1, BrokerChangeRecord.unfence(SELF, 50))
                .delta());
    }
}
