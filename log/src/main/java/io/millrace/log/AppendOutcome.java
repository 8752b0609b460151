package io.millrace.log;

import java.util.List;

/**
 * What became of an append: in the log (assigned, not yet written), already there, or refused.
 *
 * <p>Thread: any (immutable).
 */
public sealed interface AppendOutcome {

    /**
     * Offsets {@code baseOffset..lastOffset} are assigned; they count as written when the listener says so.
     *
     * @param logAppendTimeMs -1 under CreateTime
     */
    record Appended(long baseOffset, long lastOffset, long logAppendTimeMs, long logStartOffset)
            implements AppendOutcome {}

    /**
     * An idempotent producer sent a batch again that is there; the offsets of its last five are the old ones. They may still be on
     * their way to the disk and to the followers: a duplicate is acknowledged when its original is.
     *
     * @param baseOffset {@link #UNKNOWN} for a batch before those five
     * @param lastOffset of a batch before those five: an offset that it does not reach beyond
     * @param logAppendTimeMs the old batch's max timestamp, whatever its type: so Apache Kafka answers
     */
    record Duplicate(long baseOffset, long lastOffset, long logAppendTimeMs, long logStartOffset)
            implements AppendOutcome {
        /** As answers have it for an offset or a time that nobody knows. */
        public static final long UNKNOWN = -1;

        /** A batch that is no longer remembered, but lies at or below this offset. */
        public static Duplicate ofEarlier(long bound, long logStartOffset) {
            return new Duplicate(UNKNOWN, bound, UNKNOWN, logStartOffset);
        }
    }

    /** Nothing was assigned. {@code recordErrors} is empty unless single records are to blame. */
    record Rejected(AppendError error, String message, List<RecordError> recordErrors) implements AppendOutcome {
        public Rejected {
            recordErrors = List.copyOf(recordErrors);
        }

        public static Rejected of(AppendError error, String message) {
            return new Rejected(error, message, List.of());
        }
    }
}
