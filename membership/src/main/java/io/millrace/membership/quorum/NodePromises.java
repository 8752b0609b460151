package io.millrace.membership.quorum;

import java.util.List;
import java.util.UUID;

/**
 * The content of the {@code quorum-state} file: who this directory is, once and for all, and what it has promised.
 *
 * @param votersHash of ids and addresses when the cluster was formed; later only the ids must stay
 *     <p>Thread: immutable.
 */
public record NodePromises(
        String clusterId,
        int nodeId,
        UUID directoryId,
        List<Integer> voterIds,
        String votersHash,
        ElectionState election) {
    public NodePromises {
        voterIds = voterIds.stream().sorted().toList();
    }

    NodePromises with(ElectionState latest) {
        return new NodePromises(clusterId, nodeId, directoryId, voterIds, votersHash, latest);
    }
}
