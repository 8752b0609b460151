package io.millrace.sim;

import java.util.Optional;

/**
 * A named promise that must hold after every event of a simulation: a class of its own whose name says what is promised.
 *
 * <p>Thread: the simulation's only thread. Must not change what it looks at.
 */
public interface Invariant {
    /** Empty while the promise holds, else one sentence that says what broke it. */
    Optional<String> violation();

    default String name() {
        return getClass().getSimpleName();
    }

    /** Throws {@link InvariantViolation} outside of a running simulation, for crash-point enumerations. */
    default void demand(String where) {
        violation().ifPresent(why -> {
            throw new InvariantViolation(name(), why, where);
        });
    }
}
