package io.millrace.client.produce;

import io.millrace.client.Appended;
import io.millrace.client.LogException;
import io.millrace.client.LogRecord;
import io.millrace.log.batch.BatchBuilder;
import io.millrace.log.batch.BatchHeader;
import io.millrace.log.batch.RecordCursor;
import io.millrace.log.batch.RecordHeader;
import io.millrace.log.batch.Sequences;
import io.millrace.log.compress.Compression;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Records of one partition that travel together, from the first of them to their acknowledgement.
 *
 * <p>Once sent, its bytes are its identity: a repetition sends the same producer id and sequence, so that a leader that has
 * it already answers with the old offset. One that is refused for its size is split: the halves take its sequences in their
 * order, and its records' futures are settled when those of both halves are.
 *
 * <p>Thread: the producer's context.
 */
final class Batch {
    /** Neighbours that are together no larger share the future of their writes: none of them is refused for its own size alone. */
    private static final int RUN_BYTES = 16 << 10;

    private final BatchBuilder records;
    private final Promise<Batch> settled = Promise.promise();
    private final List<Run> runs = new ArrayList<>(4);
    private final int partition;
    private final Compression compression;
    private final long createdNanos;
    private int runBytes = RUN_BYTES;
    private int bufferedBytes;
    private int sendings;
    private int departures;
    private ByteBuffer built;
    private long producerId = BatchHeader.NO_PRODUCER_ID;
    private short producerEpoch = BatchHeader.NO_PRODUCER_EPOCH;
    private int sequence = BatchHeader.NO_SEQUENCE;
    private long baseOffset = -1;
    private long logAppendTime = -1;
    private LogException failure;
    private Batch left;
    private Batch right;

    /** Records from {@code first} to that of the next run. */
    private record Run(int first, Promise<Void> appended) {}

    /** @param room where its records are put as long as they have room there */
    Batch(int partition, Compression compression, byte[] room, long nowNanos) {
        this.partition = partition;
        this.compression = compression;
        records = new BatchBuilder(room);
        records.compression(compression);
        createdNanos = nowNanos;
    }

    /** Adds a record; its place is the last one. */
    void add(LogRecord record, long timestamp) {
        int size = record.sizeBytes();
        runBytes += size;
        if (runBytes > RUN_BYTES) {
            runs.add(new Run(records.count(), Promise.promise()));
            runBytes = size;
        }
        records.append(timestamp, record.key(), record.value(), record.headers());
        bufferedBytes += size;
    }

    boolean hasRoomFor(LogRecord record, int batchBytes) {
        return records.count() == 0 || records.plainSizeBytes() + record.sizeBytes() <= batchBytes;
    }

    int partition() {
        return partition;
    }

    int plainSizeBytes() {
        return records.plainSizeBytes();
    }

    int count() {
        return records.count();
    }

    int bufferedBytes() {
        return bufferedBytes;
    }

    long createdNanos() {
        return createdNanos;
    }

    boolean isBuilt() {
        return built != null;
    }

    long producerId() {
        return producerId;
    }

    int sequence() {
        return sequence;
    }

    /** Whether it has got its place among the producer's sequences. */
    boolean isIdentified() {
        return sequence != BatchHeader.NO_SEQUENCE;
    }

    /** Gives it its identity: before it is sent for the first time. */
    void identify(long id, short epoch, int firstSequence) {
        producerId = id;
        producerEpoch = epoch;
        sequence = firstSequence;
    }

    /** One before it was refused and is nowhere. */
    void moveUp(int places) {
        sequence = Sequences.minus(sequence, places);
    }

    /** Packs it; it must have its identity. */
    void build() {
        if (producerId != BatchHeader.NO_PRODUCER_ID) {
            records.producer(producerId, producerEpoch, sequence);
        }
        built = records.buildBuffer();
    }

    /**
     * Its records in two batches of about half the bytes each, in their order; what its own records' futures wait for from now on.
     * There must be two records at least.
     */
    List<Batch> split() {
        int half = (records.plainSizeBytes() - BatchHeader.SIZE_BYTES) / 2;
        left = new Batch(partition, compression, new byte[half], createdNanos);
        right = new Batch(partition, compression, new byte[half], createdNanos);
        int taken = 0;
        try (RecordCursor cursor = RecordCursor.read(built, 0, Integer.MAX_VALUE)) {
            while (cursor.next()) {
                // The left one gets the first record, however large, and the right one the last.
                boolean toTheLeft = taken == 0
                        || right.count() == 0
                                && taken + cursor.sizeBytes() <= half
                                && cursor.index() < records.count() - 1;
                (toTheLeft ? left : right).take(cursor);
                taken += cursor.sizeBytes();
            }
        }
        left.bufferedBytes = (int) ((long) bufferedBytes * left.count() / count());
        right.bufferedBytes = bufferedBytes - left.bufferedBytes;
        if (isIdentified()) {
            left.identify(producerId, producerEpoch, sequence);
            right.identify(producerId, producerEpoch, Sequences.plus(sequence, left.count()));
        }
        // Nobody has what was refused just now, but whoever got it before may have the records of both.
        left.departures = Math.max(0, departures - 1);
        right.departures = left.departures;
        left.settled.future().onComplete(one -> right.settled.future().onComplete(other -> settle()));
        return List.of(left, right);
    }

    private void take(RecordCursor record) {
        records.append(
                record.timestamp(),
                record.key(),
                record.value(),
                record.headers().toArray(RecordHeader[]::new));
    }

    ByteBuffer bytes() {
        return built;
    }

    void isSent() {
        sendings++;
    }

    /** It may be appended from now on, although nobody may say so: a leader that has it knows it by all of its sequences. */
    void leaves() {
        departures++;
    }

    /** Nobody has got it when it left the last time. */
    void hasStayed() {
        departures--;
    }

    /** Whoever gets it must get it as it is. */
    boolean mustStayWhole() {
        return departures > 0;
    }

    /** It had left before it left the last time: what is said of that says nothing of the times before. */
    boolean leftBefore() {
        return departures > 1;
    }

    /**
     * Where its records are, when its bytes are needed no more: it has been sent a single time, and that was answered. One that was sent
     * again may wait to be written to somebody yet. Null otherwise.
     */
    byte[] freeRoom() {
        return sendings == 1 ? records.room() : null;
    }

    void succeed(long firstOffset, long appendTime) {
        baseOffset = firstOffset;
        logAppendTime = appendTime;
        settle();
    }

    void fail(LogException why) {
        failure = why;
        settle();
    }

    private void settle() {
        for (int index = 0; index < runs.size(); index++) {
            int end = index + 1 < runs.size() ? runs.get(index + 1).first() : count();
            LogException why = failureAmong(runs.get(index).first(), end);
            Promise<Void> appended = runs.get(index).appended();
            Listeners.tell(why == null ? appended::complete : () -> appended.fail(why));
        }
        Listeners.tell(() -> settled.complete(this));
    }

    private LogException failureAmong(int from, int end) {
        if (left == null || from >= end) {
            return from >= end ? null : failure;
        }
        int middle = left.count();
        LogException why = left.failureAmong(from, Math.min(end, middle));
        return why != null ? why : right.failureAmong(Math.max(0, from - middle), end - middle);
    }

    /** Done when the newest record, and its neighbours, are acknowledged as asked. */
    Future<Void> appended() {
        return runs.get(runs.size() - 1).appended().future();
    }

    /** Done, never failed, when it is known of all records where they are, or why they are nowhere. */
    Future<Batch> settled() {
        return settled.future();
    }

    /** Where a record is; throws why it is nowhere. */
    Appended place(String topic, int index) {
        if (left != null) {
            int middle = left.count();
            return index < middle ? left.place(topic, index) : right.place(topic, index - middle);
        }
        if (failure != null) {
            throw failure;
        }
        return new Appended(topic, partition, baseOffset < 0 ? -1 : baseOffset + index, logAppendTime);
    }
}
