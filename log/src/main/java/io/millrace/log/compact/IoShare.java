package io.millrace.log.compact;

/**
 * {@code log.cleaner.io.max.bytes.per.second}, read and written bytes together, shared by the threads that compact: says
 * how long whoever has moved bytes must rest before it moves more.
 *
 * <p>Thread: any.
 */
public final class IoShare {
    public static final IoShare UNBOUNDED = new IoShare(Double.MAX_VALUE);
    /** What was not used before a burst is not made up for. */
    private static final long NANOS = 1_000_000_000L;

    private final double bytesPerSecond;
    private long freeAtNanos = Long.MIN_VALUE;

    public IoShare(double bytesPerSecond) {
        if (!(bytesPerSecond > 0)) throw new IllegalArgumentException("bytes per second: " + bytesPerSecond);
        this.bytesPerSecond = bytesPerSecond;
    }

    public double bytesPerSecond() {
        return bytesPerSecond;
    }

    /** @return nanoseconds to rest, 0 for none */
    public synchronized long moved(long bytes, long nowNanos) {
        double nanos = bytes / bytesPerSecond * NANOS;
        if (nanos < 1) return 0;
        if (freeAtNanos == Long.MIN_VALUE || freeAtNanos - nowNanos < 0) freeAtNanos = nowNanos;
        freeAtNanos += (long) nanos;
        return freeAtNanos - nowNanos;
    }
}
