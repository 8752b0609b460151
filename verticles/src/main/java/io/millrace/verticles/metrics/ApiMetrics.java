package io.millrace.verticles.metrics;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * What one loop has measured about one API: answers by version, errors by code, and where the time went.
 *
 * <p>Thread: adds from the owning loop; reads from any.
 */
final class ApiMetrics {
    /** Indexed by version; the last one also takes what lies beyond. */
    final Cell[] requestsByVersion = new Cell[24];

    final ConcurrentMap<Short, Cell> errors = new ConcurrentHashMap<>();
    /** From the last byte of the request read to the answer handed to the socket. */
    final LatencyHistogram total = new LatencyHistogram();
    /** The part spent in this node's own hands before it had to wait for anything. */
    final LatencyHistogram local = new LatencyHistogram();
    /** The part spent waiting: for a disk, a shard, a replica, or data to arrive. */
    final LatencyHistogram remote = new LatencyHistogram();

    ApiMetrics() {
        for (int version = 0; version < requestsByVersion.length; version++) {
            requestsByVersion[version] = new Cell();
        }
    }

    void completed(int version, short error, long localNanos, long totalNanos) {
        requestsByVersion[Math.min(Math.max(version, 0), requestsByVersion.length - 1)].increment();
        total.record(totalNanos);
        local.record(localNanos);
        remote.record(Math.max(0, totalNanos - localNanos));
        Cell cell = errors.get(error);
        if (cell == null) {
            cell = new Cell();
            errors.put(error, cell);
        }
        cell.increment();
    }
}
