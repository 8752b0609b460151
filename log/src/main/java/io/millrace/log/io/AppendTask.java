package io.millrace.log.io;

import io.millrace.log.AppendError;
import io.millrace.log.Payload;
import java.nio.ByteBuffer;

/**
 * One payload to be written at the end of a target. Consecutive ones for the same target become one gathered write.
 *
 * <p>It holds one reference to its payload from the start; {@link #completed} hands that over to the log.
 * Thread: as {@link WriterTask}.
 */
public final class AppendTask extends WriterTask {
    final WriteTarget target;
    final ByteBuffer bytes;
    private final Payload payload;
    private final int sizeBytes;
    private final long position;
    private final long baseOffset;
    private final long endOffset;
    private final long maxTimestamp;
    private final long maxTimestampOffset;
    final long generation;
    AppendError failure;

    /**
     * @param bytes a view of the payload that nobody else moves
     * @param position where in the target the bytes go
     * @param endOffset exclusive
     * @param generation the log's count of failed writes: tasks queued behind a failed one carry the same and are dropped
     */
    public AppendTask(
            WriteLane lane,
            WriteTarget target,
            Payload payload,
            ByteBuffer bytes,
            long position,
            long baseOffset,
            long endOffset,
            long maxTimestamp,
            long maxTimestampOffset,
            long generation) {
        super(lane);
        this.target = target;
        this.payload = payload;
        this.bytes = bytes;
        this.sizeBytes = bytes.remaining();
        this.position = position;
        this.baseOffset = baseOffset;
        this.endOffset = endOffset;
        this.maxTimestamp = maxTimestamp;
        this.maxTimestampOffset = maxTimestampOffset;
        this.generation = generation;
    }

    public WriteTarget target() {
        return target;
    }

    public Payload payload() {
        return payload;
    }

    public int sizeBytes() {
        return sizeBytes;
    }

    public long position() {
        return position;
    }

    public long baseOffset() {
        return baseOffset;
    }

    public long endOffset() {
        return endOffset;
    }

    public long maxTimestamp() {
        return maxTimestamp;
    }

    public long maxTimestampOffset() {
        return maxTimestampOffset;
    }

    public long generation() {
        return generation;
    }

    /** Null when the bytes are in the file. */
    public AppendError failure() {
        return failure;
    }

    /** Appends are performed by {@link DirectoryWriter} in runs. */
    @Override
    protected void perform() {
        throw new IllegalStateException("appends are written in runs");
    }

    @Override
    protected void completed() {
        lane.client.appendCompleted(this);
    }
}
