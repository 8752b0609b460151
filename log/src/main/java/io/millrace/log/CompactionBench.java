package io.millrace.log;

import io.millrace.log.compact.KeyHash;

/**
 * Where passes of compaction run and what they may use. Thread: {@link #run} from any, the rest on the thread that runs the
 * pass.
 */
public interface CompactionBench {
    /** Runs a pass, or never does when it is closed. */
    void run(Runnable pass);

    /** What the table of keys of one pass may take ({@code log.cleaner.dedupe.buffer.size} and the number of threads). */
    long mapBytes();

    /** Which part of the table may be filled ({@code log.cleaner.io.buffer.load.factor}). */
    double mapLoadFactor();

    /** Of the two buffers of a pass ({@code log.cleaner.io.buffer.size}); a larger batch gets a larger one. */
    int bufferBytes();

    /** Bytes were read or written: rests as long as the share of I/O asks for. */
    void moved(long bytes);

    /** Whether the pass should end. */
    boolean isClosed();

    /** A keyed hash, for this pass alone. */
    KeyHash newHash();

    /** For measuring how long a pass took. */
    long nanoTime();
}
