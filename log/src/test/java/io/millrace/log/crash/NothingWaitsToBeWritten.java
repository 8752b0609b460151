package io.millrace.log.crash;

import java.util.Optional;

/**
 * A log that was just opened has no offsets that are assigned but not written.
 *
 * <p>Thread: the simulation's only thread.
 */
final class NothingWaitsToBeWritten implements RecoveryRule {
    @Override
    public Optional<String> brokenBy(Recovered recovered) {
        long assigned = recovered.log().assignedEnd();
        long written = recovered.log().writtenEnd();
        return assigned != written ? Optional.of("assigned " + assigned + " but written " + written) : Optional.empty();
    }
}
