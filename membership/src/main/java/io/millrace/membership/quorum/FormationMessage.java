package io.millrace.membership.quorum;

import java.util.Optional;
import java.util.UUID;

/**
 * What nodes say to each other to become one cluster. Loss, duplicates and any order are normal.
 *
 * <p>Thread: immutable.
 */
public sealed interface FormationMessage {
    /**
     * "This is me; what are you?"
     *
     * @param clusterId what the sender's folder belongs to; empty while it is not formatted
     * @param votersHash of the sender's {@code cluster.voters}
     */
    record Hello(UUID directoryId, String votersHash, Optional<String> clusterId) implements FormationMessage {}

    /** "I am part of this cluster, and these may vote in it." */
    record Welcome(String clusterId, VoterSet voters, String votersHash) implements FormationMessage {}
}
