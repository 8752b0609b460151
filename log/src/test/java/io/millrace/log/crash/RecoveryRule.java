package io.millrace.log.crash;

import io.millrace.sim.InvariantViolation;
import java.util.List;
import java.util.Optional;

/**
 * A named promise about one partition after every restart: a class of its own.
 *
 * <p>Thread: the simulation's only thread. Must not change the log.
 */
interface RecoveryRule {
    List<RecoveryRule> ALL = List.of(
            new ContiguousOffsets(),
            new LogIsAPrefixOfHistory(),
            new AcknowledgedSurvives(),
            new WrittenAndSyncedSurvive(),
            new LogStartMonotonic(),
            new EpochHistoryMatchesLog(),
            new NothingWaitsToBeWritten());

    /** Empty when the promise was kept. */
    Optional<String> brokenBy(Recovered recovered);

    /** Throws for the first promise that is broken. */
    static void demandAll(Recovered recovered, String where) {
        for (RecoveryRule rule : ALL) {
            rule.brokenBy(recovered).ifPresent(why -> {
                throw new InvariantViolation(
                        rule.getClass().getSimpleName(),
                        recovered.log().id() + ": " + why,
                        where + "\n  found    " + describe(recovered.content()) + "\n  expected "
                                + describe(recovered.history()));
            });
        }
    }

    private static String describe(LogContent content) {
        return content.start() + ".." + content.end() + " " + content.batches();
    }

    private static String describe(History history) {
        return "start " + history.startFloor() + ".." + history.startCeiling() + " acked " + history.ackedEnd()
                + " synced " + history.syncedEnd() + " written " + history.writtenEnd() + " " + history.possible();
    }
}
