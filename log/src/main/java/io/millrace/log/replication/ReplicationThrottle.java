package io.millrace.log.replication;

/**
 * A rate in bytes per second for throttled replicas that are not in sync ({@code leader.replication.throttled.rate}, {@code
 * follower.replication.throttled.rate}). What was moved beyond the rate is paid off by time; up to one second is saved up.
 *
 * <p>Thread: the owner's.
 */
public final class ReplicationThrottle {
    public static final long UNLIMITED = Long.MAX_VALUE;
    private static final long MS_PER_SECOND = 1_000;

    private long bytesPerSecond = UNLIMITED;
    /** Fractions count: a slow rate earns less than a byte between two looks. */
    private double left;

    private long asOfMs = Long.MIN_VALUE;

    /** Changes the rate; what is owed stays owed. */
    public void rate(long newBytesPerSecond, long nowMs) {
        if (newBytesPerSecond != bytesPerSecond) {
            refill(nowMs);
            bytesPerSecond = Math.max(1, newBytesPerSecond);
            left = bytesPerSecond == UNLIMITED ? 0 : Math.min(left, bytesPerSecond);
        }
    }

    private void refill(long nowMs) {
        if (bytesPerSecond == UNLIMITED) {
            asOfMs = nowMs;
            return;
        }
        long elapsedMs = asOfMs == Long.MIN_VALUE ? MS_PER_SECOND : nowMs - asOfMs;
        if (elapsedMs <= 0) {
            return;
        }
        asOfMs = nowMs;
        double earned = (double) bytesPerSecond * elapsedMs / MS_PER_SECOND;
        left = Math.min(bytesPerSecond, left + earned);
    }

    /** Whether nothing may be moved now. */
    public boolean isExceeded(long nowMs) {
        if (bytesPerSecond == UNLIMITED) {
            return false;
        }
        refill(nowMs);
        return left < 1;
    }

    /** So much was moved. */
    public void moved(int bytes, long nowMs) {
        if (bytesPerSecond != UNLIMITED) {
            refill(nowMs);
            left -= bytes;
        }
    }

    /** When it is next free, if nothing more is moved. */
    public long freeAtMs(long nowMs) {
        if (!isExceeded(nowMs)) {
            return nowMs;
        }
        return nowMs + Math.max(1, (long) Math.ceil((1 - left) * MS_PER_SECOND / bytesPerSecond));
    }
}
