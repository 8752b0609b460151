package io.millrace.log.crash;

import io.millrace.log.AppendOutcome;
import io.millrace.log.LogConfig;
import io.millrace.log.store.LogDirectoryException;
import io.millrace.sim.DiskFaults;
import io.millrace.sim.InvariantViolation;
import io.millrace.sim.LifeStopped;
import io.millrace.sim.StepKind;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * One node over several processes, driven by a seed: appends, reads, cuts, retention, deletion, a full disk, I/O errors,
 * crashes of every kind; then everything is healed and progress is demanded.
 *
 * <p>Thread: the simulation's only thread.
 */
final class RandomLife {
    private static final int MAX_PROCESSES = 4;
    private static final int MAX_ACTIONS = 40;
    private static final int MAX_TOPICS = 3;
    /** Few, so that a topic is often made again under the name of a deleted one. */
    private static final List<String> NAMES = List.of("a", "b", "c", "d");
    /** Liveness: what is promised again once the disk is healed. */
    private static final Set<String> MAY_FAIL_UNDER_FAULTS = Set.of("Progress", "RecoverySucceeds");

    private static final List<LogConfig> CONFIGS = List.of(
            ScriptedLife.GROUP,
            ScriptedLife.PAGE_CACHE,
            ScriptedLife.GROUP.with("retention.ms", "20000"),
            ScriptedLife.PAGE_CACHE.with("flush.messages", "1"));

    private final NodeWorld world;
    private final Random random;
    private long acknowledged;

    RandomLife(NodeWorld world) {
        this.world = world;
        this.random = world.simulation().random("driver");
    }

    /** Lives, heals, demands progress. */
    void run() throws LogDirectoryException, IOException {
        try {
            live();
        } catch (InvariantViolation e) {
            throw e.in(world.simulation());
        }
    }

    private void live() throws LogDirectoryException, IOException {
        int processes = 1 + random.nextInt(MAX_PROCESSES);
        for (int i = 0; i < processes; i++) {
            liveAndDie();
            world.disk().faults().heal();
            world.disk().stopAt(Long.MAX_VALUE);
        }
        world.disk().faults().heal();
        LogLife last = world.startLife();
        last.open();
        if (last.replicas().isEmpty()) {
            last.create("last", CONFIGS.get(0));
        }
        for (Replica replica : last.replicas().values()) {
            replica.lead();
            new ProducerStateMatchesLog(replica).demand("after " + processes + " processes");
            expect(replica.produce(2));
        }
        last.awaitAcks();
        countAcks(last);
        last.closeCleanly();
        LogLife check = world.startLife();
        check.open();
        check.closeCleanly();
        if (acknowledged == 0) {
            throw new InvariantViolation("CommitsSomething", "the whole run acknowledged nothing", "");
        }
    }

    /** One process, which ends by a crash or a clean close. */
    private void liveAndDie() throws LogDirectoryException, IOException {
        LogLife life = world.startLife();
        if (random.nextInt(3) == 0) {
            world.disk().stopAt(world.disk().steps() + 1 + random.nextInt(300));
        }
        try {
            life.open();
            life.replicas().values().forEach(Replica::lead);
            int actions = random.nextInt(MAX_ACTIONS);
            for (int i = 0; i < actions; i++) {
                act(life);
            }
            countAcks(life);
            if (life.directory().offlineReason().isEmpty() && random.nextInt(4) == 0) {
                world.disk().faults().heal();
                life.closeCleanly();
                return;
            }
        } catch (LifeStopped stopped) {
            countAcks(life);
        } catch (LogDirectoryException e) {
            if (!world.disk().faults().used()) {
                throw e;
            }
            // A fault during the start may keep the directory closed; the next process finds it healed.
        } catch (InvariantViolation e) {
            if (!world.disk().faults().used() || !MAY_FAIL_UNDER_FAULTS.contains(e.invariant())) {
                throw e;
            }
        }
        world.crash(CrashKind.values()[random.nextInt(CrashKind.values().length)]);
    }

    private void act(LogLife life) throws IOException {
        if (life.replicas().isEmpty()) {
            create(life);
            return;
        }
        Replica replica = List.copyOf(life.replicas().values())
                .get(random.nextInt(life.replicas().size()));
        int action = random.nextInt(22);
        String note = "-- action " + action + " on " + replica.log().id() + ", end "
                + replica.log().assignedEnd();
        world.simulation().trace().note(note);
        switch (action) {
            case 0, 1, 2, 3 -> replica.produce(1 + random.nextInt(4));
            case 4, 5, 6, 7 -> replica.produceIdempotent(1 + random.nextInt(3), 1 + random.nextInt(3));
            case 8, 9 -> life.pass(1 + random.nextInt(20));
            case 10 -> life.pass(random.nextInt(10_000));
            case 11 -> replica.maintain(life.nowMs());
            case 12 -> deleteRecords(replica);
            case 13 -> truncate(life, replica);
            case 14, 15 -> readSomething(replica);
            case 16 -> create(life);
            case 17 -> life.delete(replica);
            case 18 -> replica.lead();
            case 19, 20 -> replica.replicate(1 + random.nextInt(3), 1 + random.nextInt(4));
            default -> injectFault();
        }
    }

    private void create(LogLife life) {
        if (life.replicas().size() < MAX_TOPICS
                && life.directory().offlineReason().isEmpty()) {
            String topic = NAMES.get(random.nextInt(NAMES.size()));
            if (life.replica(topic) != null) {
                return;
            }
            life.create(topic, CONFIGS.get(random.nextInt(CONFIGS.size()))).lead();
        }
    }

    private void deleteRecords(Replica replica) {
        long start = replica.log().logStartOffset();
        long span = replica.log().writtenEnd() - start;
        if (span > 0) {
            replica.deleteRecordsBefore(start + 1 + random.nextInt((int) span));
        }
    }

    /** Cuts what is written and not below the log start, as a comparison of epochs would. */
    private void truncate(LogLife life, Replica replica) {
        if (!life.directory().offlineReason().isEmpty()) {
            return;
        }
        life.pass(50);
        List<LogBatch> batches = replica.history().batches();
        if (batches.isEmpty() || replica.log().assignedEnd() != replica.log().writtenEnd()) {
            return;
        }
        LogBatch first = batches.get(batches.size() - 1 - random.nextInt(Math.min(6, batches.size())));
        if (first.baseOffset() < replica.log().logStartOffset()) {
            return;
        }
        boolean[] done = replica.truncateTo(first.baseOffset());
        life.await(
                "truncation", () -> done[0] || life.directory().offlineReason().isPresent());
        replica.lead();
    }

    private void readSomething(Replica replica) throws IOException {
        long start = replica.log().logStartOffset();
        long end = replica.log().writtenEnd();
        if (start == end || world.disk().faults().used()) {
            return;
        }
        long offset = start + random.nextInt((int) (end - start));
        List<LogBatch> found = LogContent.read(replica.log(), offset, end, 1 + random.nextInt(2_000));
        for (LogBatch batch : found) {
            if (!replica.history().knows(batch)) {
                throw new InvariantViolation("NeverAWrongRecord", replica.log().id() + " serves " + batch, "");
            }
        }
        if (found.isEmpty()
                || found.get(0).baseOffset() > offset
                || found.get(0).lastOffset() < offset) {
            throw new InvariantViolation(
                    "ContiguousOffsets", replica.log().id() + " serves " + found + " at " + offset, "");
        }
    }

    private void injectFault() {
        DiskFaults faults = world.disk().faults();
        int fault = random.nextInt(6);
        world.simulation().trace().note(() -> "-- fault " + fault);
        switch (fault) {
            case 0 -> faults.capacity(2_000 + random.nextInt(20_000));
            case 1 -> faults.failNext(StepKind.WRITE, ".log");
            case 2 -> faults.shortWriteNext(".log");
            case 3 -> faults.failNext(StepKind.SYNC, "");
            case 4 -> faults.failNext(StepKind.values()[random.nextInt(StepKind.values().length)], "");
            default -> faults.heal();
        }
    }

    private void countAcks(LogLife life) {
        life.replicas()
                .values()
                .forEach(replica -> acknowledged += replica.history().ackedEnd());
    }

    private static void expect(AppendOutcome outcome) {
        if (!(outcome instanceof AppendOutcome.Appended)) {
            throw new InvariantViolation("Progress", "after healing, an append gives " + outcome, "");
        }
    }
}
