package io.millrace.membership.quorum;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Where the quorum keeps its log, its promises and its snapshots.
 *
 * <p>Calls take effect in the order they are made. After any I/O error the store does nothing more and says so once
 * through {@link Listener#failed}; a failed sync is never tried again (rule Q8).
 *
 * <p>Thread: the owner's; callbacks come on the owner, never from inside the call.
 */
public interface QuorumStore {
    /** What becomes of the log. */
    interface Listener {
        /** Everything below is in the file; a part of it may be cut off again meanwhile. */
        void written(long endOffset);

        /** Always of the log as it is now, never of a tail that was cut off meanwhile. */
        void synced(long endOffset);

        /** An I/O error: the store does nothing more. */
        void failed(String why);
    }

    /** A part of a snapshot's file; {@code totalBytes} is -1 when there is no such snapshot. */
    record SnapshotPart(long totalBytes, byte[] bytes) {}

    void setListener(Listener listener);

    /** Synced soon, together with what else is there. */
    void append(QuorumBatch batch);

    /** Nothing at or above {@code endOffset} stays; {@code done} once the file is cut. */
    void truncateTo(long endOffset, Runnable done);

    /** Lets go of what lies below; may keep more than it must. */
    void trimTo(LogPosition base);

    /** Exclusive end of what is in the file. */
    long writtenEnd();

    /** Exclusive end of what would survive a power cut. */
    long syncedEnd();

    /** Whole written batches of {@code [from, limit)}, at least one if there is any, else at most {@code maxBytes}. */
    void read(long from, long limit, int maxBytes, Consumer<List<QuorumBatch>> found);

    /** {@code done} once it would survive a power cut. */
    void persist(ElectionState election, Runnable done);

    /** {@code done} once the file is complete under its name and both would survive a power cut (rule Q7). */
    void writeSnapshot(LogPosition snapshot, Optional<VoterSet> voters, Supplier<List<byte[]>> records, Runnable done);

    /** At most {@code maxBytes} of the snapshot's file from this position in bytes on. */
    void readSnapshotPart(LogPosition snapshot, long position, int maxBytes, Consumer<SnapshotPart> found);

    /**
     * Keeps a part of another node's snapshot. With the last part the whole is checked; if sound it becomes the newest
     * snapshot, the log is emptied and goes on at its end.
     *
     * @param done after the last part only: the snapshot's content, or empty when it was damaged
     */
    void storeSnapshotPart(
            LogPosition snapshot, long position, byte[] bytes, boolean last, Consumer<Optional<StoredSnapshot>> done);

    /** Takes nothing more; {@code done} when the files are closed. */
    void close(Runnable done);
}
