package io.millrace.verticles.shard;

import io.millrace.log.LogConfig;
import io.millrace.log.Owner;
import io.millrace.log.PartitionLog;
import io.millrace.log.TailBudget;
import io.millrace.log.move.MoveHost;
import io.millrace.log.move.ReplicaMove;
import io.millrace.log.store.LogDirectory;
import io.millrace.protocol.Errors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A replica that is being moved to another log directory: what the move asks of it.
 *
 * <p>Thread: the shard's loop.
 */
final class MovingReplica implements MoveHost {
    private static final Logger log = LoggerFactory.getLogger(MovingReplica.class);

    private final ReplicaMoves moves;
    private final Shard shard;
    private final Replica replica;
    private final LogDirectory from;
    private final ReplicaMove move;
    private boolean hasTurn;
    private boolean held;
    private boolean ended;
    /** Where it goes after this move; null when that was all. */
    private LogDirectory next;

    MovingReplica(ReplicaMoves moves, Shard shard, Replica replica, LogDirectory to) {
        this.moves = moves;
        this.shard = shard;
        this.replica = replica;
        this.from = replica.directory();
        this.move = new ReplicaMove(from, to, replica.log(), this);
        log.info("{} moves from {} to {}", replica.log().id(), from.path(), to.path());
    }

    ReplicaMove move() {
        return move;
    }

    Replica replica() {
        return replica;
    }

    void takeTurn() {
        if (!hasTurn) {
            hasTurn = true;
            move.takeTurn();
        }
    }

    /** The replica shall be in that directory. */
    void redirect(LogDirectory to) {
        boolean isOnItsWay = next == null ? move.to() == to : next == to;
        if (!isOnItsWay) {
            boolean cancels = next == null;
            next = to;
            if (cancels) {
                move.cancel(() -> {});
            }
        }
    }

    /** The replica leaves the node, or the node stops. */
    void end() {
        ended = true;
        next = null;
    }

    @Override
    public Owner owner() {
        return shard;
    }

    @Override
    public LogConfig config() {
        return shard.roles().configOf(replica);
    }

    @Override
    public TailBudget tail() {
        return shard.tail();
    }

    @Override
    public long wallClockMs() {
        return shard.context().clock().getAsLong();
    }

    private long nowMs() {
        return shard.context().ticker().getAsLong();
    }

    @Override
    public long pauseMs() {
        return moves.throttle().freeAtMs(nowMs()) - nowMs();
    }

    @Override
    public void copied(int bytes) {
        moves.throttle().moved(bytes, nowMs());
    }

    @Override
    public void later(long delayMs, Runnable task) {
        shard.loop().schedule(task, delayMs, TimeUnit.MILLISECONDS);
    }

    @Override
    public void hold() {
        held = true;
        replica.hold();
    }

    @Override
    public boolean isSettled() {
        return !replica.links().isTruncating();
    }

    @Override
    public void swapped(LogDirectory directory, PartitionLog moved) {
        shard.context().directories().moved(moved.id(), from, directory);
        moved.applyConfig(config());
        replica.swap(directory, moved);
        log.info("{} has moved to {}", moved.id(), directory.path());
        release();
    }

    /** With what the metadata has said meanwhile. */
    private void release() {
        if (held) {
            held = false;
            if (ended) {
                replica.failWaiting(Errors.NOT_LEADER_OR_FOLLOWER);
                return;
            }
            replica.release();
            shard.roles().giveRole(replica);
        }
    }

    @Override
    public void over(String why) {
        if (why != null) {
            log.warn(
                    "{} stays in {}, it does not move to {}: {}",
                    replica.log().id(),
                    from.path(),
                    move.to().path(),
                    why);
        }
        release();
        moves.over(this, next);
    }
}
