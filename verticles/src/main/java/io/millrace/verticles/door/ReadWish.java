package io.millrace.verticles.door;

import java.util.Set;

/**
 * A plain read, read from its message and checked.
 *
 * <p>Thread: immutable.
 *
 * @param offset the first record wanted, or {@link #EARLIEST} or {@link #LATEST}
 * @param maxWaitMs how long it may be parked until {@code minBytes} are there
 */
record ReadWish(String topic, int partition, long offset, int maxWaitMs, int minBytes, int maxBytes) {
    static final long EARLIEST = -2;
    static final long LATEST = -1;
    static final Set<String> FIELDS = Set.of("op", "topic", "partition", "offset", "maxWaitMs", "minBytes", "maxBytes");
    private static final int DEFAULT_WAIT_MS = 500;

    static ReadWish of(PlainFields fields, DoorLimits limits) {
        int maxBytes = fields.number("maxBytes", limits.maxPlainBytes(), 1, limits.maxPlainBytes());
        return new ReadWish(
                fields.needText("topic"),
                fields.needNumber("partition", 0, Integer.MAX_VALUE),
                offset(fields),
                fields.number("maxWaitMs", DEFAULT_WAIT_MS, 0, limits.maxWaitMs()),
                fields.number("minBytes", 1, 0, maxBytes),
                maxBytes);
    }

    private static long offset(PlainFields fields) {
        Object raw = fields.raw("offset");
        if (raw == null || raw.equals("latest")) {
            return LATEST;
        }
        if (raw.equals("earliest")) {
            return EARLIEST;
        }
        long offset = fields.number("offset", LATEST);
        if (offset < 0) {
            throw PlainFields.wrong("offset", raw, "\"earliest\", \"latest\" or not negative");
        }
        return offset;
    }
}
