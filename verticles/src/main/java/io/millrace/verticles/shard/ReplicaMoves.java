package io.millrace.verticles.shard;

import io.millrace.log.TopicPartitionId;
import io.millrace.log.move.ReplicaMove;
import io.millrace.log.replication.ReplicationThrottle;
import io.millrace.log.store.LogDirectory;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The moves of a shard's replicas to other log directories (KIP-113). One copies at a time, in the order in which they were
 * asked for, no faster than {@code replica.alter.log.dirs.io.max.bytes.per.second} allows.
 *
 * <p>Thread: the shard's loop.
 */
public final class ReplicaMoves {
    private final Shard shard;
    private final ReplicationThrottle throttle = new ReplicationThrottle();
    private final Map<TopicPartitionId, MovingReplica> moves = new LinkedHashMap<>();

    ReplicaMoves(Shard shard) {
        this.shard = shard;
    }

    /** This shard's part of the node's rate, in bytes per second. */
    public void throttle(long bytesPerSecond) {
        throttle.rate(bytesPerSecond, shard.context().ticker().getAsLong());
    }

    ReplicationThrottle throttle() {
        return throttle;
    }

    /** The move of a replica; null when it is not moved. */
    public ReplicaMove of(Replica replica) {
        MovingReplica moving = moves.get(replica.log().id());
        return moving == null ? null : moving.move();
    }

    /** Has the replica moved, unless it is there or on its way; a move to elsewhere is given up. */
    public void move(Replica replica, LogDirectory to) {
        MovingReplica moving = moves.get(replica.log().id());
        if (moving != null) {
            moving.redirect(to);
        } else if (replica.directory() != to && !shard.isClosed()) {
            MovingReplica begun = new MovingReplica(this, shard, replica, to);
            moves.put(replica.log().id(), begun);
            begun.move().open();
            nextTurn();
        }
    }

    /** Gives up the move of a replica that leaves the node; calls back when there is none any more. */
    void cancel(Replica replica, Runnable done) {
        MovingReplica moving = moves.get(replica.log().id());
        if (moving == null) {
            done.run();
        } else {
            moving.end();
            moving.move().cancel(done);
        }
    }

    /** The node stops: a move goes on with its next start. */
    void close(Replica replica, Runnable done) {
        MovingReplica moving = moves.get(replica.log().id());
        if (moving == null) {
            done.run();
        } else {
            moving.end();
            moving.move().close(done);
        }
    }

    /** A move is over; the replica may want to go on to somewhere else. */
    void over(MovingReplica moving, LogDirectory next) {
        moves.remove(moving.replica().log().id(), moving);
        if (next != null) {
            move(moving.replica(), next);
        }
        nextTurn();
    }

    private void nextTurn() {
        if (!moves.isEmpty()) {
            moves.values().iterator().next().takeTurn();
        }
    }
}
