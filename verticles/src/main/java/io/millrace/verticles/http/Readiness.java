package io.millrace.verticles.http;

import java.util.List;
import java.util.Optional;

/**
 * Whether the node serves its clients: unfenced and caught up, or the reason why not.
 *
 * <p>Thread: any; must not block.
 */
public interface Readiness {
    /** Why not, in words for an operator; empty when ready. */
    Optional<String> notReadyBecause();

    /** What a person should look at although the node serves, a sentence each. */
    default List<String> attention() {
        return List.of();
    }

    /** Whether all parts of the node are there and may be asked, ready or not. */
    default boolean isRunning() {
        return notReadyBecause().isEmpty();
    }
}
