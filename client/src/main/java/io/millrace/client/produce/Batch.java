package io.millrace.client.produce;

import io.millrace.client.LogException;
import io.millrace.client.LogRecord;
import io.millrace.log.batch.BatchBuilder;
import io.millrace.log.batch.BatchHeader;
import io.millrace.log.compress.Compression;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.ByteBuffer;

/**
 * Records of one partition that travel together, from the first of them to their acknowledgement.
 *
 * <p>Once sent, its bytes are its identity: a repetition sends the same producer id and sequence, so that a leader that has
 * it already answers with the old offset.
 *
 * <p>Thread: the producer's context.
 */
final class Batch {
    private final BatchBuilder records;
    private final Promise<Batch> settled = Promise.promise();
    private final Future<Void> appended = settled.future().mapEmpty();
    private final int partition;
    private final long createdNanos;
    private int bufferedBytes;
    private ByteBuffer built;
    private long producerId = BatchHeader.NO_PRODUCER_ID;
    private int sequence;
    private long baseOffset = -1;
    private long logAppendTime = -1;

    /** @param expectedBytes what it is expected to get: what the one before it got */
    Batch(int partition, Compression compression, int expectedBytes, long nowNanos) {
        this.partition = partition;
        records = new BatchBuilder(expectedBytes);
        records.compression(compression);
        createdNanos = nowNanos;
    }

    /** Adds a record; its place is the last one. */
    void add(LogRecord record, long timestamp) {
        records.append(timestamp, record.key(), record.value(), record.headers());
        bufferedBytes += record.sizeBytes();
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

    /** Gives it its identity and packs it: before it is sent for the first time. */
    void build(long id, short epoch, int firstSequence) {
        producerId = id;
        sequence = firstSequence;
        if (id != BatchHeader.NO_PRODUCER_ID) {
            records.producer(id, epoch, firstSequence);
        }
        built = records.buildBuffer();
    }

    ByteBuffer bytes() {
        return built;
    }

    void succeed(long firstOffset, long appendTime) {
        baseOffset = firstOffset;
        logAppendTime = appendTime;
        settled.complete(this);
    }

    void fail(LogException why) {
        settled.fail(why);
    }

    /** Done when the batch is acknowledged as asked; one future for all its records. */
    Future<Void> appended() {
        return appended;
    }

    Future<Batch> settled() {
        return settled.future();
    }

    long offsetOf(int place) {
        return baseOffset < 0 ? -1 : baseOffset + place;
    }

    long logAppendTime() {
        return logAppendTime;
    }
}
