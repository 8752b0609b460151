package io.millrace.client.produce;

import java.util.ArrayDeque;

/**
 * The arrays of large batches, used again for others when theirs are acknowledged: they need not be cleared, moved by the collector or
 * fetched from far away in memory each time, as {@code BufferPool} of Kafka's producer does it.
 *
 * <p>There are no more than the producer's buffer has room for, and when everything is acknowledged a few are kept.
 *
 * <p>Thread: the producer's context.
 */
final class BatchArrays {
    private static final int KEPT_WHEN_IDLE = 8;
    private static final int LEAST_BYTES = 512;

    private final int sizeBytes;
    private final long most;
    private final ArrayDeque<byte[]> free = new ArrayDeque<>();

    /**
     * None yet.
     *
     * @param batchBytes the size of each
     * @param bufferBytes what all of them may have
     */
    BatchArrays(int batchBytes, long bufferBytes) {
        sizeBytes = batchBytes;
        most = Math.max(1, bufferBytes / batchBytes);
    }

    /** One for a batch that is expected to get so many bytes; a small one gets what it needs. */
    byte[] take(int expectedBytes) {
        if (expectedBytes <= sizeBytes / 2) {
            return new byte[Math.max(LEAST_BYTES, expectedBytes)];
        }
        byte[] used = free.pollLast();
        return used == null ? new byte[sizeBytes] : used;
    }

    /** One whose batch is acknowledged and on its way nowhere; null and those of another size are left to the collector. */
    void give(byte[] array) {
        if (array != null && array.length == sizeBytes && free.size() < most) {
            free.addLast(array);
        }
    }

    void trim() {
        while (free.size() > KEPT_WHEN_IDLE) {
            free.pollFirst();
        }
    }

    int free() {
        return free.size();
    }
}
