package io.millrace.log.replication;

import io.millrace.log.PartitionLog;
import io.millrace.log.replica.ReplicaMachine;

/**
 * A replica of this node, as replication sees it. Its log's news have been told to its machine before they are told to
 * {@link FollowerMachine} or {@link LeaderMachine}.
 *
 * <p>Thread: the owner of the replica.
 */
public interface Replicated {
    PartitionLog log();

    ReplicaMachine machine();

    /** What replication keeps with this replica; always the same object. */
    ReplicationLinks links();

    /** {@code leader.replication.throttled.replicas} names this replica. */
    default boolean isLeaderThrottled() {
        return false;
    }

    /** {@code follower.replication.throttled.replicas} names this replica. */
    default boolean isFollowerThrottled() {
        return false;
    }

    /** A follower of this replica has told that its log starts elsewhere than before. */
    default void followerLogStartMoved() {}

    /** Bytes of records were taken from the leader. */
    default void replicatedIn(int bytes) {}

    /** Bytes of records were given to a follower. */
    default void replicatedOut(int bytes) {}
}
