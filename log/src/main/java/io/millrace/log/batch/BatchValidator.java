package io.millrace.log.batch;

import io.millrace.log.AppendError;
import io.millrace.log.AppendOrigin;
import io.millrace.log.AppendOutcome.Rejected;
import io.millrace.log.LogConfig;
import io.millrace.log.TimestampType;
import io.millrace.log.TopicPartitionId;
import io.millrace.log.compress.Compression;
import java.nio.ByteBuffer;

/**
 * Decides from a batch's header whether a leader takes it.
 *
 * <table>
 *   <caption>What is checked when</caption>
 *   <tr><th>what</th><th>for whom</th><th>answer</th></tr>
 *   <tr><td>exactly one batch, magic 2</td><td>client, coordinator</td><td>INVALID_RECORD; CORRUPT_MESSAGE when the
 *     length or magic is impossible</td></tr>
 *   <tr><td>base offset 0</td><td>client</td><td>INVALID_RECORD</td></tr>
 *   <tr><td>max.message.bytes as received, segment.bytes</td><td>client, coordinator</td><td>MESSAGE_TOO_LARGE,
 *     RECORD_LIST_TOO_LARGE</td></tr>
 *   <tr><td>CRC32C</td><td>all</td><td>CORRUPT_MESSAGE</td></tr>
 *   <tr><td>count = last offset delta + 1 &gt; 0</td><td>client, coordinator</td><td>INVALID_RECORD</td></tr>
 *   <tr><td>a codec that exists</td><td>client, coordinator</td><td>UNSUPPORTED_COMPRESSION_TYPE</td></tr>
 *   <tr><td>no control batch, no delete horizon</td><td>client</td><td>INVALID_RECORD</td></tr>
 *   <tr><td>producer id, epoch and sequence agree</td><td>client</td><td>INVALID_RECORD</td></tr>
 *   <tr><td>message.timestamp.{before,after}.max.ms, by the header's base and max</td><td>client, under
 *     CreateTime</td><td>INVALID_TIMESTAMP</td></tr>
 *   <tr><td>every record: structure, offsets without gaps, a key</td><td>client, where the topic is compacted or
 *     recompressed</td><td>INVALID_RECORD with the records to blame</td></tr>
 * </table>
 *
 * <p>Kafka walks (and so decompresses) the records of every batch; here a producer that fills the header with one thing and
 * the records with another is found by its consumers. Only a batch that is refused anyway is walked to say which records
 * are to blame.
 *
 * <p>Thread: any (no state). Nothing is allocated for an acceptable batch that need not be walked.
 */
public final class BatchValidator {
    /** What Kafka takes for an impossible length whatever the magic: the overhead of a v0 record. */
    private static final int MIN_LENGTH = 14;

    private BatchValidator() {}

    /**
     * Checks what lies between position and limit, as sent to a leader.
     *
     * @return null when the batch may be appended
     */
    public static Rejected check(TopicPartitionId id, ByteBuffer b, LogConfig config, AppendOrigin origin, long nowMs) {
        int at = b.position();
        Rejected refused = checkFrame(id, b, at, b.remaining());
        if (refused == null && origin == AppendOrigin.CLIENT && BatchHeader.baseOffset(b, at) != 0) {
            refused = invalid("The baseOffset of the record batch in the append to " + id + " should be 0, but it is "
                    + BatchHeader.baseOffset(b, at));
        }
        if (refused == null) {
            refused = checkSize(id, b.remaining(), config);
        }
        if (refused == null) {
            refused = checkCrc(id, b, at);
        }
        if (refused == null) {
            refused = checkFields(id, b, at);
        }
        if (refused != null || origin != AppendOrigin.CLIENT) {
            return refused;
        }
        refused = checkClientFields(id, b, at);
        if (refused == null && config.timestampType() == TimestampType.CREATE_TIME) {
            refused = checkTimestamps(b, at, config, nowMs);
        }
        if (refused == null && mustWalk(config, b, at)) {
            refused = RecordWalk.check(id, b, at, config);
        }
        return refused;
    }

    /**
     * Checks one of the batches that a leader sent to a follower: that it is whole and undamaged, no more.
     *
     * @return null when the batch may be appended; its size is then {@link BatchHeader#sizeBytes}
     */
    public static Rejected checkReplicated(TopicPartitionId id, ByteBuffer b, int at) {
        int available = b.limit() - at;
        if (available < BatchHeader.SIZE_BYTES
                || BatchHeader.length(b, at) < BatchHeader.SIZE_BYTES - BatchHeader.LOG_OVERHEAD_BYTES
                || BatchHeader.length(b, at) > available - BatchHeader.LOG_OVERHEAD_BYTES) {
            return Rejected.of(AppendError.CORRUPT_MESSAGE, "A replicated batch of " + id + " is not whole");
        }
        if (BatchHeader.magic(b, at) != BatchHeader.MAGIC) {
            return Rejected.of(
                    AppendError.CORRUPT_MESSAGE,
                    "A replicated batch of " + id + " has magic " + BatchHeader.magic(b, at));
        }
        // Compaction leaves fewer records than offsets, never more.
        int delta = BatchHeader.lastOffsetDelta(b, at);
        int count = BatchHeader.recordCount(b, at);
        if (BatchHeader.baseOffset(b, at) < 0 || delta < 0 || count < 0 || count - 1 > delta) {
            return Rejected.of(
                    AppendError.CORRUPT_MESSAGE,
                    "A replicated batch of " + id + " has " + count + " records in offsets "
                            + BatchHeader.baseOffset(b, at) + " to +" + delta);
        }
        return checkCrc(id, b, at);
    }

    /** Whether the records themselves must be looked at. */
    static boolean mustWalk(LogConfig config, ByteBuffer b, int at) {
        return config.compact() || Recompression.target(config, b, at) != null;
    }

    private static Rejected checkFrame(TopicPartitionId id, ByteBuffer b, int at, int size) {
        if (size < BatchHeader.MAGIC_AT + 1) {
            return notOneBatch(id);
        }
        int length = BatchHeader.length(b, at);
        byte magic = BatchHeader.magic(b, at);
        if (length < MIN_LENGTH || magic < 0 || magic > BatchHeader.MAGIC) {
            return Rejected.of(
                    AppendError.CORRUPT_MESSAGE, "A batch of " + id + " has length " + length + " and magic " + magic);
        }
        if (length > size - BatchHeader.LOG_OVERHEAD_BYTES) {
            return notOneBatch(id);
        }
        if (magic != BatchHeader.MAGIC) {
            return invalid("Only record batches with magic version 2 are allowed in " + id + ", not " + magic);
        }
        if (length < BatchHeader.SIZE_BYTES - BatchHeader.LOG_OVERHEAD_BYTES) {
            return Rejected.of(AppendError.CORRUPT_MESSAGE, "A batch of " + id + " is shorter than its header");
        }
        int sizeBytes = length + BatchHeader.LOG_OVERHEAD_BYTES;
        return sizeBytes == size ? null : checkRest(id, b, at + sizeBytes, size - sizeBytes);
    }

    /** Another batch is the client's mistake; anything else is damage. */
    private static Rejected checkRest(TopicPartitionId id, ByteBuffer b, int at, int rest) {
        boolean another = rest > BatchHeader.MAGIC_AT
                && BatchHeader.length(b, at) >= MIN_LENGTH
                && BatchHeader.length(b, at) <= rest - BatchHeader.LOG_OVERHEAD_BYTES
                && BatchHeader.magic(b, at) >= 0
                && BatchHeader.magic(b, at) <= BatchHeader.MAGIC;
        return another
                ? notOneBatch(id)
                : Rejected.of(
                        AppendError.CORRUPT_MESSAGE, rest + " bytes follow the record batch in the append to " + id);
    }

    private static Rejected notOneBatch(TopicPartitionId id) {
        return invalid("Produce requests must have exactly one record batch per partition, unlike the one to " + id);
    }

    private static Rejected checkSize(TopicPartitionId id, int size, LogConfig config) {
        if (size > config.maxMessageBytes()) {
            return Rejected.of(
                    AppendError.MESSAGE_TOO_LARGE,
                    "The record batch size in the append to " + id + " is " + size
                            + " bytes which exceeds the maximum configured value of " + config.maxMessageBytes());
        }
        if (size > config.segmentBytes()) {
            return Rejected.of(
                    AppendError.RECORD_LIST_TOO_LARGE,
                    "The record batch in the append to " + id + " has " + size + " bytes, more than a segment's "
                            + config.segmentBytes());
        }
        return null;
    }

    private static Rejected checkCrc(TopicPartitionId id, ByteBuffer b, int at) {
        int computed = BatchHeader.computeCrc(b, at);
        if (computed == BatchHeader.crc(b, at)) {
            return null;
        }
        return Rejected.of(
                AppendError.CORRUPT_MESSAGE,
                "Record is corrupt (stored crc = " + Integer.toUnsignedString(BatchHeader.crc(b, at))
                        + ", computed crc = " + Integer.toUnsignedString(computed) + ") in topic partition " + id);
    }

    private static Rejected checkFields(TopicPartitionId id, ByteBuffer b, int at) {
        int delta = BatchHeader.lastOffsetDelta(b, at);
        int count = BatchHeader.recordCount(b, at);
        if (delta < 0) {
            return invalid("Batch has an invalid offset range: [0, " + delta + "] in topic partition " + id);
        }
        if (count <= 0) {
            return invalid("Invalid reported count for record batch: " + count + " in topic partition " + id);
        }
        if (count - 1 != delta) {
            return invalid("Inconsistent batch offset range [0, " + delta + "] and count of records " + count
                    + " in topic partition " + id);
        }
        if (Compression.ofId(BatchHeader.codecId(b, at)) == null) {
            return Rejected.of(
                    AppendError.UNSUPPORTED_COMPRESSION_TYPE,
                    "Unknown compression type id: " + BatchHeader.codecId(b, at) + " in topic partition " + id);
        }
        return null;
    }

    private static Rejected checkClientFields(TopicPartitionId id, ByteBuffer b, int at) {
        if (BatchHeader.isControl(b, at)) {
            return invalid("Clients are not allowed to write control records in topic partition " + id);
        }
        if (BatchHeader.hasDeleteHorizon(b, at)) {
            return invalid("Clients are not allowed to set a delete horizon in topic partition " + id);
        }
        if (!BatchHeader.hasProducerId(b, at)) {
            return BatchHeader.isTransactional(b, at)
                    ? invalid("Transactional records need a producer id in topic partition " + id)
                    : null;
        }
        if (BatchHeader.baseSequence(b, at) < 0) {
            return invalid("Invalid sequence number " + BatchHeader.baseSequence(b, at)
                    + " in record batch with producerId " + BatchHeader.producerId(b, at) + " in topic partition "
                    + id);
        }
        if (BatchHeader.producerEpoch(b, at) < 0) {
            return invalid("Invalid epoch " + BatchHeader.producerEpoch(b, at) + " in record batch with producerId "
                    + BatchHeader.producerId(b, at) + " in topic partition " + id);
        }
        return null;
    }

    private static Rejected checkTimestamps(ByteBuffer b, int at, LogConfig config, long nowMs) {
        if (BatchHeader.isLogAppendTime(b, at)
                || !RecordWalk.inRange(BatchHeader.maxTimestamp(b, at), config, nowMs)
                || !RecordWalk.inRange(BatchHeader.baseTimestamp(b, at), config, nowMs)) {
            return RecordWalk.blameTimestamps(b, at, config, nowMs);
        }
        return null;
    }

    private static Rejected invalid(String message) {
        return Rejected.of(AppendError.INVALID_RECORD, message);
    }
}
