package io.millrace.log.crash;

import io.millrace.log.LoadOutcome;
import io.millrace.log.LogConfig;
import io.millrace.log.PartitionLog;
import io.millrace.log.TailBudget;
import io.millrace.log.TopicPartitionId;
import io.millrace.log.store.LogDirectory;
import io.millrace.log.store.LogDirectoryException;
import io.millrace.log.store.LogDirectoryOptions;
import io.millrace.log.store.LostPartition;
import io.millrace.sim.InvariantViolation;
import io.millrace.sim.LifeStopped;
import io.millrace.sim.SimDirectoryIo;
import io.millrace.sim.SimOwner;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.BooleanSupplier;

/**
 * One process of a node: opens the directory, loads every partition that is wanted and checks it against its history,
 * then does what a script or a random driver says, until it is closed or dies.
 *
 * <p>Thread: the simulation's only thread.
 */
final class LogLife {
    private static final long PATIENCE_MS = 120_000;
    private static final long TAIL_BYTES = 1_500;
    private static final String CLUSTER = "simulated";

    private final NodeWorld world;
    private final String name;
    private final SimOwner owner;
    private final SimDirectoryIo io;
    private final TailBudget tail = new TailBudget(TAIL_BYTES);
    private final Map<TopicPartitionId, Replica> replicas = new LinkedHashMap<>();
    private LogDirectory directory;
    private boolean ended;

    LogLife(NodeWorld world, String name) {
        this.world = world;
        this.name = name;
        this.owner = new SimOwner(world.simulation().scheduler(), name);
        this.io = new SimDirectoryIo(world.simulation(), name);
    }

    /** Takes the directory, recovers what is in it and holds it against what was promised. */
    void open() throws LogDirectoryException {
        openDirectory();
        for (LostPartition lost : directory.lost()) {
            if (world.wants(lost.id())) {
                throw new InvariantViolation("ACrashLosesNoSyncedFile", lost.toString(), name);
            }
        }
        try {
            directory.lossIsKnown();
        } catch (IOException e) {
            throw new InvariantViolation("ACrashLosesNoSyncedFile", e.toString(), name);
        }
        for (TopicPartitionId found : directory.found()) {
            if (world.isGone(found)) {
                throw new InvariantViolation("DeletedStaysDeleted", found + " is back", name);
            }
            if (!world.wants(found)) {
                directory.removeStray(found);
            }
        }
        for (TopicPartitionId id : world.histories().keySet()) {
            if (directory.found().contains(id)) {
                adopt(id, loaded(id));
            } else {
                adopt(id, directory.create(id, world.config(id), owner, tail));
            }
        }
    }

    /** Takes the directory and looks at nothing in it yet. */
    LogDirectory openDirectory() throws LogDirectoryException {
        directory = LogDirectory.open(
                world.directory(),
                world.disk(),
                LogDirectoryOptions.of(1, CLUSTER).withCheckpoint(4_000, 1_000).withMaxOpenFiles(3),
                io);
        return directory;
    }

    Replica create(String topic, LogConfig config) {
        TopicPartitionId id = new TopicPartitionId(
                new UUID(world.random().nextLong(), world.random().nextLong()), topic, 0);
        world.want(id, config);
        return adopt(id, directory.create(id, config, owner, tail));
    }

    Replica replica(String topic) {
        return replicas.values().stream()
                .filter(replica -> replica.log().id().topic().equals(topic))
                .findFirst()
                .orElse(null);
    }

    Map<TopicPartitionId, Replica> replicas() {
        return replicas;
    }

    /** Starts the deletion of a topic; the flag says when it is done. */
    boolean[] delete(Replica replica) {
        boolean[] done = new boolean[1];
        TopicPartitionId id = replica.log().id();
        forget(id);
        world.unwant(id);
        replica.log().delete(() -> {
            done[0] = true;
            if (!over() && directory.offlineReason().isEmpty()) {
                world.isDeleted(id);
            }
        });
        return done;
    }

    /** Closes every log, then the directory; from then on nothing may be missing. */
    void closeCleanly() {
        for (Replica replica : Map.copyOf(replicas).values()) {
            boolean[] closed = new boolean[1];
            replica.log().close(() -> closed[0] = true);
            await("close of " + replica.log().id(), () -> closed[0]);
        }
        directory.close();
        alive();
        for (Replica replica : replicas.values()) {
            replica.history().synced(replica.history().assignedEnd());
            replica.history().startIsDurable(replica.log().logStartOffset());
        }
        end();
        world.disk().afterExit();
    }

    void await(String what, BooleanSupplier condition) {
        world.simulation().runUntil(what, PATIENCE_MS, () -> over() || condition.getAsBoolean());
        alive();
    }

    /** Time passes. */
    void pass(long ms) {
        world.simulation().runFor(ms);
        alive();
    }

    void awaitAcks() {
        await("all acks", () -> replicas.values().stream().allMatch(Replica::allAcked));
    }

    LogDirectory directory() {
        return directory;
    }

    AckRule ackRule() {
        return world.ackRule();
    }

    Random random() {
        return world.random();
    }

    long nowMs() {
        return world.simulation().nowMs();
    }

    /** Whether the process is dead: what it still says does not count. */
    boolean over() {
        return ended || world.disk().stopped();
    }

    /** Nothing of this life runs any more. */
    void end() {
        ended = true;
        owner.stop();
        io.stop();
        for (Replica replica : replicas.values()) {
            world.simulation().release(replica);
            // Retention may have moved it inside the very step in which the process died.
            replica.history().startAskedFor(replica.log().logStartOffset());
        }
    }

    LoadOutcome load(TopicPartitionId id) {
        LoadOutcome[] outcome = new LoadOutcome[1];
        directory.load(id, world.config(id), owner, tail, loaded -> outcome[0] = loaded);
        await("load of " + id, () -> outcome[0] != null);
        return outcome[0];
    }

    private PartitionLog loaded(TopicPartitionId id) {
        LoadOutcome outcome = load(id);
        if (outcome instanceof LoadOutcome.Loaded loaded) {
            return loaded.log();
        }
        throw new InvariantViolation("RecoverySucceeds", id + " was not loaded: " + outcome, name);
    }

    private Replica adopt(TopicPartitionId id, PartitionLog log) {
        LogContent content = content(log);
        History history = world.history(id);
        RecoveryRule.demandAll(new Recovered(log, content, history), name);
        history.adopt(content);
        Replica replica = new Replica(this, log, history);
        replicas.put(id, replica);
        world.simulation().always(replica);
        return replica;
    }

    private LogContent content(PartitionLog log) {
        try {
            return LogContent.of(log);
        } catch (IOException e) {
            throw new InvariantViolation("NeverAWrongRecord", log.id() + " cannot be read: " + e, name);
        }
    }

    private void forget(TopicPartitionId id) {
        world.simulation().release(replicas.remove(id));
    }

    private void alive() {
        if (over()) {
            throw new LifeStopped(name + " is over");
        }
    }
}
