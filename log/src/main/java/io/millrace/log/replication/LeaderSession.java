package io.millrace.log.replication;

import io.millrace.log.EpochEnd;
import io.millrace.log.HeapPayload;
import io.millrace.log.Payload;
import io.millrace.log.ReadOutcome;
import io.millrace.log.replication.ReplicaAnswer.Part;
import io.millrace.log.replication.ReplicaFetch.Ask;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A follower shard at this shard: its partitions, and the fetch that waits until there is something to answer. Partitions with
 * something to tell stand in a queue; each gets its share of a frame and goes to the end. A watermark or a log's start that
 * moved travels with records, or by itself after {@link #WATERMARK_MS} when none come.
 *
 * <p>Thread: the owner of the machine.
 */
final class LeaderSession {
    /** An idle tail learns its last watermark so soon; a busy one by the next records. */
    static final long WATERMARK_MS = 10;
    /** Forgotten when nothing was heard for so long. */
    static final long SILENCE_MS = 60_000;

    private static final int MAX_PARTS = 2_000;
    /** About what a part takes beside its records. */
    private static final int PART_BYTES = 60;

    private final LeaderMachine machine;
    final int followerId;
    final int followerShard;
    final long brokerEpoch;
    final long id;
    private final int leaderShard;
    private int lastSequence;
    private long heardMs;
    private final Map<Integer, ServedPartition> partitions = new HashMap<>();
    private final Deque<ServedPartition> ready = new ArrayDeque<>();
    private final Set<ServedPartition> watermarks = new LinkedHashSet<>();
    private final List<ServedPartition> throttled = new ArrayList<>();
    private long watermarkDueMs = Long.MAX_VALUE;
    /** Null unless the follower awaits an answer that nobody works on. */
    private ReplicaFetch parked;

    private long parkedUntilMs;
    private Building building;
    private boolean closed;

    LeaderSession(LeaderMachine machine, ReplicaFetch opening) {
        this.machine = machine;
        this.followerId = opening.followerId();
        this.followerShard = opening.followerShard();
        this.brokerEpoch = opening.brokerEpoch();
        this.id = opening.session();
        this.leaderShard = opening.leaderShard();
        this.lastSequence = opening.sequence() - 1;
    }

    int lastSequence() {
        return lastSequence;
    }

    /** Of a later life of the same follower, or of the same one and later. */
    boolean isNewerThan(LeaderSession other) {
        return brokerEpoch > other.brokerEpoch || brokerEpoch == other.brokerEpoch && id > other.id;
    }

    boolean isEmpty() {
        return partitions.isEmpty();
    }

    /** The next message of the session. */
    void take(ReplicaFetch fetch, long nowMs) {
        lastSequence = fetch.sequence();
        heardMs = nowMs;
        for (int gone : fetch.dropped()) {
            forget(partitions.remove(gone));
        }
        if (fetch.wantsAnswer()) {
            parked = fetch;
            parkedUntilMs = nowMs + fetch.maxWaitMs();
        }
        for (Ask ask : fetch.asks()) {
            partitions
                    .computeIfAbsent(ask.handle(), handle -> new ServedPartition(this, handle))
                    .told(ask, machine.find(ask.topicId(), ask.partition()), nowMs);
        }
        machine.changed(this);
    }

    private void forget(ServedPartition gone) {
        if (gone != null) {
            gone.detach();
            ready.remove(gone);
            watermarks.remove(gone);
            throttled.remove(gone);
        }
    }

    void ready(ServedPartition partition) {
        if (!partition.queued) {
            partition.queued = true;
            ready.add(partition);
            machine.changed(this);
        }
    }

    void watermarkMoved(ServedPartition partition) {
        if (!partition.watermarkMoved) {
            partition.watermarkMoved = true;
            watermarks.add(partition);
            machine.changed(this);
        }
    }

    /** Answers the parked fetch if there is anything to say. */
    void flush(long nowMs) {
        if (watermarks.isEmpty()) {
            watermarkDueMs = Long.MAX_VALUE;
        } else if (watermarkDueMs == Long.MAX_VALUE) {
            watermarkDueMs = nowMs + machine.watermarkMs();
        }
        if (closed || parked == null) {
            return;
        }
        boolean due = nowMs >= watermarkDueMs || nowMs >= parkedUntilMs;
        if (ready.isEmpty() && !due) {
            return;
        }
        ReplicaFetch fetch = parked;
        Building next = new Building(fetch);
        next.fill(nowMs);
        if (!next.isWorthSending() && nowMs < parkedUntilMs) {
            return;
        }
        parked = null;
        building = next;
        next.filled();
    }

    void tick(long nowMs) {
        if (!throttled.isEmpty() && !machine.throttle().isExceeded(nowMs)) {
            List<ServedPartition> free = List.copyOf(throttled);
            throttled.clear();
            free.forEach(this::ready);
        }
        flush(nowMs);
    }

    long dueMs(long nowMs) {
        if (parked == null) {
            return building != null ? Long.MAX_VALUE : heardMs + SILENCE_MS;
        }
        long due = Math.min(parkedUntilMs, watermarkDueMs);
        return throttled.isEmpty() ? due : Math.min(due, machine.throttle().freeAtMs(nowMs));
    }

    boolean isSilent(long nowMs) {
        return parked == null && building == null && nowMs - heardMs >= SILENCE_MS;
    }

    void close() {
        closed = true;
        parked = null;
        partitions.values().forEach(ServedPartition::detach);
        partitions.clear();
        ready.clear();
        watermarks.clear();
        throttled.clear();
    }

    /** An answer in the making: it may wait for files to be read. */
    private final class Building {
        private final ReplicaFetch fetch;
        private final int maxBytes;
        private final List<Part> parts = new ArrayList<>();
        private int bytes;
        private int reads;
        private boolean filled;

        Building(ReplicaFetch fetch) {
            this.fetch = fetch;
            this.maxBytes = Math.min(fetch.maxBytes(), FetchSettings.FRAME_BYTES);
        }

        void fill(long nowMs) {
            for (int turns = ready.size(); turns > 0 && parts.size() < MAX_PARTS; turns--) {
                if (bytes >= maxBytes) {
                    return;
                }
                ServedPartition partition = ready.poll();
                partition.queued = false;
                if (partition.wantsRecords()) {
                    serve(partition, nowMs);
                }
            }
            tellWatermarks();
        }

        private void serve(ServedPartition partition, long nowMs) {
            FetchError error = partition.credit(nowMs);
            EpochEnd diverging = error == FetchError.NONE ? partition.diverging() : null;
            if (error != FetchError.NONE) {
                add(partition.error(error));
                partition.waitForNews();
            } else if (diverging != null) {
                add(partition.answer(diverging, List.of()));
                partition.waitForNews();
            } else if (partition.hasRecords()) {
                if (partition.isThrottled(machine.throttle(), nowMs)) {
                    throttled.add(partition);
                } else {
                    read(partition, nowMs);
                }
            } else if (partition.offsetsAreNews()) {
                // It has become leader since the follower told its news, with a watermark that need not move.
                watermarkMoved(partition);
            }
        }

        private void read(ServedPartition partition, long nowMs) {
            Ask ask = partition.ask();
            int most = Math.min(machine.partitionMaxBytes(), maxBytes - bytes);
            ReadOutcome outcome = partition
                    .replica()
                    .log()
                    .read(ask.fetchOffset(), partition.replica().log().writtenEnd(), most, bytes == 0);
            if (outcome instanceof ReadOutcome.FromMemory memory) {
                found(partition, memory.batches(), memory.sizeBytes(), nowMs);
            } else if (outcome instanceof ReadOutcome.FromDisk disk) {
                reads++;
                bytes += most;
                partition.waitForNews();
                disk.read()
                        .submitCopy(
                                (bytes, next) -> loaded(partition, ask, HeapPayload.of(bytes), nowMs),
                                failure -> notLoaded(partition, ask, FetchError.STORAGE));
            } else if (outcome instanceof ReadOutcome.OutOfRange) {
                add(partition.error(FetchError.OFFSET_OUT_OF_RANGE));
                partition.waitForNews();
            } else {
                // The next batch is larger than what is left of this frame: first in the next one.
                partition.queued = true;
                ready.addFirst(partition);
                bytes = maxBytes;
            }
        }

        private void found(ServedPartition partition, List<Payload> records, int size, long nowMs) {
            if (partition.isCounted()) {
                machine.throttle().moved(size, nowMs);
            }
            partition.replica().replicatedOut(size);
            bytes += size;
            add(partition.answer(null, records));
            partition.waitForNews();
        }

        /**
         * What was planned as leader is given out only by the leader of the same epoch: meanwhile the file may have been cut, and
         * other records may stand where these did.
         */
        private void loaded(ServedPartition partition, Ask ask, Payload payload, long nowMs) {
            boolean stands = !closed
                    && partition.replica() != null
                    && partition.ask().leaderEpoch() == ask.leaderEpoch()
                    && partition.check() == FetchError.NONE;
            if (!stands || payload.sizeBytes() == 0) {
                payload.release();
                notLoaded(
                        partition, ask, partition.replica() == null ? FetchError.UNKNOWN_PARTITION : retry(partition));
                return;
            }
            int size = payload.sizeBytes();
            if (partition.isCounted()) {
                machine.throttle().moved(size, nowMs);
            }
            partition.replica().replicatedOut(size);
            Part current = partition.answer(null, List.of(payload));
            add(new Part(
                    current.handle(),
                    ask.leaderEpoch(),
                    ask.fetchOffset(),
                    FetchError.NONE,
                    current.knownEpoch(),
                    current.highWatermark(),
                    current.logStart(),
                    current.logEnd(),
                    current.gapsMayCome(),
                    null,
                    current.records()));
            readDone();
        }

        private FetchError retry(ServedPartition partition) {
            FetchError error = closed ? FetchError.UNKNOWN_PARTITION : partition.check();
            return error == FetchError.NONE ? FetchError.STORAGE : error;
        }

        private void notLoaded(ServedPartition partition, Ask ask, FetchError error) {
            Part current = partition.error(error);
            add(new Part(
                    current.handle(),
                    ask.leaderEpoch(),
                    ask.fetchOffset(),
                    error,
                    current.knownEpoch(),
                    -1,
                    current.logStart(),
                    current.logEnd(),
                    current.gapsMayCome(),
                    null,
                    List.of()));
            readDone();
        }

        private void tellWatermarks() {
            var waiting = watermarks.iterator();
            while (waiting.hasNext() && parts.size() < MAX_PARTS) {
                ServedPartition partition = waiting.next();
                waiting.remove();
                partition.watermarkMoved = false;
                // Told already beside its records, or to be told an error when its turn comes.
                if (partition.offsetsAreNews()) {
                    add(partition.answer(null, List.of()));
                }
            }
            watermarkDueMs = watermarks.isEmpty() ? Long.MAX_VALUE : watermarkDueMs;
        }

        private void add(Part part) {
            parts.add(part);
            bytes += PART_BYTES;
        }

        boolean isWorthSending() {
            return !parts.isEmpty() || reads > 0;
        }

        private void readDone() {
            reads--;
            sendIfDone();
        }

        void filled() {
            filled = true;
            sendIfDone();
        }

        private void sendIfDone() {
            if (!filled || reads > 0) {
                return;
            }
            ReplicaAnswer answer = new ReplicaAnswer(
                    machine.brokerId(),
                    leaderShard,
                    followerShard,
                    id,
                    fetch.sequence(),
                    ReplicaAnswer.Status.OK,
                    machine.shards(),
                    parts);
            if (closed) {
                answer.release();
                return;
            }
            building = null;
            machine.send(followerId, answer);
            machine.changed(LeaderSession.this);
        }
    }

    @Override
    public String toString() {
        return "session " + id + " of " + followerId + "/" + followerShard + " at " + lastSequence
                + (parked == null ? "" : " parked") + (building == null ? "" : " building") + " ready " + ready.size()
                + " " + partitions.values();
    }
}
