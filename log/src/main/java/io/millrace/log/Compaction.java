package io.millrace.log;

import java.util.function.Consumer;

/** The compaction of one log ({@code cleanup.policy=compact}). Thread: the owner's, for calls and callbacks. */
public interface Compaction {
    /** Whether offsets may be missing in the middle: compaction may come, or has been here or at a leader before. */
    boolean mayHaveGaps();

    /**
     * How much waits to be compacted; null when nothing is due, or it is under way. Costs nothing when nothing has changed
     * since the last time.
     */
    CompactionNeed need(long nowMs, long highWatermark);

    /**
     * One pass over what is due; {@code done} is told what came of it. Appends, reads, retention and truncation go on
     * beside it, and what they do to the segments in question ends it.
     */
    void start(CompactionBench bench, long highWatermark, Consumer<CompactionOutcome> done);
}
