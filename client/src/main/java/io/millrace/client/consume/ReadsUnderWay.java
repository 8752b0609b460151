package io.millrace.client.consume;

import io.millrace.client.ConsumerOptions;
import io.millrace.client.link.Cluster;
import io.millrace.client.link.Leader;
import io.millrace.client.link.WakeUp;
import io.millrace.client.link.WireReader;
import io.millrace.client.message.Fetch;
import io.vertx.core.AsyncResult;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * The reads that nodes have not answered yet; has another node asked who leads when one should have been.
 *
 * <p>Thread: the consumer's context.
 */
final class ReadsUnderWay {
    /** A partition that becomes ready while others are parked at the leader must not wait for their answer. */
    private static final int MAX_READS_PER_NODE = 4;

    private static final long OVERDUE_MS = 3_000;
    /**
     * Of one node at a time. What an answer costs beside its records, wake-ups above all, is the same for a large and a small one; one of
     * this size still has its place in one piece of the pool's memory.
     */
    private static final int MOST_ASKED_BYTES = 3 << 20;
    /** Also while other reads are parked there that may bring as much. */
    private static final int LEAST_ASKED_BYTES = 256 << 10;

    /** One request to one node, and what its answer may have. */
    record Read(int brokerId, int maxBytes, long overdueNanos, List<Part> parts) {}

    /** A partition in it, as it was when it was sent. */
    record Part(PartitionBuffer buffer, int generation, int leaderEpoch) {
        /** False after a seek, or when the read was given up. */
        boolean isCurrent() {
            return buffer.inFlight && buffer.generation() == generation;
        }
    }

    private final Cluster cluster;
    private final ConsumerOptions options;
    private final Runnable pump;
    private final Map<Integer, Integer> countOf = new HashMap<>();
    private final Set<Read> reads = new LinkedHashSet<>();
    private final WakeUp doubt;

    /** @param pump called when partitions may be read elsewhere */
    ReadsUnderWay(Vertx vertx, Cluster cluster, ConsumerOptions options, Runnable pump) {
        this.cluster = cluster;
        this.options = options;
        this.pump = pump;
        this.doubt = new WakeUp(vertx, this::lookForOverdue);
    }

    boolean mayBegin(int brokerId) {
        return countOf.getOrDefault(brokerId, 0) < MAX_READS_PER_NODE;
    }

    /** What may still come from a node. */
    private int askedBytes(int brokerId) {
        long bytes = 0;
        for (Read read : reads) {
            if (read.brokerId() == brokerId) {
                bytes += Math.min(read.maxBytes(), (long) read.parts().size() * options.maxPartitionBytes());
            }
        }
        return (int) Math.min(bytes, MOST_ASKED_BYTES);
    }

    /**
     * Asks a node for partitions, with as many requests as its credit makes of them: one that is beyond it would never be sent.
     *
     * @param roomBytes what the answers may have, beside other bounds; one batch always comes
     */
    void send(
            int brokerId,
            List<PartitionBuffer> ready,
            int roomBytes,
            BiConsumer<Read, AsyncResult<WireReader>> answered) {
        List<List<PartitionBuffer>> requests = cut(ready, cluster.data(brokerId).creditBytes() / 2);
        for (List<PartitionBuffer> some : requests) {
            sendOne(brokerId, some, roomBytes / requests.size(), answered);
        }
    }

    static List<List<PartitionBuffer>> cut(List<PartitionBuffer> ready, int mostBytes) {
        List<List<PartitionBuffer>> requests = new ArrayList<>(1);
        int from = 0;
        int bytes = 0;
        for (int at = 0; at < ready.size(); at++) {
            int size = Fetch.mostBytesOf(ready.get(at).partition);
            if (at > from && bytes + size > mostBytes) {
                requests.add(ready.subList(from, at));
                from = at;
                bytes = 0;
            }
            bytes += size;
        }
        requests.add(ready.subList(from, ready.size()));
        return requests;
    }

    private void sendOne(
            int brokerId,
            List<PartitionBuffer> some,
            int roomBytes,
            BiConsumer<Read, AsyncResult<WireReader>> answered) {
        List<Part> parts = new ArrayList<>(some.size());
        List<Fetch.Want> wants = new ArrayList<>(some.size());
        int bytes = 64;
        for (PartitionBuffer buffer : some) {
            int epoch = cluster.leader(buffer.partition).epoch();
            buffer.inFlight = true;
            parts.add(new Part(buffer, buffer.generation(), epoch));
            wants.add(new Fetch.Want(buffer.partition, epoch, buffer.fetchOffset(), options.maxPartitionBytes()));
            bytes += Fetch.mostBytesOf(buffer.partition);
        }
        Read read = begin(brokerId, roomBytes, parts);
        cluster.data(brokerId)
                .callForMuch(
                        Fetch.API,
                        Fetch.VERSION,
                        bytes,
                        options.maxWaitMs() + OVERDUE_MS,
                        out -> Fetch.write(out, options.maxWaitMs(), options.minBytes(), read.maxBytes(), wants))
                .onComplete(answer -> answered.accept(read, answer));
    }

    private Read begin(int brokerId, int roomBytes, List<Part> parts) {
        int askedBytes = Math.max(LEAST_ASKED_BYTES, MOST_ASKED_BYTES - askedBytes(brokerId));
        int maxBytes = Math.max(1, Math.min(roomBytes, askedBytes));
        long waitMs = options.maxWaitMs() + options.doubtMs();
        Read read = new Read(brokerId, maxBytes, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMs), parts);
        reads.add(read);
        countOf.merge(brokerId, 1, Integer::sum);
        doubt.within(waitMs);
        return read;
    }

    /** @param answered whether the node has said anything */
    void end(Read read, boolean answered) {
        reads.remove(read);
        if (answered) {
            cluster.trust(read.brokerId());
        }
        countOf.merge(read.brokerId(), -1, Integer::sum);
    }

    private void lookForOverdue() {
        long nowNanos = System.nanoTime();
        Set<String> topics = new LinkedHashSet<>();
        for (Read read : reads) {
            if (nowNanos - read.overdueNanos() >= 0) {
                cluster.doubt(read.brokerId());
                read.parts().forEach(part -> topics.add(part.buffer().partition.topic()));
            }
        }
        if (!reads.isEmpty()) {
            doubt.within(options.doubtMs());
        }
        if (!topics.isEmpty()) {
            cluster.refresh(topics).onComplete(answer -> leaveFormerLeaders());
        }
    }

    private void leaveFormerLeaders() {
        for (Read read : reads) {
            for (Part part : read.parts()) {
                Leader leader = cluster.leader(part.buffer().partition);
                boolean moved = leader.isKnown()
                        && (leader.brokerId() != read.brokerId() || leader.epoch() > part.leaderEpoch());
                if (moved && part.isCurrent() && part.buffer().bufferedBytes() == 0) {
                    // A new generation: should the old answer come after all, it is nobody's.
                    part.buffer().seek(part.buffer().fetchOffset());
                }
            }
        }
        pump.run();
    }

    void close() {
        doubt.cancel();
    }
}
