package io.millrace.verticles.replication;

import io.millrace.log.AppendError;
import io.millrace.log.Payload;
import io.millrace.log.TopicPartitionId;
import io.millrace.log.replica.IsrProposal;
import io.millrace.log.replication.FollowerMachine;
import io.millrace.log.replication.LeaderMachine;
import io.millrace.log.replication.MalformedFrameException;
import io.millrace.log.replication.ReplicaAnswer;
import io.millrace.log.replication.ReplicaFetch;
import io.millrace.log.replication.Replicated;
import io.millrace.log.replication.ReplicationCodec;
import io.millrace.log.replication.ReplicationLink;
import io.millrace.verticles.replication.ReplicationParts.Outbox;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replication of one shard: carries the news of its replicas to both machines, what they say to other nodes and back, and
 * wakes whoever has something due. Whatever one turn of the loop brings is answered once, at its end.
 *
 * <p>Thread: the shard's loop, except {@link #received}.
 */
public final class ShardReplication implements FollowerMachine.Node, ReplicationLink {
    /** How a partition finds its shard on a node with so many of them. */
    public interface ShardIndex {
        int of(TopicPartitionId id, int shards);
    }

    private static final Logger log = LoggerFactory.getLogger(ShardReplication.class);
    /** What stays due although it was looked at waits for somebody else. */
    private static final long OVERDUE_PAUSE_MS = 20;

    private final ReplicationParts parts;
    private final int shard;
    private final int shards;
    private final EventLoop loop;
    private final LongSupplier ticker;
    private final ShardIndex index;
    private final Function<ByteBuf, Payload> keeper;
    private final Outbox outbox;
    private final FollowerMachine follower;
    private final LeaderMachine leader;
    private final IsrProposals proposals;
    /** Leaders of which something is due some time: a laggard leaves, a proposal is made again. */
    private final Set<Replicated> ticking = new LinkedHashSet<>();

    private boolean turnEnds;
    private ScheduledFuture<?> alarm;
    private long alarmMs = Long.MAX_VALUE;
    private boolean closed;
    private boolean followsNobody;

    /**
     * Made with its shard, which is number {@code shard} of {@code shards}.
     *
     * @param keeper makes a payload of records in a received frame, and takes over the reference to it
     */
    public ShardReplication(
            ReplicationParts parts,
            int shard,
            int shards,
            EventLoop loop,
            LongSupplier ticker,
            LongSupplier clock,
            ShardIndex index,
            LeaderMachine.Lookup lookup,
            Function<ByteBuf, Payload> keeper) {
        this.keeper = keeper;
        this.parts = parts;
        this.shard = shard;
        this.shards = shards;
        this.loop = loop;
        this.ticker = ticker;
        this.index = index;
        this.outbox = parts.outbox().apply(loop);
        this.follower = new FollowerMachine(this, this, parts.fetch(), clock);
        this.leader = new LeaderMachine(parts.brokerId(), shards, lookup, this, parts.fetch());
        leader.tellWatermarksAtOnce(parts.followersServe());
        this.proposals = new IsrProposals(parts, loop, ticker, this::watch);
    }

    private long nowMs() {
        return ticker.getAsLong();
    }

    /** The replica follows that leader from now on, in the epoch that its machine knows. */
    public void follow(Replicated replica, int leaderId) {
        if (followsNobody) {
            return;
        }
        follower.follow(replica, leaderId);
        touch();
    }

    /** The replica follows nobody any more. */
    public void unfollow(Replicated replica) {
        follower.unfollow(replica);
        touch();
    }

    /** From now on: this broker is about to stop, nobody counts on what it would still copy, and its next life copies it. */
    public void followNobody() {
        followsNobody = true;
    }

    /** The replica has another role than its followers know. */
    public void roleChanged(Replicated replica) {
        leader.changed(replica);
        watch(replica);
        touch();
    }

    /** The replica is closed or deleted. */
    public void removed(Replicated replica) {
        follower.unfollow(replica);
        leader.removed(replica);
        ticking.remove(replica);
        touch();
    }

    /** The replica's log has written or synced more, and its machine knows. */
    public void progressed(Replicated replica) {
        if (replica.machine().isLeader()) {
            leader.grew(replica);
            if (!ticking.contains(replica)) {
                watch(replica);
            }
        } else {
            follower.progressed(replica);
        }
        touch();
    }

    /** The replica's log has taken back what it could not write. */
    public void appendsFailed(Replicated replica, AppendError why) {
        follower.appendsFailed(replica, why, nowMs());
        touch();
    }

    /** The replica's high watermark has moved. */
    public void watermarkMoved(Replicated replica) {
        leader.watermarkMoved(replica);
        touch();
    }

    /** The log of a leader starts later than it did. */
    public void logStartMoved(Replicated replica) {
        leader.logStartMoved(replica);
        touch();
    }

    /** The machine of a leader wants this committed. */
    public void propose(Replicated replica, IsrProposal proposal) {
        proposals.add(replica, proposal);
        touch();
    }

    /** Has the machine of a leader ticked when it is due. */
    public void watch(Replicated replica) {
        long dueMs = replica.machine().nextTickMs(nowMs());
        if (dueMs == Long.MAX_VALUE) {
            ticking.remove(replica);
        } else {
            ticking.add(replica);
            arm(dueMs);
        }
        touch();
    }

    /** A frame of another node, which is taken over: the log keeps the records where they are. Thread: any. */
    public void received(ByteBuf frame) {
        loop.execute(() -> {
            if (closed) {
                frame.release();
                return;
            }
            try {
                ReplicationCodec.Message message = ReplicationCodec.decode(
                        frame.nioBuffer(),
                        (bytes, at, size) -> keeper.apply(frame.retainedSlice(frame.readerIndex() + at, size)));
                if (message.fetch() != null) {
                    leader.fetched(message.fetch(), nowMs());
                } else {
                    follower.answered(message.answer(), nowMs());
                }
                touch();
            } catch (MalformedFrameException malformed) {
                log.warn("dropped a frame of another node: {}", malformed.getMessage());
            } catch (RuntimeException | VirtualMachineError bug) {
                touch();
                log.error("a frame of another node could not be taken", bug);
            } finally {
                frame.release();
            }
        });
    }

    private void touch() {
        if (!turnEnds && !closed) {
            turnEnds = true;
            loop.execute(this::endOfTurn);
        }
    }

    private void endOfTurn() {
        turnEnds = false;
        if (closed) {
            return;
        }
        long nowMs = nowMs();
        try {
            leader.flush(nowMs);
            follower.flush(nowMs);
            proposals.flush();
            if (leader.isChanged() || follower.isChanged()) {
                // An answer may credit a follower, which may move what another one waits for.
                touch();
            }
        } catch (RuntimeException | VirtualMachineError bug) {
            failed(nowMs, bug);
        }
        arm(Math.min(leader.nextTickMs(nowMs), follower.nextTickMs(nowMs)));
    }

    /** A bug, or no memory for a message: the next step is taken all the same, although nothing else may come by. */
    private void failed(long nowMs, Throwable why) {
        arm(nowMs + OVERDUE_PAUSE_MS);
        log.error("a step of the replication of shard {} failed; the next one is taken all the same", shard, why);
    }

    /** An alarm that is early finds nothing due and sets the next one: cheaper than moving it with every message. */
    private void arm(long dueMs) {
        if (dueMs >= alarmMs || closed) {
            return;
        }
        if (alarm != null) {
            alarm.cancel(false);
        }
        alarmMs = dueMs;
        alarm = loop.schedule(this::wake, Math.max(1, dueMs - nowMs()), TimeUnit.MILLISECONDS);
    }

    private void wake() {
        alarm = null;
        alarmMs = Long.MAX_VALUE;
        if (closed) {
            return;
        }
        long nowMs = nowMs();
        try {
            tick(nowMs);
        } catch (RuntimeException | VirtualMachineError bug) {
            failed(nowMs, bug);
        }
        turnEnds = true;
        endOfTurn();
    }

    private void tick(long nowMs) {
        long dueMs = Long.MAX_VALUE;
        for (Replicated replica : new ArrayList<>(ticking)) {
            if (replica.machine().nextTickMs(nowMs) <= nowMs) {
                replica.machine().tick(nowMs);
            }
            long next = replica.machine().nextTickMs(nowMs);
            if (next == Long.MAX_VALUE) {
                ticking.remove(replica);
            }
            dueMs = Math.min(dueMs, Math.max(next, nowMs + OVERDUE_PAUSE_MS));
        }
        leader.tick(nowMs);
        follower.tick(nowMs);
        arm(dueMs);
    }

    @Override
    public void send(int brokerId, ReplicaFetch fetch) {
        outbox.send(brokerId, OutgoingFrame.of(fetch))
                .onFailure(lost -> loop.execute(() -> {
                    log.debug("a fetch to node {} is lost: {}", brokerId, lost.getMessage());
                    follower.sendFailed(brokerId, fetch, nowMs());
                    touch();
                }));
    }

    @Override
    public void send(int brokerId, ReplicaAnswer answer) {
        // When it is lost the follower notices by itself.
        outbox.send(brokerId, OutgoingFrame.of(answer));
    }

    /** Nothing is sent or taken any more. */
    public void close() {
        closed = true;
        if (alarm != null) {
            alarm.cancel(false);
        }
    }

    /** The rates of this shard's throttled replicas that are not in sync, in bytes per second. */
    public void throttle(long leaderRate, long followerRate) {
        leader.throttle().rate(leaderRate, nowMs());
        follower.throttle().rate(followerRate, nowMs());
        touch();
    }

    /** The most records that a follower here is known to lack. */
    public long maxLag() {
        return follower.maxLag();
    }

    @Override
    public int brokerId() {
        return parts.brokerId();
    }

    @Override
    public int shard() {
        return shard;
    }

    @Override
    public int shards() {
        return shards;
    }

    @Override
    public int shardOf(TopicPartitionId id, int count) {
        return index.of(id, count);
    }

    @Override
    public long brokerEpoch() {
        return parts.brokerEpoch().getAsLong();
    }

    @Override
    public void alarm(Replicated replica, String what) {
        log.error("{}: {}", replica.log().id(), what);
    }

    @Override
    public void note(Replicated replica, String what) {
        log.info("{} {}", replica.log().id(), what);
    }
}
