package io.millrace.membership.quorum;

import java.util.UUID;

/**
 * The content of the {@code quorum-state} file: who this directory is, once and for all, and what it has promised.
 *
 * @param voters of the cluster when this directory became part of it, each with the directory that may vote
 * @param votersHash of ids and addresses when the cluster was formed
 *     <p>Thread: immutable.
 */
public record NodePromises(
        String clusterId, int nodeId, UUID directoryId, VoterSet voters, String votersHash, ElectionState election) {

    NodePromises with(ElectionState latest) {
        return new NodePromises(clusterId, nodeId, directoryId, voters, votersHash, latest);
    }

    /** Whether this very directory was made a voter; else it only observes. */
    public boolean isVoter() {
        return voters.contains(nodeId, directoryId);
    }
}
