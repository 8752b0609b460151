package io.millrace.membership.quorum;

import java.util.List;
import java.util.Optional;

/**
 * What a node was told about itself and its cluster.
 *
 * @param clusterId the one it must be part of; empty: whatever its folder says, or a new one
 * @param voters what {@code cluster.voters} names; looked at when a cluster forms, no longer once a folder is formatted
 *     <p>Thread: immutable.
 */
public record NodeIdentity(int nodeId, Optional<String> clusterId, List<VoterAddress> voters) {
    public NodeIdentity {
        voters = List.copyOf(voters);
        if (voters.isEmpty()) {
            throw new IllegalArgumentException("nobody decides: cluster.voters is empty");
        }
    }

    boolean namesAsVoter(int id) {
        return voters.stream().anyMatch(voter -> voter.id() == id);
    }

    boolean isVoter() {
        return namesAsVoter(nodeId);
    }

    boolean isAlone() {
        return isVoter() && voters.size() == 1;
    }

    int lowestVoter() {
        return voters.stream().mapToInt(VoterAddress::id).min().orElseThrow();
    }

    int majority() {
        return voters.size() / 2 + 1;
    }

    String votersHash() {
        return VoterAddress.hash(voters);
    }
}
