package io.millrace.verticles.handler;

import io.millrace.log.AbortedTransaction;
import io.millrace.log.FileSlice;
import io.millrace.log.Payload;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.image.PartitionImage;
import io.millrace.protocol.Errors;
import io.millrace.protocol.NodeEndpoint;
import io.millrace.protocol.fetch.FetchRequest;
import io.millrace.protocol.fetch.FetchResponse;
import io.millrace.protocol.fetch.PartitionData;
import io.millrace.verticles.node.Node;
import io.millrace.verticles.shard.FetchGroup;
import io.millrace.verticles.shard.FetchWaiter;
import io.millrace.verticles.shard.PartitionFetch;
import io.millrace.verticles.shard.Shard;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * One Fetch on its way: reads everything once, parks while there is too little, reads again when woken, and answers.
 *
 * <p>Reading is planning: memory by reference, files as regions. So an attempt that finds too little costs next to
 * nothing, and the limit of the whole answer (KIP-74) is applied at the end, in the order of the request.
 *
 * <p>Thread: the connection's event loop; groups come home to it.
 */
final class FetchOperation {
    private static final byte READ_COMMITTED = 1;
    private static final int FIRST_WITH_LEADER_HINTS = 16;
    private static final int FIRST_FOR_FOLLOWERS = 11;

    private final Node node;
    private final FetchRequest request;
    private final RequestContext context;
    private final FetchSession session;
    private final boolean incremental;
    private final List<FetchTarget> targets;
    private final FetchGroup[] groups;
    private final long deadlineNanos;
    private int groupsOut;
    private boolean lastAttempt;
    private boolean asksOneShard;
    private final int maxBytes;
    private FetchWaiter waiter;
    private ScheduledFuture<?> timeout;
    private boolean hasFailed;

    FetchOperation(
            Node node,
            FetchRequest request,
            RequestContext context,
            FetchSession session,
            boolean incremental,
            List<FetchTarget> targets,
            int mostBytes) {
        this.node = node;
        this.request = request;
        this.context = context;
        this.session = session;
        this.incremental = incremental;
        this.targets = targets;
        this.maxBytes = Math.min(request.maxBytes(), mostBytes);
        this.groups = new FetchGroup[node.shards().all().size()];
        this.deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Math.max(0, request.maxWaitMs()));
        this.lastAttempt = request.maxWaitMs() <= 0;
    }

    void start() {
        for (FetchTarget target : targets) {
            if (target.read() == null) {
                // Unknown here; it does not end the wait for the others, or a client that asks for it again and again
                // would never wait at all.
                continue;
            }
            Shard shard = node.shards().of(target.read().topicId(), target.partition());
            FetchGroup group = groups[shard.index()];
            if (group == null) {
                group = new FetchGroup(request.isolationLevel() == READ_COMMITTED, context.loop(), this::groupDone);
                if (request.version() >= FIRST_FOR_FOLLOWERS) {
                    group.readingFollowers(node.choosesReplicaByRack() ? request.rackId() : "");
                }
                groups[shard.index()] = group;
            }
            group.add(target.read());
        }
        attempt();
    }

    private void attempt() {
        groupsOut = 0;
        for (FetchGroup group : groups) {
            groupsOut += group == null ? 0 : 1;
        }
        if (groupsOut == 0) {
            answer();
            return;
        }
        for (int index = 0; index < groups.length; index++) {
            if (groups[index] != null) {
                groups[index].begin(maxBytes);
                node.shards().all().get(index).submit(groups[index]);
            }
        }
    }

    private void groupDone() {
        if (--groupsOut > 0) {
            return;
        }
        try {
            settle();
        } catch (Throwable failure) {
            // This is a task of the loop: nobody else would tell the client.
            endWaiting();
            for (FetchTarget target : targets) {
                if (target.read() != null) {
                    target.read().release();
                }
            }
            context.failed(failure);
        }
    }

    /** Everything was read once: that is the answer, or it is waited for more. */
    private void settle() {
        long found = 0;
        boolean settled = lastAttempt || context.isClosed();
        for (FetchTarget target : targets) {
            if (target.read() != null) {
                found += target.read().sizeBytes();
                settled |= target.read().error() != Errors.NONE
                        || target.read().diverging() != null
                        || target.read().preferredReplica() >= 0;
            }
        }
        if (settled || found >= request.minBytes()) {
            answer();
        } else if (asksOneShard) {
            asksOneShard = false;
            attempt();
        } else {
            park(request.minBytes() - found);
        }
    }

    private void park(long missingBytes) {
        long leftNanos = deadlineNanos - System.nanoTime();
        if (leftNanos <= 0) {
            answer();
            return;
        }
        // What was found is found again; meanwhile it must not pin the buffers it lies in.
        for (FetchTarget target : targets) {
            if (target.read() != null) {
                target.read().release();
            }
        }
        // The place of none: whatever fails before the others have theirs, there is something to end.
        waiter = new FetchWaiter(missingBytes, context.loop(), () -> {});
        node.metrics().here().fetchesWaiting.add(1);
        context.whenClosed(this::abandoned);
        timeout = context.loop().schedule(this::timedOut, leftNanos, TimeUnit.NANOSECONDS);
        for (int index = 0; index < groups.length; index++) {
            if (groups[index] != null) {
                int shard = index;
                node.shards().all().get(index).park(groups[index], waiter.elsewhere(() -> woken(shard)));
            }
        }
    }

    /**
     * Something has come in one shard. With anything being enough only that one is asked again: there was nothing in the
     * others when this was parked, and what has come there since is found by the next fetch.
     */
    private void woken(int shard) {
        node.metrics().here().fetchesWaiting.add(-1);
        if (hasFailed) {
            return;
        }
        timeout.cancel(false);
        if (request.minBytes() > 1) {
            attempt();
            return;
        }
        asksOneShard = true;
        groupsOut = 1;
        groups[shard].begin(maxBytes);
        node.shards().all().get(shard).submit(groups[shard]);
    }

    /** It is answered now, with a failure: nothing that was to wake it may answer it again. */
    private void endWaiting() {
        hasFailed = true;
        if (timeout != null) {
            timeout.cancel(false);
        }
        if (waiter != null && waiter.cancel()) {
            node.metrics().here().fetchesWaiting.add(-1);
        }
    }

    private void abandoned() {
        if (waiter.cancel()) {
            node.metrics().here().fetchesWaiting.add(-1);
            timeout.cancel(false);
            context.respondNothing();
        }
    }

    private void timedOut() {
        // Whoever ends the waiting goes on; the other one finds it ended.
        if (waiter.cancel()) {
            node.metrics().here().fetchesWaiting.add(-1);
            lastAttempt = true;
            attempt();
        }
    }

    private void answer() {
        FetchResponse response = new FetchResponse((short) 0, session == null || session.isEmpty() ? 0 : session.id());
        try {
            fill(response);
        } catch (Throwable notFilled) {
            // What it has is no read's any more.
            FetchHandler.release(response);
            throw notFilled;
        }
        FetchHandler.send(context, response);
    }

    private void fill(FetchResponse response) {
        MetadataImage image = node.image();
        FetchResponse.Topic topic = null;
        long left = maxBytes;
        boolean first = true;
        for (FetchTarget target : targets) {
            PartitionFetch read = target.read();
            if (read != null && read.sizeBytes() > 0) {
                // Only the first partition with records may exceed its limits (KIP-74).
                if (!first && (read.sizeBytes() > left || read.sizeBytes() > read.maxBytes())) {
                    read.release();
                } else {
                    left -= read.sizeBytes();
                    first = false;
                }
            }
            if (incremental && !isNews(target)) {
                continue;
            }
            if (topic == null
                    || !Objects.equals(topic.name(), target.name())
                    || !Objects.equals(topic.id(), target.id())) {
                topic = response.addTopic(target.name(), target.id());
            }
            topic.partitions().add(data(target, image, response));
        }
    }

    /** Whether an incremental answer must mention the partition: it has records, an error, or offsets not told yet. */
    private boolean isNews(FetchTarget target) {
        PartitionFetch read = target.read();
        if (read == null
                || read.error() != Errors.NONE
                || read.diverging() != null
                || read.preferredReplica() >= 0
                || read.sizeBytes() > 0) {
            return true;
        }
        return read.highWatermark() != target.entry().toldHighWatermark
                || read.logStartOffset() != target.entry().toldLogStart;
    }

    private PartitionData data(FetchTarget target, MetadataImage image, FetchResponse response) {
        PartitionData data = new PartitionData(target.partition());
        PartitionFetch read = target.read();
        Errors error = read == null ? target.refusal() : read.error();
        FetchSession.Entry told = target.entry();
        if (error != Errors.NONE) {
            context.error(error.code());
            data.error(error.code());
            if (told != null) {
                told.toldHighWatermark = -1;
            }
            if (error == Errors.NOT_LEADER_OR_FOLLOWER || error == Errors.FENCED_LEADER_EPOCH) {
                hintLeader(data, image, read, response);
            }
            return data;
        }
        data.offsets(read.highWatermark(), read.lastStableOffset(), read.logStartOffset());
        if (told != null) {
            told.toldHighWatermark = read.highWatermark();
            told.toldLogStart = read.logStartOffset();
        }
        if (read.preferredReplica() >= 0) {
            data.preferredReadReplica(read.preferredReplica());
        }
        if (read.diverging() != null) {
            data.diverging(read.diverging().epoch(), read.diverging().endOffset());
        } else {
            addRecords(target, data);
        }
        return data;
    }

    private void addRecords(FetchTarget target, PartitionData data) {
        PartitionFetch read = target.read();
        if (request.isolationLevel() == READ_COMMITTED) {
            List<AbortedTransaction> aborted = read.aborted();
            data.aborted(
                    aborted.stream().mapToLong(AbortedTransaction::producerId).toArray(),
                    aborted.stream().mapToLong(AbortedTransaction::firstOffset).toArray());
        }
        if (read.sizeBytes() == 0) {
            return;
        }
        node.metrics().topic(target.name()).bytesOut.add(read.sizeBytes());
        if (target.entry() != null) {
            session.moveToEnd(target.entry());
        }
        List<FetchPart> parts = new ArrayList<>();
        for (Payload payload : read.takePayloads()) {
            parts.add(new FetchPart.Memory(payload));
        }
        FileSlice slice = read.takeSlice();
        if (slice != null) {
            parts.add(new FetchPart.InFile(slice));
        }
        data.records(parts);
    }

    private void hintLeader(PartitionData data, MetadataImage image, PartitionFetch read, FetchResponse response) {
        PartitionImage partition = read == null ? null : image.partition(read.topicId(), read.partition());
        if (partition == null || request.version() < FIRST_WITH_LEADER_HINTS) {
            return;
        }
        data.currentLeader(partition.leader(), partition.leaderEpoch());
        NodeEndpoint endpoint = Topics.leaderEndpoint(image, partition, context.listenerName());
        if (endpoint != null) {
            response.addEndpoint(endpoint);
        }
    }
}
