package io.millrace.log.crash;

import java.util.Optional;

/**
 * What was acknowledged is there: in group mode after a loss of power, in page-cache mode after the death of the process.
 *
 * <p>Thread: the simulation's only thread.
 */
final class AcknowledgedSurvives implements RecoveryRule {
    @Override
    public Optional<String> brokenBy(Recovered recovered) {
        boolean promised = recovered.log().config().syncsBeforeAck()
                || recovered.ending() == null
                || !recovered.ending().losesPower();
        long acked = recovered.history().ackedEnd();
        return promised && recovered.content().end() < acked
                ? Optional.of("acknowledged up to " + acked + ", found up to "
                        + recovered.content().end())
                : Optional.empty();
    }
}
