package io.millrace.verticles.shard;

import io.millrace.log.EpochEnd;
import io.millrace.log.FileSlice;
import io.millrace.log.PartitionLog;
import io.millrace.log.ReadOutcome;
import io.millrace.log.replica.ReplicaMachine;
import io.millrace.log.replica.ReplicaRole;
import io.millrace.protocol.Errors;
import io.millrace.verticles.metrics.TopicMetrics;

/**
 * What consumers read of one replica: below its high watermark, from the leader, or from a follower when the client can
 * (KIP-392). A leader sends a client that names its rack to a replica in that rack, if it has what the client wants.
 *
 * <p>Thread: the shard's loop.
 */
final class ReplicaReads {
    private final Replica replica;
    private final Shard shard;
    private final TopicMetrics metrics;

    ReplicaReads(Replica replica, Shard shard, TopicMetrics metrics) {
        this.replica = replica;
        this.shard = shard;
        this.metrics = metrics;
    }

    private PartitionLog log() {
        return replica.log();
    }

    private ReplicaMachine machine() {
        return replica.machine();
    }

    /** Whether this replica may be read by the group's client. */
    boolean serves(FetchGroup group) {
        return machine().isLeader() || group.mayReadFollowers() && machine().role() instanceof ReplicaRole.Follower;
    }

    int read(PartitionFetch fetch, FetchGroup group, int maxBytes, boolean minOne) {
        metrics.fetchRequests.increment();
        Errors refusal = replica.checkLeader(fetch.currentLeaderEpoch());
        if (refusal != Errors.NONE && !(refusal == Errors.NOT_LEADER_OR_FOLLOWER && serves(group))) {
            return refuse(fetch, refusal);
        }
        long highWatermark = machine().highWatermark();
        long stable = log().lastStableOffset(highWatermark);
        if (fetch.lastFetchedEpoch() >= 0) {
            EpochEnd end = log().endOffsetForEpoch(fetch.lastFetchedEpoch());
            if (!end.isKnown()) {
                return refuse(fetch, Errors.OFFSET_OUT_OF_RANGE);
            }
            if (end.epoch() < fetch.lastFetchedEpoch() || end.endOffset() < fetch.fetchOffset()) {
                fetch.state(highWatermark, stable, log().logStartOffset());
                fetch.diverged(end);
                return 0;
            }
        }
        if (fetch.fetchOffset() < log().logStartOffset() || fetch.fetchOffset() > log().writtenEnd()) {
            return refuse(fetch, Errors.OFFSET_OUT_OF_RANGE);
        }
        fetch.state(highWatermark, stable, log().logStartOffset());
        int preferred = preferred(fetch, group);
        if (preferred >= 0) {
            fetch.prefer(preferred);
            return 0;
        }
        long limit = group.readCommitted() ? stable : highWatermark;
        fetch.sawUpTo(limit);
        if (fetch.fetchOffset() >= limit || maxBytes <= 0 && !minOne) {
            return 0;
        }
        return plan(fetch, group, limit, maxBytes, minOne);
    }

    /** The follower in the client's rack that has most; -1 when the leader itself is the best choice. */
    private int preferred(PartitionFetch fetch, FetchGroup group) {
        if (group.clientRack().isEmpty() || !machine().isLeader()) {
            return -1;
        }
        int self = shard.context().brokerId();
        String rack = group.clientRack();
        if (rack.equals(shard.roles().rackOf(self))) {
            return -1;
        }
        int best = -1;
        long bestEnd = fetch.fetchOffset() - 1;
        for (int member : machine().partition().isr()) {
            long end = member == self ? -1 : machine().followerEnd(member);
            if (end > bestEnd && rack.equals(shard.roles().rackOf(member))) {
                best = member;
                bestEnd = end;
            }
        }
        return best;
    }

    private int plan(PartitionFetch fetch, FetchGroup group, long limit, int maxBytes, boolean minOne) {
        ReadOutcome outcome = log().read(fetch.fetchOffset(), limit, maxBytes, minOne);
        if (outcome instanceof ReadOutcome.FromMemory memory) {
            fetch.found(memory.batches(), memory.sizeBytes());
            noteAborted(fetch, group, memory.nextOffset());
            return memory.sizeBytes();
        }
        if (outcome instanceof ReadOutcome.FromDisk disk) {
            FileSlice ready = group.mayReadAtOnce() ? disk.read().ready() : null;
            if (ready != null) {
                group.hasReadAtOnce();
                fetch.found(ready);
                noteAborted(fetch, group, ready.nextOffset());
                return ready.sizeBytes();
            }
            group.hold();
            disk.read()
                    .submit(
                            slice -> {
                                fetch.found(slice);
                                noteAborted(fetch, group, slice.nextOffset());
                                group.settle();
                            },
                            failure -> {
                                refuse(fetch, Errors.KAFKA_STORAGE_ERROR);
                                group.settle();
                            });
            return maxBytes;
        }
        if (outcome instanceof ReadOutcome.OutOfRange) {
            return refuse(fetch, Errors.OFFSET_OUT_OF_RANGE);
        }
        return 0;
    }

    private void noteAborted(PartitionFetch fetch, FetchGroup group, long end) {
        if (group.readCommitted()) {
            fetch.aborted(log().abortedIn(fetch.fetchOffset(), end));
        }
    }

    private int refuse(PartitionFetch fetch, Errors error) {
        metrics.failedFetchRequests.increment();
        fetch.fail(error);
        return 0;
    }
}
