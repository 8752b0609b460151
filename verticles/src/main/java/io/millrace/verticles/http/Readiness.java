package io.millrace.verticles.http;

import java.util.Optional;

/**
 * Whether the node serves its clients: unfenced and caught up, or the reason why not.
 *
 * <p>Thread: any; must not block.
 */
public interface Readiness {
    /** Why not, in words for an operator; empty when ready. */
    Optional<String> notReadyBecause();
}
