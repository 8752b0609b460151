package io.millrace.bench;

/**
 * What a load took: bytes, wall time, CPU time of the broker.
 *
 * <p>Thread: any; immutable.
 */
record Measured(long bytes, double seconds, double cpuSeconds) {
    double cpuSecondsPerGb() {
        return cpuSeconds / (bytes / 1e9);
    }

    double megabytesPerSecond() {
        return bytes / 1e6 / seconds;
    }
}
