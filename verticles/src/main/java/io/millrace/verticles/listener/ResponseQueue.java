package io.millrace.verticles.listener;

import java.util.ArrayDeque;

/**
 * Keeps Kafka's rule that a connection answers in the order of its requests, although the answers become ready in any
 * order.
 *
 * <p>Bounded by the connection, which stops reading when {@link #size()} reaches its limit.
 *
 * <p>Thread: the connection's event loop.
 */
final class ResponseQueue {
    private final ArrayDeque<PendingRequest> pending = new ArrayDeque<>();

    /** Adds a request at the end. */
    void add(PendingRequest request) {
        pending.addLast(request);
    }

    /** The next request whose answer may be sent now, removed; or null when the oldest is still being served. */
    PendingRequest pollAnswered() {
        PendingRequest oldest = pending.peekFirst();
        return oldest != null && oldest.isAnswered() ? pending.pollFirst() : null;
    }

    /** The oldest request, removed whether answered or not; null when there is none. For a connection that ends. */
    PendingRequest pollAny() {
        return pending.pollFirst();
    }

    /** How many requests are not yet answered on the wire. */
    int size() {
        return pending.size();
    }
}
