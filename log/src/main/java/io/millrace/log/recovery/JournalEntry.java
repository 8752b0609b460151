package io.millrace.log.recovery;

import io.millrace.log.TopicPartitionId;
import io.millrace.log.segment.LogCheckpoint;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Where a partition's last checkpoint is in the {@link CheckpointJournal}, and what of it is asked for often.
 *
 * <p>Thread: guarded by the journal.
 */
final class JournalEntry {
    /** Of a partition of which nothing is said. */
    static final JournalEntry NONE = new JournalEntry();

    /** Of the frame in force; -1 when there is none. */
    long position = -1;
    /** Of the last frame, in force or withdrawn; -1 when that is not known. */
    long framePosition = -1;

    int bytes;
    long recoveryOffset;
    long logStart = -1;
    private long segmentBase;
    private int segmentPosition;

    /** The frame is there and in force. */
    void inForceAt(long at) {
        position = at;
        framePosition = at;
    }

    /** No frame is there. */
    void isNowhere() {
        inForceAt(-1);
        bytes = 0;
    }

    /** A frame is there that says that nothing is known. */
    void isUnknown(long at, int frameBytes) {
        framePosition = at;
        bytes = frameBytes;
        recoveryOffset = CheckpointCodec.UNKNOWN;
    }

    /** Whether there may have been a checkpoint of which nothing is known. */
    boolean isUnknown() {
        return position < 0 && bytes > 0 && recoveryOffset == CheckpointCodec.UNKNOWN;
    }

    /** The frame is there, at another place than before; it is in force as it was. */
    void movedTo(long at) {
        if (position >= 0) position = at;
        framePosition = at;
    }

    /** Takes what follows the log start in a checkpoint's frame. */
    void take(ByteBuffer payload) {
        recoveryOffset = payload.getLong();
        segmentBase = payload.getLong();
        segmentPosition = payload.getInt();
    }

    void take(LogCheckpoint checkpoint) {
        recoveryOffset = checkpoint.recoveryOffset();
        segmentBase = checkpoint.segmentBase();
        segmentPosition = checkpoint.position();
        logStart = Math.max(logStart, checkpoint.logStart());
    }

    /** Empty when nothing is in force, or it promises no byte of its last segment. */
    Optional<Promised> promised(TopicPartitionId id) {
        return position < 0 || segmentPosition == 0
                ? Optional.empty()
                : Optional.of(new Promised(id, recoveryOffset, segmentBase, segmentPosition));
    }
}
