package io.millrace.verticles.shard;

import io.millrace.log.CompactionBench;

/**
 * Where the passes of a node's compaction run, and how much they may use; settings change while it works.
 *
 * <p>Thread: any.
 */
public interface CleanerBench extends CompactionBench {
    /** What is under way keeps its table and buffers; its share of I/O changes at once. */
    void settings(CleanerSettings changed);

    /** Lets passes end early and waits for them. Blocks. */
    void close();
}
