package io.millrace.log;

/** The answer to a lookup by timestamp. Thread: any (immutable). */
public sealed interface TimestampOutcome {
    /** @param epoch the leader epoch of the batch */
    record Found(long offset, long timestamp, int epoch) implements TimestampOutcome {}

    /** No record below the limit qualifies. */
    record NotFound() implements TimestampOutcome {
        public static final NotFound INSTANCE = new NotFound();
    }

    /** The files could not be read, or a batch could not be decompressed. */
    record Failed(String message) implements TimestampOutcome {}
}
