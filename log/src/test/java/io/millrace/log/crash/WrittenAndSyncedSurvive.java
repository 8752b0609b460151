package io.millrace.log.crash;

import java.util.Optional;

/**
 * The cursors keep their word: synced survives a loss of power, written the death of the process, all a clean close.
 *
 * <p>Thread: the simulation's only thread.
 */
final class WrittenAndSyncedSurvive implements RecoveryRule {
    @Override
    public Optional<String> brokenBy(Recovered recovered) {
        long promised = recovered.promisedEnd();
        return recovered.content().end() < promised
                ? Optional.of("promised up to " + promised + ", found up to "
                        + recovered.content().end())
                : Optional.empty();
    }
}
