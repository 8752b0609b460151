package io.millrace.verticles.door;

/**
 * What the door holds at most.
 *
 * <p>Thread: immutable.
 *
 * @param totalBytes request bytes in flight over all senders
 * @param sessionBytes the most that one session is given of them
 * @param senderBytes the most that plain requests of one node of the bus may have in flight, asked-for answers included
 * @param maxRequests unanswered requests of one session, and plain ones of one node of the bus
 * @param maxSessions sessions at a time
 * @param maxPlainBytes records in the answer to a plain read, a single larger batch excepted
 * @param maxResponseBytes records in an answer to a session, a single larger batch excepted: as large as a client's pool of memory holds
 *     in one piece with room for the head (decision 116)
 * @param unsentBytes answers to reads, of all senders, that the bus has not taken yet
 * @param maxWaitMs the longest that a read is parked
 * @param idleMs a session nobody used for this long is closed
 */
public record DoorLimits(
        long totalBytes,
        int sessionBytes,
        int senderBytes,
        int maxRequests,
        int maxSessions,
        int maxPlainBytes,
        int maxResponseBytes,
        long unsentBytes,
        int maxWaitMs,
        long idleMs) {
    /** Who wants less is given this much: a reader's requests. */
    static final int LEAST_SESSION_BYTES = 64 << 10;
    /** Less than this is no use to a producer: one batch of the client's default size and its envelope. Small doors give less. */
    static final int BATCH_SESSION_BYTES = 256 << 10;
    /** The part of {@link #unsentBytes} that one session may have. */
    static final int SHARE_OF_UNSENT = 4;

    private static final int SHARE_OF_REQUEST_MEMORY = 4;

    /** The door's part of a node's request memory. */
    public static DoorLimits within(long requestMemoryBytes) {
        long total = Math.max(LEAST_SESSION_BYTES, requestMemoryBytes / SHARE_OF_REQUEST_MEMORY);
        int one = (int) Math.min(16 << 20, Math.max(LEAST_SESSION_BYTES, total / 4));
        return new DoorLimits(total, one, one, 256, 4096, 1 << 20, 3 << 20, total, 30_000, 300_000);
    }
}
