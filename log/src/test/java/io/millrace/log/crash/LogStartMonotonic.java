package io.millrace.log.crash;

import java.util.Optional;

/**
 * The log start never falls behind what was durable and never passes what was asked for; only a log of which nothing was
 * ever synced may lack its first segments when the power is back, because each name is on its own.
 *
 * <p>Thread: the simulation's only thread.
 */
final class LogStartMonotonic implements RecoveryRule {
    @Override
    public Optional<String> brokenBy(Recovered recovered) {
        History history = recovered.history();
        long start = recovered.content().start();
        boolean mayLackItsBeginning = recovered.ending() != null
                && recovered.ending().losesPower()
                && history.syncedEnd() <= history.startCeiling();
        if (start < history.startFloor() || (start > history.startCeiling() && !mayLackItsBeginning)) {
            return Optional.of("the log starts at " + start + ", not within " + history.startFloor() + ".."
                    + history.startCeiling());
        }
        return Optional.empty();
    }
}
