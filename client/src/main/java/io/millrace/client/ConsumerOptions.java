package io.millrace.client;

import java.util.List;
import java.util.stream.Stream;

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
    private String groupId;
    private int sessionTimeoutMs = 10_000;
    private int heartbeatMs;
    private int rebalanceTimeoutMs = 60_000;
    private boolean autoCommit = true;
    private long autoCommitIntervalMs = 5_000;
    private long metadataMaxAgeMs = 30_000;
    private List<Assignor> assignors = List.of(Assignor.RANGE, Assignor.COOPERATIVE_STICKY);

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
        groupId = from.groupId;
        sessionTimeoutMs = from.sessionTimeoutMs;
        heartbeatMs = from.heartbeatMs;
        rebalanceTimeoutMs = from.rebalanceTimeoutMs;
        autoCommit = from.autoCommit;
        autoCommitIntervalMs = from.autoCommitIntervalMs;
        metadataMaxAgeMs = from.metadataMaxAgeMs;
        assignors = from.assignors;
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
        maxWaitMs = notNegative("maxWaitMs", ms);
        return this;
    }

    /** How many bytes a node waits for. */
    public ConsumerOptions minBytes(int bytes) {
        minBytes = notNegative("minBytes", bytes);
        return this;
    }

    /** What one answer may have of one partition; one batch always comes. */
    public ConsumerOptions maxPartitionBytes(int bytes) {
        maxPartitionBytes = positive("maxPartitionBytes", bytes);
        return this;
    }

    /** Bytes as stored that wait to be handed out; with more, nothing is fetched. */
    public ConsumerOptions maxBufferedBytes(int bytes) {
        maxBufferedBytes = positive("maxBufferedBytes", bytes);
        return this;
    }

    public ConsumerOptions requestTimeoutMs(long ms) {
        requestTimeoutMs = positive("requestTimeoutMs", ms);
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

    /** The group to share topics with, Kafka's own consumers of that group included. */
    public ConsumerOptions groupId(String id) {
        groupId = id;
        return this;
    }

    /** A member that is not heard of for this long has left. */
    public ConsumerOptions sessionTimeoutMs(int ms) {
        sessionTimeoutMs = positive("sessionTimeoutMs", ms);
        return this;
    }

    /** How often a member is heard of, and hears that the group changes; without it a third of the session timeout. */
    public ConsumerOptions heartbeatMs(int ms) {
        heartbeatMs = ms;
        return this;
    }

    /** How long members have to finish what they do when the group changes. */
    public ConsumerOptions rebalanceTimeoutMs(int ms) {
        rebalanceTimeoutMs = positive("rebalanceTimeoutMs", ms);
        return this;
    }

    /** Whether what has been handed out is committed every now and then, and before partitions are given back. */
    public ConsumerOptions autoCommit(boolean wanted) {
        autoCommit = wanted;
        return this;
    }

    public ConsumerOptions autoCommitIntervalMs(long ms) {
        autoCommitIntervalMs = Math.max(1, ms);
        return this;
    }

    /** How often whoever shares out partitions looks for new ones. */
    public ConsumerOptions metadataMaxAgeMs(long ms) {
        metadataMaxAgeMs = Math.max(1, ms);
        return this;
    }

    /**
     * How the group may share out partitions, the preferred way first (Kafka's {@code partition.assignment.strategy}, with the same
     * default). All members need one in common. With {@link Assignor#COOPERATIVE_STICKY} alone only what moves is given back when the
     * group changes.
     */
    public ConsumerOptions assignors(Assignor... inOrderOfPreference) {
        if (inOrderOfPreference.length == 0) {
            throw new IllegalArgumentException("a member of a group offers one assignor at least");
        }
        assignors = Stream.of(inOrderOfPreference).distinct().toList();
        return this;
    }

    private static int positive(String name, int value) {
        return (int) positive(name, (long) value);
    }

    private static long positive(String name, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " must be positive, not " + value);
        }
        return value;
    }

    private static int notNegative(String name, int value) {
        if (value < 0) {
            throw new IllegalArgumentException(name + " must not be negative, but is " + value);
        }
        return value;
    }

    public List<Assignor> assignors() {
        return assignors;
    }

    public String groupId() {
        return groupId;
    }

    public int sessionTimeoutMs() {
        return sessionTimeoutMs;
    }

    public int heartbeatMs() {
        return Math.max(1, heartbeatMs > 0 ? Math.min(heartbeatMs, sessionTimeoutMs) : sessionTimeoutMs / 3);
    }

    public int rebalanceTimeoutMs() {
        return rebalanceTimeoutMs;
    }

    public boolean autoCommit() {
        return autoCommit;
    }

    public long autoCommitIntervalMs() {
        return autoCommitIntervalMs;
    }

    public long metadataMaxAgeMs() {
        return metadataMaxAgeMs;
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
