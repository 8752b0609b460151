package io.millrace.verticles.quorum;

import java.util.Optional;
import java.util.UUID;

/**
 * What a probe of a broker has found.
 *
 * <p>Thread: immutable.
 *
 * @param answered the life of it that answers; empty when none does
 * @param silent nothing came back, neither an answer nor a refusal: it may have died, or be cut off, or hang, and then it takes
 *     itself for what it was
 */
public record ProbeOutcome(Optional<UUID> answered, boolean silent) {
    /** Nothing came back in time. */
    public static final ProbeOutcome SILENCE = new ProbeOutcome(Optional.empty(), true);
    /** Nobody listens where it was: its process has ended. */
    public static final ProbeOutcome REFUSED = new ProbeOutcome(Optional.empty(), false);

    static ProbeOutcome answered(UUID life) {
        return new ProbeOutcome(Optional.of(life), false);
    }
}
