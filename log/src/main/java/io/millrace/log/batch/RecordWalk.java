package io.millrace.log.batch;

import io.millrace.log.AppendError;
import io.millrace.log.AppendOutcome.Rejected;
import io.millrace.log.LogConfig;
import io.millrace.log.RecordError;
import io.millrace.log.TopicPartitionId;
import io.millrace.log.compress.CodecMissingException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What can only be said by looking at every record of a batch.
 *
 * <p>Thread: any (no state).
 */
final class RecordWalk {
    /** A batch may have a hundred thousand bad records; the answer to its sender stays small. */
    static final int MAX_RECORD_ERRORS = 1000;

    private static final int SHOWN_ERRORS = 3;

    private RecordWalk() {}

    /** Structure, offsets without gaps and, for a compacted topic, keys; null when all is well. */
    static Rejected check(TopicPartitionId id, ByteBuffer b, int at, LogConfig config) {
        List<RecordError> errors = null;
        int bad = 0;
        try (RecordCursor cursor = RecordCursor.skim(b, at, config.maxDecompressedMessageBytes())) {
            while (cursor.next()) {
                String why = null;
                if (config.compact() && !cursor.hasKey()) {
                    why = "Compacted topic cannot accept message without key in topic partition " + id;
                } else if (cursor.offsetDelta() != cursor.index()) {
                    why = "Inner record " + cursor.index() + " does not have incremental offsets, expected offset is "
                            + cursor.index() + " in topic partition " + id;
                }
                if (why != null) {
                    bad++;
                    errors = errors == null ? new ArrayList<>() : errors;
                    if (errors.size() < MAX_RECORD_ERRORS) {
                        errors.add(new RecordError(cursor.index(), why));
                    }
                }
            }
        } catch (BatchException unreadable) {
            return Rejected.of(unreadable.error(), unreadable.getMessage());
        } catch (CodecMissingException missing) {
            return Rejected.of(AppendError.UNSUPPORTED_COMPRESSION_TYPE, missing.getMessage());
        }
        if (errors == null) {
            return null;
        }
        return new Rejected(
                AppendError.INVALID_RECORD,
                "One or more records have been rejected due to " + bad
                        + " record errors in total, and only showing the first three errors at most: "
                        + errors.subList(0, Math.min(errors.size(), SHOWN_ERRORS)),
                errors);
    }

    /** Whether a topic takes a record of this timestamp now; a record without one always. */
    static boolean inRange(long timestampMs, LogConfig config, long nowMs) {
        return timestampMs == BatchHeader.NO_TIMESTAMP
                || (nowMs - timestampMs <= config.timestampBeforeMaxMs()
                        && timestampMs - nowMs <= config.timestampAfterMaxMs());
    }

    /** The refusal of a batch whose header is out of range, with the records to blame as far as they can be read. */
    static Rejected blameTimestamps(ByteBuffer b, int at, LogConfig config, long nowMs) {
        List<RecordError> errors = new ArrayList<>();
        boolean stamped = BatchHeader.isLogAppendTime(b, at);
        try (RecordCursor cursor = RecordCursor.skim(b, at, config.maxDecompressedMessageBytes())) {
            while (errors.size() < MAX_RECORD_ERRORS && cursor.next()) {
                if (stamped) {
                    errors.add(new RecordError(
                            cursor.index(),
                            "Invalid timestamp type in message. Producer should not set timestamp type to"
                                    + " LogAppendTime."));
                } else if (!inRange(cursor.timestamp(), config, nowMs)) {
                    errors.add(new RecordError(
                            cursor.index(),
                            "Timestamp " + cursor.timestamp() + " of message with offset " + cursor.offset()
                                    + " is out of range. The timestamp should be within ["
                                    + (nowMs - config.timestampBeforeMaxMs()) + ", "
                                    + (nowMs + config.timestampAfterMaxMs()) + "]"));
                }
            }
        } catch (BatchException | CodecMissingException unreadable) {
            // The header alone is reason enough; which records it was stays unsaid.
        }
        return new Rejected(
                AppendError.INVALID_TIMESTAMP,
                "One or more records have been rejected due to invalid timestamp",
                errors);
    }
}
