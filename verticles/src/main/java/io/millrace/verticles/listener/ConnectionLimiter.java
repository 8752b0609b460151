package io.millrace.verticles.listener;

import java.net.InetAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts connections of the node and of each client address against the limits.
 *
 * <p>Thread: any.
 */
final class ConnectionLimiter {
    private final ListenerLimits limits;
    private final AtomicInteger total = new AtomicInteger();
    private final ConcurrentMap<InetAddress, Integer> perAddress = new ConcurrentHashMap<>();

    ConnectionLimiter(ListenerLimits limits) {
        this.limits = limits;
    }

    /** Counts a connection in; false when a limit is reached, then nothing was counted. */
    boolean admit(InetAddress address) {
        if (total.incrementAndGet() > limits.maxConnections()) {
            total.decrementAndGet();
            return false;
        }
        if (perAddress.merge(address, 1, Integer::sum) > limits.maxConnectionsPerIp()) {
            leave(address);
            return false;
        }
        return true;
    }

    /** Counts an admitted connection out. */
    void leave(InetAddress address) {
        total.decrementAndGet();
        perAddress.computeIfPresent(address, (key, count) -> count == 1 ? null : count - 1);
    }
}
