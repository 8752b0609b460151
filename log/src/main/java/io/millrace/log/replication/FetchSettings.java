package io.millrace.log.replication;

/**
 * A node's settings of replication, by Kafka's names.
 *
 * <p>Thread: any (immutable).
 *
 * @param partitionMaxBytes {@code replica.fetch.max.bytes}: of one partition in one answer
 * @param answerMaxBytes of all partitions in one answer: {@code replica.fetch.response.max.bytes}, but no more than a frame
 * @param waitMaxMs {@code replica.fetch.wait.max.ms}: how long a leader may wait for something to answer
 * @param backoffMs {@code replica.fetch.backoff.ms}: the longest pause after an error; the first one is shorter
 */
public record FetchSettings(int partitionMaxBytes, int answerMaxBytes, int waitMaxMs, int backoffMs) {
    /**
     * Records in one frame, but for a single batch that is larger. A frame shares its connection with votes and heartbeats,
     * which wait behind it.
     */
    public static final int FRAME_BYTES = 240 * 1024;

    /** Kafka's defaults. */
    public static final FetchSettings DEFAULTS = new FetchSettings(1024 * 1024, FRAME_BYTES, 500, 1_000);

    public FetchSettings {
        answerMaxBytes = Math.max(1, Math.min(answerMaxBytes, FRAME_BYTES));
        partitionMaxBytes = Math.max(1, partitionMaxBytes);
        waitMaxMs = Math.max(1, waitMaxMs);
        backoffMs = Math.max(1, backoffMs);
    }
}
