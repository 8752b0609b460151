package io.millrace.log.crash;

import io.millrace.log.store.LogDirectoryException;
import io.millrace.sim.InvariantViolation;
import io.millrace.sim.LifeStopped;

/**
 * What every restart must show: the directory opens, each partition holds what it promised, producers go on where they
 * were, everything makes progress, and after a clean close nothing at all is missing.
 *
 * <p>Thread: the simulation's only thread.
 */
final class AfterTheCrash {
    private static final long ONE_PRODUCER = 77;

    private final NodeWorld world;
    private final String where;

    AfterTheCrash(NodeWorld world, String where) {
        this.world = world;
        this.where = where;
    }

    /** The recovery itself dies at its {@code step}-th change of the disk, by the same kind of crash. */
    void crashInRecovery(long step, CrashKind kind) {
        world.disk().stopAt(world.disk().steps() + step);
        try {
            open();
        } catch (LifeStopped expected) {
            // The recovery made fewer changes than that if this is not reached: both are fine.
        }
        world.crash(kind);
    }

    void demand() {
        LogLife life = open();
        for (Replica replica : life.replicas().values()) {
            replica.lead();
            new ProducerStateMatchesLog(replica).demand(where);
            replica.produce(2);
            replica.produceIdempotent(ONE_PRODUCER, 1);
        }
        life.awaitAcks();
        life.closeCleanly();
        LogLife last = open();
        if (!last.directory().cleanShutdown()) {
            throw new InvariantViolation("CleanCloseIsRemembered", "the directory asks for a recovery", where);
        }
        last.directory().found().stream()
                .filter(found -> !world.wants(found))
                .findFirst()
                .ifPresent(stray -> {
                    throw new InvariantViolation("StraysAreRemoved", stray + " is still there", where);
                });
        last.closeCleanly();
    }

    private LogLife open() {
        LogLife life = world.startLife();
        try {
            life.open();
        } catch (LogDirectoryException | RuntimeException e) {
            InvariantViolation violation = new InvariantViolation("RecoverySucceeds", e.toString(), where);
            violation.initCause(e);
            throw violation;
        }
        return life;
    }
}
