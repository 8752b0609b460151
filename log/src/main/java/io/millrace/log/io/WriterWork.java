package io.millrace.log.io;

/** What the writer of a directory does each time it is awake. Thread: the writer. */
public interface WriterWork {
    long NOTHING_DUE = Long.MAX_VALUE;

    /**
     * Performs all that is queued, and what is due at {@code nowMs}, by {@link DirectoryIo#steadyMs}.
     *
     * @return when it wants to run again although nobody wakes it, {@link #NOTHING_DUE} for never
     */
    long round(long nowMs);

    /** A round ended where it should not have; called between it and the next one. */
    void failed(Throwable bug);

    /** Whether a round now would find something queued. */
    boolean hasQueued();
}
