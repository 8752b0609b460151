package io.millrace.verticles.shard;

import io.millrace.log.AbortedTransaction;
import io.millrace.log.EpochEnd;
import io.millrace.log.FileSlice;
import io.millrace.log.Payload;
import io.millrace.protocol.Errors;
import java.util.List;
import java.util.UUID;

/**
 * One partition's part of a Fetch: where to read from, and then what was found.
 *
 * <p>Thread: filled by the handler, then owned by the shard until its group is handed back, then by the handler again,
 * who must {@link #release} it.
 */
public final class PartitionFetch {
    private final UUID topicId;
    private final int partition;
    private final long fetchOffset;
    private final int maxBytes;
    private final int currentLeaderEpoch;
    private final int lastFetchedEpoch;
    private Errors error = Errors.NONE;
    private long highWatermark = -1;
    private long lastStableOffset = -1;
    private long logStartOffset = -1;
    private EpochEnd diverging;
    private List<AbortedTransaction> aborted = List.of();
    private List<Payload> payloads = List.of();
    private FileSlice slice;
    private int sizeBytes;
    private long readableEnd;
    private int preferredReplica = -1;

    /**
     * A read that begins at {@code fetchOffset}.
     *
     * @param currentLeaderEpoch the leader epoch that the client knows, -1 when it does not say
     * @param lastFetchedEpoch the epoch of the last batch that the client has, -1 when it does not say
     */
    public PartitionFetch(
            UUID topicId, int partition, long fetchOffset, int maxBytes, int currentLeaderEpoch, int lastFetchedEpoch) {
        this.topicId = topicId;
        this.partition = partition;
        this.fetchOffset = fetchOffset;
        this.maxBytes = maxBytes;
        this.currentLeaderEpoch = currentLeaderEpoch;
        this.lastFetchedEpoch = lastFetchedEpoch;
    }

    /** Makes ready for another attempt. */
    public void reset() {
        release();
        error = Errors.NONE;
        diverging = null;
        preferredReplica = -1;
        aborted = List.of();
    }

    /** Settles the read with an error. */
    public void fail(Errors why) {
        error = why;
    }

    void state(long hw, long lso, long logStart) {
        highWatermark = hw;
        lastStableOffset = lso;
        logStartOffset = logStart;
    }

    void diverged(EpochEnd end) {
        diverging = end;
    }

    void aborted(List<AbortedTransaction> transactions) {
        aborted = transactions;
    }

    void prefer(int brokerId) {
        preferredReplica = brokerId;
    }

    /** The replica that the client had better read from; -1 for this one. */
    public int preferredReplica() {
        return preferredReplica;
    }

    /** Notes up to where this attempt could see, so that parking can tell what has come since. */
    void sawUpTo(long endExclusive) {
        readableEnd = endExclusive;
    }

    void found(List<Payload> batches, int bytes) {
        payloads = batches;
        sizeBytes = bytes;
    }

    void found(FileSlice loaded) {
        slice = loaded;
        sizeBytes = loaded.sizeBytes();
    }

    /** Gives the records back: not sent, or sent by reference of their own. */
    public void release() {
        payloads.forEach(Payload::release);
        payloads = List.of();
        if (slice != null) {
            slice.release();
            slice = null;
        }
        sizeBytes = 0;
    }

    /** Takes the records over from memory; the caller releases each. */
    public List<Payload> takePayloads() {
        List<Payload> taken = payloads;
        payloads = List.of();
        return taken;
    }

    /** Takes the records over from a file, null when there are none; the caller releases the slice. */
    public FileSlice takeSlice() {
        FileSlice taken = slice;
        slice = null;
        return taken;
    }

    public UUID topicId() {
        return topicId;
    }

    public int partition() {
        return partition;
    }

    public long fetchOffset() {
        return fetchOffset;
    }

    public int maxBytes() {
        return maxBytes;
    }

    int currentLeaderEpoch() {
        return currentLeaderEpoch;
    }

    int lastFetchedEpoch() {
        return lastFetchedEpoch;
    }

    long readableEnd() {
        return readableEnd;
    }

    public Errors error() {
        return error;
    }

    public long highWatermark() {
        return highWatermark;
    }

    public long lastStableOffset() {
        return lastStableOffset;
    }

    public long logStartOffset() {
        return logStartOffset;
    }

    /** Where the client's log and this one part, or null. */
    public EpochEnd diverging() {
        return diverging;
    }

    public List<AbortedTransaction> aborted() {
        return aborted;
    }

    /** Size of the records found. */
    public int sizeBytes() {
        return sizeBytes;
    }
}
