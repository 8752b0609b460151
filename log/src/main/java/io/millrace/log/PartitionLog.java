package io.millrace.log;

import io.millrace.log.producer.ProducersView;
import java.util.List;
import java.util.function.Consumer;

/**
 * One replica's log of one partition, on disk.
 *
 * <p>Three cursors, all exclusive end offsets, {@code assigned >= written >= synced}: an append assigns offsets at once,
 * the directory's writer makes them written, a sync makes them synced. Nothing at or beyond {@code written} is ever given
 * to anyone. In page-cache mode {@code synced} follows in the background, in group mode right after each write.
 *
 * <p>Thread: the owner's, for every method; callbacks come on the owner too, never from inside the call.
 */
public interface PartitionLog {
    TopicPartitionId id();

    /** The settings that hold now. */
    LogConfig config();

    /** Takes other settings, which hold at once; where records are to be synced first now, what is not yet will be. */
    void applyConfig(LogConfig config);

    /** The first offset that may be read; retention and deletion of records move it forward. */
    long logStartOffset();

    /** Where the next append begins; what was appended and is not written yet lies below. */
    long assignedEnd();

    /** Below this offset records are in the file, maybe only in the page cache. */
    long writtenEnd();

    /** Below this offset records would survive a loss of power. */
    long syncedEnd();

    /** Bytes of all segments, up to what is assigned. */
    long sizeBytes();

    /** Segments of any kind, the one that is appended to included. */
    int segmentCount();

    /** The leader epoch of the newest entry of the epoch history; -1 when there is none. */
    int latestEpoch();

    /** Why the log takes no appends for good; null while it does. */
    String offlineReason();

    /**
     * Leader append of exactly one v2 batch as a client sent it; patches base offset, leader epoch and (LogAppendTime)
     * timestamp in place and hands it to the writer. The log retains what it keeps; the caller's reference stays the
     * caller's.
     */
    AppendOutcome append(Payload batch, AppendOrigin origin, int leaderEpoch, long nowMs);

    /** Follower append: one or more whole batches placed by the leader, which go on at {@link #assignedEnd}. */
    default AppendOutcome appendReplicated(Payload batches, long nowMs) {
        return appendReplicated(batches, nowMs, false);
    }

    /**
     * As above.
     *
     * @param gapsMayCome the leader's log {@link Compaction#mayHaveGaps}: each batch may begin beyond the end of the one before
     */
    AppendOutcome appendReplicated(Payload batches, long nowMs, boolean gapsMayCome);

    /**
     * Consumers may read below this offset: what was noted last, after a restart what the last checkpoint says of it, at least
     * the log start. Too low after a kill, never too high: a checkpoint that reaches beyond a cut is withdrawn before it.
     */
    long highWatermark();

    /** The high watermark moved; kept with the next checkpoint. Costs nothing. */
    void noteHighWatermark(long offset);

    /** A new leader records (epoch, assigned end) before its first append; no effect for an epoch already known. */
    void startEpoch(int leaderEpoch);

    /** Where the epoch ended, as KIP-320 asks; {@link EpochEnd#UNKNOWN} when the history does not tell. */
    EpochEnd endOffsetForEpoch(int epoch);

    /** The leader epoch of the batch at the offset; -1 when unknown. */
    int epochAt(long offset);

    /**
     * Plans a read of whole batches within {@code [offset, limitExclusive)}, which starts with the batch that holds
     * {@code offset}.
     *
     * @param maxBytes upper bound of the size
     * @param minOne the first batch even when it is larger than {@code maxBytes}
     */
    ReadOutcome read(long offset, long limitExclusive, int maxBytes, boolean minOne);

    /** First offset that a reader of committed data must not see: the oldest open transaction's, at most the argument. */
    long lastStableOffset(long highWatermark);

    /** Aborted transactions that overlap {@code [from, to)}. */
    List<AbortedTransaction> abortedIn(long from, long to);

    /** The first record, in offset order, whose timestamp is at least the given one. */
    void findByTimestamp(long timestampMs, long limitExclusive, Consumer<TimestampOutcome> found);

    /** The record with the largest timestamp; the first of them when several share it. */
    void findMaxTimestamp(long limitExclusive, Consumer<TimestampOutcome> found);

    /** DeleteRecords and retention: never moves back, never beyond {@link #writtenEnd}; durable soon after. */
    void advanceLogStart(long newStart);

    /**
     * Cuts the log back to an offset that a comparison of epochs has found. Memory is cut at once; until {@code done} the
     * log refuses appends (retriable).
     */
    void truncateTo(long endExclusive, Runnable done);

    /** Throws everything away and goes on at {@code offset}: a follower whose leader no longer has what it needs. */
    void truncateFullyAndStartAt(long offset, Runnable done);

    /** Rolls by time, applies retention below {@code highWatermark}, expires producers. Cheap when nothing is due. */
    void maintain(long nowMs, long highWatermark);

    /** What of this log may be compacted, and how. */
    Compaction compaction();

    /** What the log knows of the producers that have written to it. */
    ProducersView producers();

    /** Tells this one, and no other any more, what becomes of appends and of the log. */
    void setListener(LogListener listener);

    /** Takes no appends any more, for good, although its directory may be fine. */
    void wentOffline(String why);

    /** Renames the folder out of the way, then removes it after {@code file.delete.delay.ms}; safe to crash in between. */
    void delete(Runnable done);

    /** Syncs, leaves a checkpoint from which nothing needs to be scanned, and forgets the log. */
    void close(Runnable done);
}
