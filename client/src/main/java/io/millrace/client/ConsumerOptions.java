package io.millrace.client;

/**
 * How a consumer works.
 *
 * <p>Thread: one; a consumer takes a copy.
 */
public final class ConsumerOptions {
    /** Where to begin in a partition without a position. */
    public enum OffsetReset {
        EARLIEST,
        LATEST,
        /** Nowhere: the consumer's exception handler is told. */
        NONE
    }

    private String clientId = "millrace-client";
    private OffsetReset autoOffsetReset = OffsetReset.LATEST;
    private int maxWaitMs = 500;
    private int minBytes = 1;
    private int maxPartitionBytes = 1 << 20;
    private int maxBufferedBytes = 8 << 20;
    private long requestTimeoutMs = 30_000;
    private long retryBackoffMs = 50;
    private long doubtMs = 400;
    private boolean checkCrcs = true;

    public ConsumerOptions() {}

    ConsumerOptions(ConsumerOptions from) {
        clientId = from.clientId;
        autoOffsetReset = from.autoOffsetReset;
        maxWaitMs = from.maxWaitMs;
        minBytes = from.minBytes;
        maxPartitionBytes = from.maxPartitionBytes;
        maxBufferedBytes = from.maxBufferedBytes;
        requestTimeoutMs = from.requestTimeoutMs;
        retryBackoffMs = from.retryBackoffMs;
        doubtMs = from.doubtMs;
        checkCrcs = from.checkCrcs;
    }

    public ConsumerOptions clientId(String name) {
        clientId = name;
        return this;
    }

    public ConsumerOptions autoOffsetReset(OffsetReset reset) {
        autoOffsetReset = reset;
        return this;
    }

    /** How long a node may keep a read that finds nothing. */
    public ConsumerOptions maxWaitMs(int ms) {
        maxWaitMs = ms;
        return this;
    }

    /** How many bytes a node waits for. */
    public ConsumerOptions minBytes(int bytes) {
        minBytes = bytes;
        return this;
    }

    /** What one answer may have of one partition. */
    public ConsumerOptions maxPartitionBytes(int bytes) {
        maxPartitionBytes = bytes;
        return this;
    }

    /** Bytes as stored that wait to be handed out; with more, nothing is fetched. */
    public ConsumerOptions maxBufferedBytes(int bytes) {
        maxBufferedBytes = bytes;
        return this;
    }

    public ConsumerOptions requestTimeoutMs(long ms) {
        requestTimeoutMs = ms;
        return this;
    }

    public ConsumerOptions retryBackoffMs(long ms) {
        retryBackoffMs = Math.max(1, ms);
        return this;
    }

    /** A read that is overdue for this long has the consumer ask another node who leads now. */
    public ConsumerOptions doubtMs(long ms) {
        doubtMs = Math.max(10, ms);
        return this;
    }

    /** Whether batches are checked against their checksum. */
    public ConsumerOptions checkCrcs(boolean check) {
        checkCrcs = check;
        return this;
    }

    public String clientId() {
        return clientId;
    }

    public OffsetReset autoOffsetReset() {
        return autoOffsetReset;
    }

    public int maxWaitMs() {
        return maxWaitMs;
    }

    public int minBytes() {
        return minBytes;
    }

    public int maxPartitionBytes() {
        return maxPartitionBytes;
    }

    public int maxBufferedBytes() {
        return maxBufferedBytes;
    }

    public long requestTimeoutMs() {
        return requestTimeoutMs;
    }

    public long retryBackoffMs() {
        return retryBackoffMs;
    }

    public long doubtMs() {
        return doubtMs;
    }

    public boolean checkCrcs() {
        return checkCrcs;
    }
}
