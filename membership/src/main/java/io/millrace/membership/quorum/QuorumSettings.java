package io.millrace.membership.quorum;

import java.util.Set;
import java.util.UUID;

/**
 * Who this node is in the quorum, and its timers.
 *
 * @param voters those with whom the cluster was founded; the log may have changed them since
 * @param fetchTimeoutMs a follower that got no answer from its leader for so long asks for votes
 * @param electionTimeoutMs least time between two elections of one voter; up to as much again is added by chance
 * @param rankDelayMs added per rank, so that elections follow a preferred order
 * @param known further nodes that may know who leads: of the voters by this node's log perhaps nobody is left
 *     <p>Thread: immutable.
 */
public record QuorumSettings(
        int nodeId,
        UUID directoryId,
        VoterSet voters,
        int fetchTimeoutMs,
        int electionTimeoutMs,
        int rankDelayMs,
        Set<Integer> known) {
    public static final int DEFAULT_FETCH_TIMEOUT_MS = 1_000;
    public static final int DEFAULT_ELECTION_TIMEOUT_MS = 300;
    public static final int DEFAULT_RANK_DELAY_MS = 100;

    public QuorumSettings(
            int nodeId, UUID directoryId, VoterSet voters, int fetchTimeoutMs, int electionTimeoutMs, int rankDelayMs) {
        this(nodeId, directoryId, voters, fetchTimeoutMs, electionTimeoutMs, rankDelayMs, Set.of());
    }

    public QuorumSettings {
        known = Set.copyOf(known);
        if (nodeId < 0 || fetchTimeoutMs < 10 || electionTimeoutMs < 10 || rankDelayMs < 0) {
            throw new IllegalArgumentException("not a quorum's settings: node " + nodeId + ", fetch " + fetchTimeoutMs
                    + " ms, election " + electionTimeoutMs + " ms, rank " + rankDelayMs + " ms");
        }
    }

    public static QuorumSettings withDefaults(int nodeId, UUID directoryId, VoterSet voters) {
        return new QuorumSettings(
                nodeId,
                directoryId,
                voters,
                DEFAULT_FETCH_TIMEOUT_MS,
                DEFAULT_ELECTION_TIMEOUT_MS,
                DEFAULT_RANK_DELAY_MS);
    }

    public QuorumSettings knowing(Set<Integer> nodes) {
        return new QuorumSettings(nodeId, directoryId, voters, fetchTimeoutMs, electionTimeoutMs, rankDelayMs, nodes);
    }

    /** How long the leader holds back an answer while it has nothing to say; well below the fetch timeout. */
    int fetchWaitMs() {
        return fetchTimeoutMs / 3;
    }

    /** After so long without an answer the same is asked again. */
    int retryMs() {
        return fetchTimeoutMs * 2 / 3;
    }

    /** How often the leader calls on a voter that does not fetch. */
    int beginIntervalMs() {
        return fetchTimeoutMs / 4;
    }

    /** A leader whose disk has taken nothing for so long hands over, the first time, to those whose disks do. */
    int fullDiskMs() {
        return fetchTimeoutMs * 2;
    }

    /** Rule Q4: a leader that no majority has fetched from for so long resigns. */
    int checkQuorumMs() {
        return fetchTimeoutMs * 3 / 2;
    }
}
