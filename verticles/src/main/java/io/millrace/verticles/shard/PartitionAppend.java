package io.millrace.verticles.shard;

import io.millrace.log.RecordError;
import io.millrace.protocol.Errors;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.UUID;

/**
 * One partition's part of a Produce: what to append, and then what became of it.
 *
 * <p>Thread: filled by the handler, then owned by the shard until its group is handed back, then by the handler again.
 */
public final class PartitionAppend {
    private final UUID topicId;
    private final int partition;
    private final ByteBuf records;
    private AppendGroup group;
    private Errors error = Errors.NONE;
    private String message;
    private List<RecordError> recordErrors = List.of();
    private long baseOffset = -1;
    private long lastOffset = -1;
    private long logAppendTimeMs = -1;
    private long logStartOffset = -1;

    /**
     * One batch for one partition.
     *
     * @param records the batch as it came, not retained here; may be null or empty, which is refused
     */
    public PartitionAppend(UUID topicId, int partition, ByteBuf records) {
        this.topicId = topicId;
        this.partition = partition;
        this.records = records;
    }

    void join(AppendGroup joined) {
        group = joined;
    }

    /** Settles the append with an error. */
    public void fail(Errors why, String text) {
        error = why;
        message = text;
        baseOffset = -1;
        logAppendTimeMs = -1;
    }

    void refuse(Errors why, String text, List<RecordError> records, long logStart) {
        fail(why, text);
        recordErrors = records;
        logStartOffset = logStart;
    }

    void assign(long base, long last, long appendTimeMs, long logStart) {
        baseOffset = base;
        lastOffset = last;
        logAppendTimeMs = appendTimeMs;
        logStartOffset = logStart;
    }

    public UUID topicId() {
        return topicId;
    }

    public int partition() {
        return partition;
    }

    ByteBuf records() {
        return records;
    }

    AppendGroup group() {
        return group;
    }

    long lastOffset() {
        return lastOffset;
    }

    public Errors error() {
        return error;
    }

    /** A sentence for the client, or null. */
    public String message() {
        return message;
    }

    public List<RecordError> recordErrors() {
        return recordErrors;
    }

    /** The first offset, -1 when failed. */
    public long baseOffset() {
        return baseOffset;
    }

    /** -1 under CreateTime. */
    public long logAppendTimeMs() {
        return logAppendTimeMs;
    }

    public long logStartOffset() {
        return logStartOffset;
    }
}
