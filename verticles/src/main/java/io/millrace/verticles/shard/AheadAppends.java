package io.millrace.verticles.shard;

import io.millrace.protocol.Errors;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Appends that have reached a new leader ahead of others of the same producer, which its predecessor has still to refuse. They wait
 * a moment for those: refused as out of order the client would wait out its whole backoff.
 *
 * <p>They are looked at when the next append of the producer has been taken, and whatever does not fit then is refused at once: on the
 * connection the answer to the one that was taken waits behind theirs, and the client may be waiting for that one before it sends more.
 *
 * <p>How many may wait is bounded by the requests of all connections.
 *
 * <p>Thread: the shard's loop.
 */
final class AheadAppends {
    /** What is refused takes a round trip to come back; meanwhile other answers of the connection wait, too. */
    static final long HOLD_MS = 30;

    private static final int PRODUCER_ID_AT = 43;

    private record Ahead(PartitionAppend append, long producerId, long untilMs) {}

    private final Shard shard;
    private final Consumer<PartitionAppend> again;
    private final Deque<Ahead> waiting = new ArrayDeque<>(2);
    private boolean timed;

    /** @param again tries an append once more and settles it, whatever comes of it */
    AheadAppends(Shard shard, Consumer<PartitionAppend> again) {
        this.shard = shard;
        this.again = again;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    void hold(PartitionAppend append) {
        append.group().hold();
        waiting.add(new Ahead(append, producerId(append), nowMs() + HOLD_MS));
        watch();
    }

    private static long producerId(PartitionAppend append) {
        ByteBuf records = append.records();
        return records.getLong(records.readerIndex() + PRODUCER_ID_AT);
    }

    private long nowMs() {
        return shard.context().ticker().getAsLong();
    }

    private void watch() {
        if (!timed && !waiting.isEmpty()) {
            timed = true;
            long delayMs = Math.max(1, waiting.peek().untilMs() - nowMs());
            shard.loop().schedule(this::expire, delayMs, TimeUnit.MILLISECONDS);
        }
    }

    private void expire() {
        timed = false;
        long nowMs = nowMs();
        while (!waiting.isEmpty() && waiting.peek().untilMs() <= nowMs) {
            again.accept(waiting.poll().append());
        }
        watch();
    }

    /** An append of this producer was taken: those that wait have their turn, in the order in which they came. */
    void taken(PartitionAppend append) {
        long producerId = producerId(append);
        List<PartitionAppend> due = new ArrayList<>(waiting.size());
        for (Iterator<Ahead> all = waiting.iterator(); all.hasNext(); ) {
            Ahead ahead = all.next();
            if (ahead.producerId() == producerId) {
                due.add(ahead.append());
                all.remove();
            }
        }
        // An answer may let the next request in: nothing of this object is being looked at by then.
        due.forEach(again);
    }

    void failAll(Errors error) {
        while (!waiting.isEmpty()) {
            PartitionAppend append = waiting.poll().append();
            append.fail(error, null);
            append.group().settle();
        }
    }
}
