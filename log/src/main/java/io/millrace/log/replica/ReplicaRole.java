package io.millrace.log.replica;

/**
 * What a replica is, by committed records only. Every role may follow every other; within one leader epoch a leader stays
 * leader or goes offline.
 *
 * <p>Thread: any (immutable).
 */
public sealed interface ReplicaRole {

    /** @param epochStartOffset the end of the log when this epoch began: its first record goes there */
    record Leader(int leaderEpoch, long epochStartOffset) implements ReplicaRole {}

    record Follower(int leaderEpoch, int leaderId) implements ReplicaRole {}

    /** Neither: no leader is elected, the log failed, or a higher epoch was seen and its record is not here yet. */
    record Offline(String why) implements ReplicaRole {}
}
