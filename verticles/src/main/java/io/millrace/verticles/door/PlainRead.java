package io.millrace.verticles.door;

import io.millrace.log.FileSlice;
import io.millrace.log.Payload;
import io.millrace.membership.image.TopicImage;
import io.millrace.protocol.Errors;
import io.millrace.verticles.node.Node;
import io.millrace.verticles.shard.FetchGroup;
import io.millrace.verticles.shard.FetchWaiter;
import io.millrace.verticles.shard.PartitionFetch;
import io.millrace.verticles.shard.Replica;
import io.millrace.verticles.shard.Shard;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import io.vertx.core.Vertx;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * A plain read: finds records or parks until there are some, then unpacks them on a worker thread.
 *
 * <p>Thread: the door's loop; unpacking elsewhere.
 */
final class PlainRead implements PlainCall {
    private static final int UNKNOWN_EPOCH = -1;

    private final Node node;
    private final Vertx vertx;
    private final EventLoop loop;
    private final ReadWish wish;
    private final DoorLimits limits;
    private final long deadlineNanos;
    private Outcome outcome;
    private PartitionFetch fetch;
    private FetchGroup group;
    private Shard shard;
    private FetchWaiter waiter;
    private ScheduledFuture<?> timeout;
    private boolean lastAttempt;
    private FoundRecords found;

    PlainRead(Node node, Vertx vertx, EventLoop loop, ReadWish wish, DoorLimits limits) {
        this.node = node;
        this.vertx = vertx;
        this.loop = loop;
        this.wish = wish;
        this.limits = limits;
        this.deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(wish.maxWaitMs());
        this.lastAttempt = wish.maxWaitMs() == 0;
    }

    @Override
    public void start(Outcome told) {
        outcome = told;
        TopicImage topic = node.image().topic(wish.topic());
        if (topic == null || topic.partition(wish.partition()) == null) {
            outcome.failed(Leaders.unknown(topic, wish.topic(), wish.partition()));
            return;
        }
        shard = node.shards().of(topic.id(), wish.partition());
        if (wish.offset() >= 0) {
            readFrom(topic.id(), wish.offset());
            return;
        }
        node.shards()
                .<Long>ask(topic.id(), wish.partition(), (replica, answer) -> answer.complete(end(replica)))
                .onComplete(end -> loop.execute(() -> {
                    if (end.succeeded() && end.result() >= 0) {
                        readFrom(topic.id(), end.result());
                    } else {
                        fail(Errors.NOT_LEADER_OR_FOLLOWER);
                    }
                }));
    }

    /** The offset that "earliest" or "latest" is now; -1 when this node does not know. Thread: the shard's loop. */
    private long end(Replica replica) {
        if (replica == null || replica.checkLeader(UNKNOWN_EPOCH) != Errors.NONE) {
            return -1;
        }
        return wish.offset() == ReadWish.EARLIEST
                ? replica.log().logStartOffset()
                : replica.machine().highWatermark();
    }

    private void readFrom(UUID topicId, long offset) {
        fetch = new PartitionFetch(topicId, wish.partition(), offset, wish.maxBytes(), UNKNOWN_EPOCH, UNKNOWN_EPOCH);
        group = new FetchGroup(false, loop, this::read);
        group.add(fetch);
        attempt();
    }

    private void attempt() {
        group.begin(wish.maxBytes());
        shard.submit(group);
    }

    private void read() {
        if (fetch.error() != Errors.NONE) {
            fail(fetch.error());
        } else if (lastAttempt || fetch.sizeBytes() >= Math.max(1, wish.minBytes())) {
            unpack();
        } else {
            park();
        }
    }

    private void fail(Errors error) {
        outcome.failed(Leaders.failure(node, wish.topic(), wish.partition(), error, null));
    }

    private void park() {
        long leftNanos = deadlineNanos - System.nanoTime();
        if (leftNanos <= 0) {
            unpack();
            return;
        }
        int missing = Math.max(1, wish.minBytes()) - fetch.sizeBytes();
        fetch.release();
        waiter = new FetchWaiter(missing, loop, this::woken);
        timeout = loop.schedule(this::endWaiting, leftNanos, TimeUnit.NANOSECONDS);
        shard.park(group, waiter);
    }

    private void woken() {
        timeout.cancel(false);
        attempt();
    }

    private void endWaiting() {
        // Whoever ends the waiting goes on; the other one finds it ended.
        if (waiter.cancel()) {
            lastAttempt = true;
            attempt();
        }
    }

    @Override
    public void abandon() {
        if (waiter != null && waiter.cancel()) {
            timeout.cancel(false);
            outcome.failed(DoorFailure.of(DoorFailure.NOT_SERVING, "this read was ended before there was anything"));
        }
    }

    /** Reads and unpacks on a worker: it may come from a file, and what is packed takes time to unpack. */
    private void unpack() {
        if (fetch.sizeBytes() == 0) {
            found = FoundRecords.none(fetch);
            outcome.succeeded();
            return;
        }
        node.metrics().topic(wish.topic()).bytesOut.add(fetch.sizeBytes());
        List<Payload> payloads = fetch.takePayloads();
        FileSlice slice = fetch.takeSlice();
        int sizeBytes = fetch.sizeBytes();
        vertx.executeBlocking(
                        () -> {
                            try {
                                ByteBuffer batches = ByteBuffer.allocate(sizeBytes);
                                for (Payload payload : payloads) {
                                    batches.put(payload.bytes());
                                }
                                if (slice != null) {
                                    slice.readInto(batches);
                                }
                                batches.flip();
                                return FoundRecords.in(batches, fetch, limits);
                            } finally {
                                payloads.forEach(Payload::release);
                                if (slice != null) {
                                    slice.release();
                                }
                            }
                        },
                        false)
                .onComplete(done -> loop.execute(() -> {
                    if (done.succeeded()) {
                        found = done.result();
                        outcome.succeeded();
                    } else if (done.cause() instanceof DoorFailure failure) {
                        outcome.failed(failure);
                    } else {
                        outcome.failed(DoorFailure.ofUnsent(done.cause()));
                    }
                }));
    }

    FoundRecords found() {
        return found;
    }
}
