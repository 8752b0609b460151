package io.millrace.bench.shards;

import java.lang.management.ManagementFactory;

/**
 * Bytes of live heap, measured after full collections.
 *
 * <p>Thread: the measuring program's.
 */
final class HeapMeter {
    private static final int COLLECTIONS = 4;

    private final long baselineBytes = liveBytes();

    long grownBytes() {
        return liveBytes() - baselineBytes;
    }

    private static long liveBytes() {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
