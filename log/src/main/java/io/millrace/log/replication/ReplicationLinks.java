package io.millrace.log.replication;

import java.util.ArrayList;
import java.util.List;

/**
 * What replication keeps with one replica: its place in a session with its leader, and the followers that it serves. An
 * idle replica that has neither costs this object.
 *
 * <p>Thread: the owner of the replica.
 */
public final class ReplicationLinks {
    /** Null while it never followed. */
    FollowedPartition followed;

    private List<ServedPartition> served = List.of();

    List<ServedPartition> served() {
        return served;
    }

    void add(ServedPartition partition) {
        if (served.isEmpty()) {
            served = new ArrayList<>(2);
        }
        served.add(partition);
    }

    void remove(ServedPartition partition) {
        served.remove(partition);
        if (served.isEmpty()) {
            served = List.of();
        }
    }

    /** Whether the log is being cut as its leader's epochs say; that goes on when this replica follows nobody any more. */
    public boolean isTruncating() {
        return followed != null && followed.isTruncating();
    }

    /** How many records the leader was last heard to have more; 0 when this replica follows nobody. */
    public long lag() {
        return followed == null ? 0 : followed.lag();
    }

    /** Where a follower's log starts, as it has told this leader last; -1 when it has told nothing. */
    public long followerLogStart(int followerId) {
        ServedPartition newest = null;
        for (ServedPartition partition : served) {
            // A session of an earlier life may not be forgotten yet.
            if (partition.session.followerId == followerId
                    && (newest == null || partition.session.isNewerThan(newest.session))) {
                newest = partition;
            }
        }
        return newest == null ? -1 : newest.followerLogStart();
    }
}
