package io.millrace.log.crash;

import java.util.Optional;

/**
 * The log start never falls behind what was durable and never passes what was asked for.
 *
 * <p>Thread: the simulation's only thread.
 */
final class LogStartMonotonic implements RecoveryRule {
    @Override
    public Optional<String> brokenBy(Recovered recovered) {
        History history = recovered.history();
        long start = recovered.content().start();
        return start < history.startFloor() || start > history.startCeiling()
                ? Optional.of("the log starts at " + start + ", not within " + history.startFloor() + ".."
                        + history.startCeiling())
                : Optional.empty();
    }
}
