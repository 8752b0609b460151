package io.millrace.log.segment;

import io.millrace.log.TopicPartitionId;
import java.io.IOException;
import java.util.function.BooleanSupplier;

/**
 * Where logs keep what a restart needs, so that it scans only what came after. A failure to write it is never fatal for
 * data: an older checkpoint means a longer scan.
 */
public interface Checkpoints {
    /**
     * Replaces the log's checkpoint, durably, unless {@code stillTrue} says no at that moment. Thread: the sync pool.
     */
    void commit(LogCheckpoint checkpoint, BooleanSupplier stillTrue);

    /**
     * Replaces the log's start only, unless {@code stillTrue} says no at that moment. Thread: the sync pool.
     *
     * @param then run on the sync pool when that is durable, or when there is no space for it: what waits for it may make
     *     space; null for nothing
     */
    void commitLogStart(TopicPartitionId id, long logStart, BooleanSupplier stillTrue, Runnable then);

    /**
     * The log of this partition, which is not open, begins there. Blocks.
     *
     * @return whether that is durable; on a full disk it holds for this process, and until the next checkpoint is written
     */
    boolean takeLogStart(TopicPartitionId id, long logStart) throws IOException;

    /** Where a restart would let the log begin; -1 when nothing is said of it. */
    long logStart(TopicPartitionId id);

    /** Where a restart would begin to scan the log; -1 when it would scan all of it. Blocks. Thread: the pools. */
    long recoveryOffset(TopicPartitionId id);

    /**
     * The log is about to be cut to {@code end}: a checkpoint beyond that must be gone, durably, before the file is cut.
     * Thread: the writer.
     */
    void invalidateBeyond(TopicPartitionId id, long end) throws IOException;

    /**
     * The log is about to be emptied and to go on at {@code start}: nothing that was said of it holds, and where it starts is
     * durable when this returns, so that a first segment that is missing later is known to be. Thread: the writer.
     */
    void beginAnew(TopicPartitionId id, long start) throws IOException;

    /**
     * The log is deleted: durable when this returns, because the partition may come back to this node, and begins at zero
     * then. Thread: the writer.
     */
    void forget(TopicPartitionId id);
}
