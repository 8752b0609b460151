package io.millrace.verticles.controller;

import io.millrace.log.Owner;
import io.millrace.membership.CommitListener;
import io.millrace.membership.MetadataQuorum;
import io.millrace.membership.NotLeaderException;
import io.millrace.membership.controller.ChangeVoters;
import io.millrace.membership.controller.ControllerCommand;
import io.millrace.membership.controller.ControllerError;
import io.millrace.membership.controller.ControllerException;
import io.millrace.membership.controller.ControllerMachine;
import io.millrace.membership.controller.ControllerOutcome;
import io.millrace.membership.controller.DescribeQuorum;
import io.millrace.membership.controller.Features;
import io.millrace.membership.image.BrokerImage;
import io.millrace.membership.image.MetadataDelta;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.quorum.QuorumPorts;
import io.millrace.membership.record.MetadataRecord;
import io.millrace.membership.record.RecordCodec;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands between the metadata quorum and the controller machine: commands go in, records go to the quorum, and what comes
 * back committed changes the image that everybody reads.
 *
 * <p>Thread: the metadata's owner, except {@link #carryOut} and the getters, which may be called from any.
 */
public final class MetadataShell implements CommitListener, ActiveController {
    private static final Logger log = LoggerFactory.getLogger(MetadataShell.class);
    /** Commands whose records wait for their commit; beyond that all but a broker's own life is asked to come again. */
    static final int MAX_PROPOSALS_OUT = 5_000;

    private record Leader(int epoch, OptionalInt id) {}

    /** Told of each committed registration of this node. Thread: the metadata's owner. */
    public interface RegistrationListener {
        void registered(long offset, UUID incarnation, List<UUID> directories);
    }

    private final int self;
    private final Owner owner;
    private final MetadataQuorum quorum;
    private final ControllerMachine machine;
    private final LongSupplier clockMs;
    private final QuorumPorts.Alarm alarm;
    private final VoterChanges voters;
    private final CommittedImage applied;
    private final CommandGate gate = new CommandGate(this::watchDeadlines);
    /** The epoch in which this node is the controller; -1 while it is not. */
    private int activeEpoch = -1;

    /** As of the last call of the quorum: its own getters may be a step ahead of it or behind. */
    private volatile Leader known = new Leader(0, OptionalInt.empty());

    private final List<Runnable> leaderListeners = new CopyOnWriteArrayList<>();
    private final List<Runnable> activeListeners = new CopyOnWriteArrayList<>();
    private int proposalsOut;
    private CompletionStage<Long> lastProposal = CompletableFuture.completedStage(-1L);
    private Runnable cancelSessionAlarm = () -> {};

    /**
     * Becomes the quorum's listener.
     *
     * @param self this node's id among the voters
     * @param clockMs monotonic
     */
    public MetadataShell(
            int self,
            Owner owner,
            MetadataQuorum quorum,
            ControllerMachine machine,
            MetadataPublisher publisher,
            LongSupplier clockMs,
            QuorumPorts.Alarm alarm) {
        this.self = self;
        this.owner = owner;
        this.quorum = quorum;
        this.machine = machine;
        this.applied = new CommittedImage(self, publisher);
        this.clockMs = clockMs;
        this.alarm = alarm;
        this.voters =
                new VoterChanges(self, quorum, applied::image, this::raiseLevelOfVoterChanges, machine::passOver, gate);
        quorum.onCommit(this);
    }

    @Override
    public <R> Future<Settled<R>> carryOut(int epoch, ControllerCommand<R> command) {
        Promise<Settled<R>> answer = Promise.promise();
        owner.execute(
                () -> gate.enter(epoch, isOfTheQuorum(command), () -> tryToCarryOut(command, answer), answer::fail));
        return answer.future();
    }

    /** The machine decides nothing about it. */
    private static boolean isOfTheQuorum(ControllerCommand<?> command) {
        return command instanceof ChangeVoters || command instanceof DescribeQuorum;
    }

    private <R> void tryToCarryOut(ControllerCommand<R> command, Promise<Settled<R>> answer) {
        try {
            carryOut(command, answer);
        } catch (RuntimeException bug) {
            log.error("{} could not be carried out", command.getClass().getSimpleName(), bug);
            answer.tryFail(new ControllerException(ControllerError.UNKNOWN_SERVER_ERROR, "internal error"));
        }
    }

    @SuppressWarnings("unchecked")
    private <R> void carryOut(ControllerCommand<R> command, Promise<Settled<R>> answer) {
        if (command instanceof DescribeQuorum) {
            // The quorum's own knowledge, of which the machine has none; R is what this kind of command gives.
            quorum.describe()
                    .ifPresentOrElse(
                            known -> answer.complete(new Settled<>((R) known, image().highestOffset())),
                            () -> answer.fail(CommandGate.notController()));
            return;
        }
        if (command instanceof ChangeVoters change) {
            voters.carryOut(change)
                    .map(outcome -> new Settled<>((R) outcome, image().highestOffset()))
                    .onComplete(answer);
            return;
        }
        if (proposalsOut >= MAX_PROPOSALS_OUT && !command.isOfABrokersLife()) {
            answer.fail(CommandGate.busy());
            return;
        }
        ControllerOutcome<R> outcome = machine.handle(command, clockMs.getAsLong());
        watchDeadlines();
        long known = image().highestOffset();
        // An answer without records may rest on what was proposed before it, so it waits for that too (rule Q5).
        CompletionStage<Long> settled = outcome.records().isEmpty() ? lastProposal : propose(outcome.records());
        settled.whenComplete((offset, failure) -> {
            if (failure == null) {
                answer.complete(new Settled<>(outcome.committedAt(offset), Math.max(known, offset)));
            } else if (outcome.records().isEmpty() || failure instanceof NotLeaderException) {
                answer.fail(new ControllerException(ControllerError.NOT_CONTROLLER, failure.getMessage()));
            } else {
                answer.fail(ControllerException.unknownOutcome(failure.getMessage()));
            }
        });
    }

    private CompletionStage<Long> raiseLevelOfVoterChanges() {
        if (!machine.isController()) {
            return CompletableFuture.failedStage(
                    new NotLeaderException("this node leads no more", OptionalInt.empty()));
        }
        List<MetadataRecord> raising = machine.raiseMetadataLevel(Features.VOTERS_CHANGE_LEVEL, clockMs.getAsLong());
        return raising.isEmpty() ? lastProposal : propose(raising);
    }

    private CompletionStage<Long> propose(List<MetadataRecord> records) {
        List<byte[]> encoded = new ArrayList<>(records.size());
        records.forEach(record -> encoded.add(RecordCodec.encode(record)));
        proposalsOut++;
        // Where the machine has counted on, or not at all.
        long baseOffset = machine.nextOffset() - records.size();
        // Not the stage that whenComplete returns: that one wraps a NotLeaderException,
        // which says that nothing was done.
        lastProposal = quorum.propose(activeEpoch, baseOffset, encoded);
        lastProposal.whenComplete((offset, failure) -> proposalsOut--);
        return lastProposal;
    }

    /** Looks again when the first session can end or something is to be tidied; a controller alone soon has nothing. */
    private void watchDeadlines() {
        cancelSessionAlarm.run();
        OptionalLong deadline = machine.nextDeadlineMs();
        cancelSessionAlarm = deadline.isEmpty()
                ? () -> {}
                : alarm.set(Math.max(0, deadline.getAsLong() - clockMs.getAsLong()), this::deadline);
    }

    /** Names who knows which level of the metadata a broker can follow; answers on the owner. */
    public void levelsAskedBy(IntFunction<Future<Short>> levels) {
        voters.askForLevels(levels);
    }

    /** Names who is told of this node's own registrations; before the quorum starts. */
    public void onRegistration(RegistrationListener listener) {
        applied.onRegistration(listener);
    }

    /** Adds somebody who is called whenever this node has become the controller. */
    public void onActive(Runnable listener) {
        activeListeners.add(listener);
    }

    /**
     * A broker was probed: nobody listens there, or this life of it has answered. While this node is the controller, the session of another
     * life ends at once. Called on the owner.
     */
    public void brokerProbed(int brokerId, Optional<UUID> answered) {
        if (gate.isHeld()) {
            // If too many wait its session ends by time.
            gate.whenReleased(() -> brokerProbed(brokerId, answered));
            return;
        }
        BrokerImage broker = image().broker(brokerId);
        if (!machine.isController()
                || brokerId == self
                || broker == null
                || broker.fenced()
                || answered.equals(Optional.of(broker.incarnation()))) {
            return;
        }
        List<MetadataRecord> fencing = machine.brokerIsGone(brokerId, broker.incarnation(), clockMs.getAsLong());
        if (!fencing.isEmpty()) {
            log.info(
                    "broker {} is gone ({}): its session ends",
                    brokerId,
                    answered.isPresent() ? "another life of it answers" : "nobody listens where it was");
            propose(fencing);
        }
        watchDeadlines();
    }

    private void deadline() {
        if (gate.isHeld()) {
            // Looked at again when it is released.
            return;
        }
        List<MetadataRecord> fencing = machine.expireSessions(clockMs.getAsLong());
        if (!fencing.isEmpty()) {
            propose(fencing);
        }
        List<MetadataRecord> tidying = machine.tidy(clockMs.getAsLong());
        if (!tidying.isEmpty()) {
            propose(tidying);
        }
        watchDeadlines();
    }

    @Override
    public void committed(long baseOffset, int epoch, List<byte[]> records) {
        MetadataDelta delta = applied.apply(baseOffset, epoch, records);
        if (machine.isController()) {
            machine.committed(delta.after(), records.size());
        }
        applied.publish(delta);
    }

    @Override
    public void snapshotLoaded(long endOffset, int epoch, List<byte[]> records) {
        applied.load(endOffset, epoch, records);
    }

    @Override
    public void caughtUp() {
        applied.goLive();
    }

    @Override
    public Supplier<List<byte[]>> captureSnapshot() {
        return applied.capture();
    }

    private MetadataImage image() {
        return applied.image();
    }

    @Override
    public void leadershipGained(int epoch) {
        log.info("this node is the controller, epoch {}", epoch);
        lastProposal = CompletableFuture.completedStage(-1L);
        applied.goLive();
        activeEpoch = epoch;
        List<MetadataRecord> first = machine.becomeController(image(), quorum.highWatermark(), clockMs.getAsLong());
        watchDeadlines();
        if (!first.isEmpty()) {
            propose(first).exceptionally(failure -> {
                if (!(failure instanceof NotLeaderException)) {
                    log.warn("the first records of epoch {} may not be committed: {}", epoch, failure.getMessage());
                }
                return null;
            });
        }
        gate.open(epoch);
        activeListeners.forEach(Runnable::run);
    }

    @Override
    public void leadershipLost(int epoch) {
        log.info("this node is no longer the controller, epoch {}", epoch);
        activeEpoch = -1;
        gate.shut();
        machine.resign();
        watchDeadlines();
    }

    @Override
    public void leaderChanged(int epoch, OptionalInt leader) {
        known = new Leader(epoch, leader);
        if (leader.isPresent() && leader.getAsInt() == self) {
            gate.elected(epoch);
        } else {
            gate.electedElsewhere();
        }
        leaderListeners.forEach(Runnable::run);
    }

    @Override
    public void onLeaderChange(Runnable listener) {
        leaderListeners.add(listener);
    }

    @Override
    public OptionalInt leaderId() {
        return known.id();
    }

    @Override
    public int leaderEpoch() {
        return known.epoch();
    }
}
