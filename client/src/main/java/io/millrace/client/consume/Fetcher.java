package io.millrace.client.consume;

import io.millrace.client.ConsumedRecord;
import io.millrace.client.ConsumerOptions;
import io.millrace.client.LogError;
import io.millrace.client.LogException;
import io.millrace.client.TopicPartition;
import io.millrace.client.consume.ReadsUnderWay.Part;
import io.millrace.client.consume.ReadsUnderWay.Read;
import io.millrace.client.link.Cluster;
import io.millrace.client.link.Leader;
import io.millrace.client.link.WakeUp;
import io.millrace.client.link.WireReader;
import io.millrace.client.message.Fetch;
import io.millrace.client.message.ListOffsets;
import io.netty.buffer.ByteBuf;
import io.vertx.core.AsyncResult;
import io.vertx.core.Vertx;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Reads assigned partitions from their leaders, no more than is asked for.
 *
 * <p>A read is asked for only while more records are wanted than are here, and its answer has a bound. So a consumer that
 * stops asking has at most one answer per partition still to come, and nothing is pushed at it. A node is asked when little is left of
 * what it leads, for all of that at once.
 *
 * <p>Thread: the consumer's context.
 */
public final class Fetcher {
    private final Cluster cluster;
    private final ConsumerOptions options;
    private final OffsetLookup lookup;
    private final LongSupplier demand;
    private final Runnable arrived;
    private final Consumer<LogException> failed;
    private final Map<TopicPartition, PartitionBuffer> assigned = new TreeMap<>();
    private final Turns turns = new Turns();
    private final ReadsUnderWay reads;
    private final PausedPartitions paused;
    private final WakeUp wakeUp;
    private final LeaderSearch leaders;
    private boolean closed;

    /**
     * Creates a fetcher without partitions.
     *
     * @param demand how many records are wanted now
     * @param arrived called when there may be records that were not there before
     * @param failed told what cannot be mended here; the partition it concerns stays where it is, paused
     */
    public Fetcher(
            Vertx vertx,
            Cluster cluster,
            ConsumerOptions options,
            LongSupplier demand,
            Runnable arrived,
            Consumer<LogException> failed) {
        this.cluster = cluster;
        this.options = options;
        this.demand = demand;
        this.arrived = arrived;
        this.failed = failed;
        this.lookup = new OffsetLookup(vertx, cluster, options.retryBackoffMs(), options.requestTimeoutMs());
        this.paused = PausedPartitions.within(options.maxBufferedBytes());
        this.wakeUp = new WakeUp(vertx, this::pump);
        this.leaders = new LeaderSearch(cluster, options.retryBackoffMs(), assigned.keySet(), wakeUp, this::pump);
        this.reads = new ReadsUnderWay(vertx, cluster, options, this::pump);
    }

    /** Reads these and no others; those that are kept go on where they are. */
    public void assign(Collection<TopicPartition> wanted) {
        assign(wanted, Map.of());
    }

    /** The same, from these offsets on where there is one. */
    public void assign(Collection<TopicPartition> wanted, Map<TopicPartition, Long> offsets) {
        Set<TopicPartition> kept = Set.copyOf(wanted);
        assigned.values().removeIf(buffer -> {
            boolean isGone = !kept.contains(buffer.partition);
            if (isGone) {
                buffer.discard();
            }
            return isGone;
        });
        for (TopicPartition partition : wanted) {
            assigned.computeIfAbsent(partition, added -> new PartitionBuffer(added, options.checkCrcs()));
        }
        offsets.forEach((partition, offset) -> {
            PartitionBuffer buffer = assigned.get(partition);
            if (buffer != null) {
                buffer.seek(offset);
            }
        });
        turns.set(assigned.values());
        leaders.forget();
        pump();
    }

    public Set<TopicPartition> assignment() {
        return Set.copyOf(assigned.keySet());
    }

    /** Goes on at an offset; ignored for a partition that is not assigned. */
    public void seek(TopicPartition partition, long offset) {
        PartitionBuffer buffer = assigned.get(partition);
        if (buffer != null) {
            buffer.seek(offset);
            buffer.notBeforeNanos = System.nanoTime();
            pump();
        }
    }

    /** The offset of the next record to be handed out; -1 when not known or not assigned. */
    public long position(TopicPartition partition) {
        PartitionBuffer buffer = assigned.get(partition);
        return buffer == null ? PartitionBuffer.NO_POSITION : buffer.position();
    }

    /** How many records are committed behind the position, as of the last read; -1 when not known. */
    public long lag(TopicPartition partition) {
        PartitionBuffer buffer = assigned.get(partition);
        return buffer == null || buffer.highWatermark < 0 || !buffer.hasPosition()
                ? -1
                : Math.max(0, buffer.highWatermark - buffer.position());
    }

    /** Stops or resumes reading and handing out of single partitions. */
    public void pause(Collection<TopicPartition> partitions, boolean stop) {
        for (TopicPartition partition : partitions) {
            PartitionBuffer buffer = assigned.get(partition);
            if (buffer != null && stop) {
                pause(buffer);
            } else if (buffer != null) {
                buffer.paused = false;
            }
        }
        if (!stop) {
            arrived.run();
            pump();
        }
    }

    private void pause(PartitionBuffer buffer) {
        paused.pause(buffer, turns.all());
    }

    public OffsetLookup lookup() {
        return lookup;
    }

    /** The next record of any partition in turn, or null when none is here. */
    public ConsumedRecord next() {
        for (int without = 0; without < turns.size(); ) {
            PartitionBuffer buffer = turns.current();
            without++;
            if (!buffer.paused && buffer.bufferedBytes() > 0) {
                try {
                    ConsumedRecord record = buffer.next();
                    if (record != null) {
                        return record;
                    }
                    if (buffer.bufferedBytes() > 0) {
                        // It has another answer: less than before, so that this ends.
                        without = 0;
                    }
                } catch (LogException unreadable) {
                    pause(buffer);
                    failed.accept(unreadable);
                }
            }
            // The next one's turn comes when an answer of this one is used up, so that batches are read in one go.
            turns.pass();
        }
        return null;
    }

    /** Asks for what is wanted and not here. */
    public void pump() {
        if (closed || assigned.isEmpty()) {
            return;
        }
        long bufferedBytes = 0;
        long bufferedRecords = 0;
        for (PartitionBuffer buffer : turns.all()) {
            bufferedBytes += buffer.bufferedBytes();
            bufferedRecords += buffer.paused ? 0 : buffer.bufferedRecords();
        }
        if (demand.getAsLong() <= bufferedRecords || bufferedBytes >= options.maxBufferedBytes()) {
            return;
        }
        NextReads next = new NextReads(Math.max(1, options.maxPartitionBytes() / 2));
        long nowNanos = System.nanoTime();
        // From the one behind that whose turn it is: an answer is full before it has something of all.
        for (int i = 1; i <= turns.size(); i++) {
            PartitionBuffer buffer = turns.behind(i);
            if (!buffer.paused) {
                plan(buffer, nowNanos, next);
            }
        }
        leaders.ask(next.leaderless());
        int room = (int) (options.maxBufferedBytes() - bufferedBytes);
        next.forEach((node, ready, nodes) -> reads.send(node, ready, room / nodes, this::answered));
    }

    private void plan(PartitionBuffer buffer, long nowNanos, NextReads next) {
        Leader leader = cluster.leader(buffer.partition);
        if (leader.isKnown()) {
            next.isHere(leader.brokerId(), buffer.unreadBytes());
        }
        if (buffer.inFlight || next.isEnough(buffer.unreadBytes())) {
            return;
        }
        long waitNanos = buffer.notBeforeNanos - nowNanos;
        if (buffer.notBeforeNanos != 0 && waitNanos > 0) {
            wakeUp.within(1 + TimeUnit.NANOSECONDS.toMillis(waitNanos));
        } else if (!buffer.hasPosition()) {
            findPosition(buffer);
        } else if (!leader.isKnown()) {
            next.hasNoLeader(buffer.partition.topic());
        } else if (reads.mayBegin(leader.brokerId())) {
            next.mayRead(leader.brokerId(), buffer);
        }
    }

    private void answered(Read read, AsyncResult<WireReader> answer) {
        try {
            take(read, answer);
        } finally {
            if (answer.succeeded()) {
                answer.result().release();
            }
        }
        arrived.run();
        pump();
    }

    private void take(Read read, AsyncResult<WireReader> answer) {
        reads.end(read, answer.succeeded());
        List<Fetch.Found> found = List.of();
        LogException failure = null;
        try {
            if (answer.failed()) {
                failure = LogException.of(answer.cause());
            } else {
                found = Fetch.read(answer.result());
            }
        } catch (LogException malformed) {
            failure = malformed;
        }
        Map<TopicPartition, Part> current = new HashMap<>();
        for (Part part : read.parts()) {
            if (part.isCurrent() && assigned.get(part.buffer().partition) == part.buffer()) {
                part.buffer().inFlight = false;
                current.put(part.buffer().partition, part);
            }
        }
        if (failure != null) {
            LogException why = failure;
            boolean isCutAnew =
                    why.error() == LogError.MESSAGE_TOO_LARGE && read.parts().size() > 1;
            current.values().stream().filter(this::isStillWanted).forEach(part -> {
                if (isCutAnew) {
                    // The node has given less credit than was thought.
                    holdOff(part.buffer());
                } else {
                    retry(part.buffer(), why);
                }
            });
        } else {
            for (Fetch.Found one : found) {
                Part part = current.get(one.partition());
                if (part != null && isStillWanted(part)) {
                    take(part.buffer(), one, answer.result().origin());
                }
            }
        }
    }

    /** False when the application, told what is wrong with another partition of the same answer, has gone elsewhere or closed. */
    private boolean isStillWanted(Part part) {
        PartitionBuffer buffer = part.buffer();
        return assigned.get(buffer.partition) == buffer && buffer.generation() == part.generation();
    }

    private void take(PartitionBuffer buffer, Fetch.Found found, ByteBuf origin) {
        LogError error = LogError.ofCode(found.error());
        if (error == LogError.OFFSET_OUT_OF_RANGE) {
            if (options.autoOffsetReset() == ConsumerOptions.OffsetReset.NONE) {
                pause(buffer);
                failed.accept(new LogException(error, buffer.partition + " has no offset " + buffer.fetchOffset()));
            } else if (buffer.bufferedBytes() == 0) {
                buffer.seek(PartitionBuffer.NO_POSITION);
            } else {
                // What is here is handed out first.
                holdOff(buffer);
            }
        } else if (error != null) {
            retry(buffer, new LogException(error, buffer.partition.toString()));
        } else {
            buffer.highWatermark = found.highWatermark();
            if (found.records() != null && found.records().hasRemaining()) {
                try {
                    buffer.add(found.records(), origin);
                    if (buffer.paused) {
                        pause(buffer);
                    }
                } catch (LogException corrupt) {
                    pause(buffer);
                    failed.accept(corrupt);
                }
            }
        }
    }

    private void retry(PartitionBuffer buffer, LogException why) {
        if (!why.isRetriable()) {
            pause(buffer);
            failed.accept(why);
            return;
        }
        if (why.error() == LogError.UNKNOWN_TOPIC_OR_PARTITION) {
            cluster.forget(buffer.partition.topic());
        }
        holdOff(buffer);
        leaders.ask(Set.of(buffer.partition.topic()));
    }

    private void holdOff(PartitionBuffer buffer) {
        buffer.notBeforeNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(options.retryBackoffMs());
    }

    private void findPosition(PartitionBuffer buffer) {
        if (buffer.looking) {
            return;
        }
        if (options.autoOffsetReset() == ConsumerOptions.OffsetReset.NONE) {
            pause(buffer);
            failed.accept(new LogException(LogError.NO_OFFSET, buffer.partition.toString()));
            return;
        }
        buffer.looking = true;
        int generation = buffer.generation();
        boolean earliest = options.autoOffsetReset() == ConsumerOptions.OffsetReset.EARLIEST;
        lookup.find(buffer.partition, earliest ? ListOffsets.EARLIEST : ListOffsets.LATEST)
                .onComplete(found -> {
                    buffer.looking = false;
                    if (generation != buffer.generation()) {
                        pump();
                    } else if (found.succeeded()) {
                        buffer.seek(found.result());
                        pump();
                    } else {
                        retry(buffer, LogException.of(found.cause()));
                        wakeUp.within(options.retryBackoffMs());
                    }
                });
    }

    /** Asks for nothing any more. */
    public void close() {
        closed = true;
        wakeUp.cancel();
        reads.close();
        assigned.values().forEach(PartitionBuffer::discard);
        assigned.clear();
        turns.set(List.of());
    }
}
