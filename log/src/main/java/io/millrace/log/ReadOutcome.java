package io.millrace.log;

import java.util.List;

/** What a read of a log found. Thread: any (immutable); payloads are released by whoever asked. */
public sealed interface ReadOutcome {
    /**
     * Whole batches from the tail, by reference.
     *
     * @param batches one or more batches each; retained for the caller, who releases every one
     * @param nextOffset where the next read goes on
     */
    record FromMemory(List<Payload> batches, int sizeBytes, long nextOffset) implements ReadOutcome {}

    /** The bytes are in a file: load them away from the event loop. */
    record FromDisk(ColdRead read) implements ReadOutcome {}

    /** The offset is not in {@code logStart..end}. */
    record OutOfRange(long logStart, long end) implements ReadOutcome {}

    /** Nothing within the limits. */
    record Empty() implements ReadOutcome {
        public static final Empty INSTANCE = new Empty();
    }
}
