package io.millrace.membership;

import java.util.List;
import java.util.UUID;

/**
 * What the quorum's leader knows of those who follow it, for operators.
 *
 * <p>Thread: immutable.
 */
public record QuorumDescription(
        int leaderId, int epoch, long highWatermark, List<Replica> voters, List<Replica> observers) {
    /** A time that is not known. */
    public static final long NEVER = -1;

    public QuorumDescription {
        voters = List.copyOf(voters);
        observers = List.copyOf(observers);
    }

    /**
     * How long ago a majority of the voters, the leader included, had fetched from it; {@link #NEVER} when they have not.
     * Nobody else can have been elected before that.
     */
    public long sinceMajorityMs() {
        long[] since = voters.stream()
                .mapToLong(Replica::sinceFetchMs)
                .filter(ms -> ms != NEVER)
                .sorted()
                .toArray();
        int majority = voters.size() / 2 + 1;
        return since.length < majority ? NEVER : since[majority - 1];
    }

    /**
     * One node's copy of the log.
     *
     * @param directoryId null when it has not told yet
     * @param sinceFetchMs how long ago it asked last; {@link #NEVER} in this epoch
     * @param sinceCaughtUpMs how long ago it had everything there was when it asked
     */
    public record Replica(int nodeId, UUID directoryId, long endOffset, long sinceFetchMs, long sinceCaughtUpMs) {}
}
