package io.millrace.verticles.coordinator;

import io.millrace.protocol.Errors;
import io.millrace.verticles.group.DeletedTopic;
import io.millrace.verticles.group.GroupCoordinatorMachine;
import io.millrace.verticles.group.GroupErrors;
import io.millrace.verticles.group.GroupSettings;
import io.millrace.verticles.shard.Replica;
import io.millrace.verticles.shard.Shard;
import io.vertx.core.Promise;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The groups of one partition of {@code __consumer_offsets} while this node leads it in one epoch.
 *
 * <pre>
 *   load ──read to the end──▶ open ──append failed──▶ load …
 *     └──cannot be read──▶ wait a moment ──▶ load …
 *   any ──leads no more──▶ closed
 * </pre>
 *
 * In each round there is a new machine. While there is none, clients hear that the load is in progress.
 *
 * <p>Thread: the shard's loop.
 */
final class GroupPartition {
    private static final Logger log = LoggerFactory.getLogger(GroupPartition.class);
    /** Between two attempts to load; the directory may be busy. */
    private static final long FIRST_RETRY_MS = 250;

    private static final long REMOVAL_RETRY_MS = 1_000;

    private static final long LONGEST_RETRY_MS = 30_000;

    /** Topics that were deleted while the partition was being loaded: more are not remembered, offsets then expire. */
    private static final int MOST_DELETIONS_KEPT = 10_000;

    private final Shard shard;
    private final CoordinatorTiming timing;
    private final Replica replica;
    private final int leaderEpoch;
    private final Function<Replica, GroupSettings> settings;
    private final Runnable deadlineMoved;
    private final Set<DeletedTopic> deletedMeanwhile = new LinkedHashSet<>();
    private SteadyClock clock;
    private GroupCoordinatorMachine machine;
    private GroupAppender appender;
    private LogReplay replay;
    private boolean open;
    private boolean closed;
    private long retryMs = FIRST_RETRY_MS;
    private boolean removalDue;

    /** @param deadlineMoved called after everything that may have changed {@link #nextDeadlineMs} */
    GroupPartition(
            Shard shard,
            CoordinatorTiming timing,
            Replica replica,
            int leaderEpoch,
            Function<Replica, GroupSettings> settings,
            Runnable deadlineMoved) {
        this.shard = shard;
        this.timing = timing;
        this.replica = replica;
        this.leaderEpoch = leaderEpoch;
        this.settings = settings;
        this.deadlineMoved = deadlineMoved;
    }

    /** Begins a round with a new machine. */
    void load() {
        if (closed) {
            return;
        }
        try {
            begin();
        } catch (RuntimeException | VirtualMachineError bug) {
            loadFailed(bug.toString());
        }
    }

    private void begin() {
        GroupSettings current = settings.apply(replica);
        clock = new SteadyClock(timing.wallMs(), timing.ticker());
        appender = new GroupAppender(
                shard,
                replica,
                leaderEpoch,
                current.maxBatchBytes(),
                timing.commitTimeoutMs(),
                clock::nowMs,
                timing.ticker(),
                this::committed,
                this::appendFailed);
        machine = new GroupCoordinatorMachine(current, timing.newIds(), appender);
        replay = new LogReplay(shard, replica, machine::replay, this::loaded, this::loadFailed);
        replay.start();
    }

    private void loaded() {
        replay = null;
        retryMs = FIRST_RETRY_MS;
        open = true;
        call(() -> machine.loaded(clock.nowMs()));
        removeKeptDeletions();
        log.debug("{} is loaded", replica.log().id());
    }

    private void loadFailed(String why) {
        log.error(
                "the groups of {} cannot be loaded: {}; trying again",
                replica.log().id(),
                why);
        replay = null;
        loadAgainIn(retryMs);
        retryMs = Math.min(LONGEST_RETRY_MS, retryMs * 2);
    }

    private void loadAgainIn(long delayMs) {
        shard.loop().schedule(this::load, delayMs, TimeUnit.MILLISECONDS);
    }

    private void committed(long token) {
        call(() -> machine.committed(token, clock.nowMs()));
    }

    private void appendFailed(Errors why) {
        log.warn(
                "an append to {} failed with {}; its groups are loaded again",
                replica.log().id(),
                why);
        Errors told = GroupErrors.ofAppend(why);
        endMachine(told == Errors.NOT_COORDINATOR ? told : Errors.COORDINATOR_NOT_AVAILABLE);
        loadAgainIn(FIRST_RETRY_MS);
    }

    /**
     * Answers through {@code answer}: the machine's reply, or a {@link CoordinatorException}.
     *
     * @param unsure the error while another node may be the coordinator without this one knowing: what is known here may be old
     */
    <R> void ask(GroupQuestion<R> question, Errors unsure, Promise<R> answer) {
        if (!open) {
            answer.fail(
                    new CoordinatorException(closed ? Errors.NOT_COORDINATOR : Errors.COORDINATOR_LOAD_IN_PROGRESS));
            return;
        }
        if (!replica.leadsForSure()) {
            answer.fail(new CoordinatorException(unsure));
            return;
        }
        // In a turn of its own: an answer lets the connection's next request in, which may be for this machine.
        Consumer<R> later = reply -> shard.execute(() -> answer.tryComplete(reply));
        if (!call(() -> question.ask(machine, clock.nowMs(), later))) {
            answer.tryFail(new CoordinatorException(Errors.UNKNOWN_SERVER_ERROR));
        }
    }

    void topicsDeleted(Collection<DeletedTopic> topics) {
        if (open) {
            removeOffsetsOf(topics);
        } else {
            keep(topics);
        }
    }

    private void keep(Collection<DeletedTopic> topics) {
        if (!closed && deletedMeanwhile.size() + topics.size() <= MOST_DELETIONS_KEPT) {
            deletedMeanwhile.addAll(topics);
        }
    }

    private void removeKeptDeletions() {
        if (open && !deletedMeanwhile.isEmpty()) {
            Set<DeletedTopic> kept = new LinkedHashSet<>(deletedMeanwhile);
            deletedMeanwhile.clear();
            removeOffsetsOf(kept);
        }
    }

    /** What is refused or lost is tried again later, or with the next load; beyond the bound it stays until it expires. */
    private void removeOffsetsOf(Collection<DeletedTopic> topics) {
        call(() -> machine.topicsDeleted(topics, clock.nowMs(), error -> {
            if (error != Errors.NONE && !closed) {
                log.debug("{}: offsets of deleted topics: {}", replica.log().id(), error);
                keep(topics);
                removeAgainLater();
            }
        }));
    }

    private void removeAgainLater() {
        if (!removalDue) {
            removalDue = true;
            shard.loop()
                    .schedule(
                            () -> {
                                removalDue = false;
                                removeKeptDeletions();
                            },
                            REMOVAL_RETRY_MS,
                            TimeUnit.MILLISECONDS);
        }
    }

    /**
     * Milliseconds until the machine wants to be called; {@link GroupCoordinatorMachine#NEVER} when it does not, or must not
     * be until {@link #heardAgain}.
     */
    long dueInMs() {
        if (!open || !replica.leadsForSure()) {
            return GroupCoordinatorMachine.NEVER;
        }
        long deadline = machine.nextDeadlineMs();
        return deadline == GroupCoordinatorMachine.NEVER ? deadline : Math.max(0, deadline - clock.nowMs());
    }

    /** Lets the machine do what is due; nothing is while nobody is answered: who cannot be heard has not fallen silent. */
    void tick() {
        if (open && replica.leadsForSure()) {
            call(() -> machine.onTick(clock.nowMs()));
        }
    }

    /** Members are heard that were refused for a while, or looked for their coordinator elsewhere. */
    void heardAgain() {
        if (open) {
            call(() -> machine.heardAgain(clock.nowMs()));
        }
    }

    /**
     * Calls the machine; false when it broke, which is a bug or want of memory: half changed as it may be, it is thrown away like
     * one whose append failed.
     */
    private boolean call(Runnable operation) {
        GroupCoordinatorMachine called = machine;
        try {
            operation.run();
            deadlineMoved.run();
            return true;
        } catch (RuntimeException | VirtualMachineError bug) {
            if (machine == called && open) {
                endMachine(Errors.COORDINATOR_NOT_AVAILABLE);
                loadAgainIn(retryMs);
            }
            log.error(
                    "the groups of {} are loaded again after a failure",
                    replica.log().id(),
                    bug);
            return false;
        }
    }

    private void endMachine(Errors error) {
        if (replay != null) {
            replay.stop();
            replay = null;
        }
        if (appender != null) {
            appender.end();
        }
        boolean wasOpen = open;
        open = false;
        if (wasOpen) {
            try {
                machine.unload(error);
            } catch (RuntimeException | VirtualMachineError bug) {
                log.error(
                        "the groups of {} could not be left in order",
                        replica.log().id(),
                        bug);
            }
        }
        machine = null;
    }

    /** This node does not lead any more: everybody who waits is sent to look for who does. */
    void close() {
        closed = true;
        endMachine(Errors.NOT_COORDINATOR);
    }

    /** Adds what the metrics want to know; nothing while it is being loaded. */
    void report(GroupReport report) {
        if (open) {
            call(() -> report.add(machine.counts(), machine.progress(report.offsetsLeft())));
        }
    }

    Replica replica() {
        return replica;
    }
}
