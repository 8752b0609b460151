package io.millrace.bench;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * Ack latency at a fixed rate: one record of 2.5 kB every half millisecond, whatever the broker does meanwhile, so that
 * a stall counts for every record that had to wait behind it.
 *
 * <p>Thread: the caller sends, one thread receives.
 */
final class AckLatency {
    private static final int PER_SECOND = 2000;

    private AckLatency() {}

    /** Sorted latencies in milliseconds, counted from when each record was due. */
    static double[] run(Peer peer, String topic, int seconds) throws Exception {
        int count = PER_SECOND * seconds;
        double[] latencies = new double[count];
        byte[][] frames = new byte[RawProduce.PARTITIONS][];
        for (int p = 0; p < frames.length; p++) {
            frames[p] = ProduceFrames.one(topic, p, -1, 1, 2500);
        }
        BlockingQueue<Long> due = new ArrayBlockingQueue<>(count);
        try (Wire wire = new Wire(peer.port())) {
            Thread receiver = new Thread(() -> {
                try {
                    ByteBuffer frame = null;
                    for (int i = 0; i < count; i++) {
                        frame = wire.receive(frame);
                        latencies[i] = (System.nanoTime() - due.take()) / 1e6;
                    }
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            receiver.start();
            long start = System.nanoTime();
            for (int i = 0; i < count; i++) {
                long when = start + i * (1_000_000_000L / PER_SECOND);
                while (System.nanoTime() < when) {
                    LockSupport.parkNanos(when - System.nanoTime());
                }
                due.put(when);
                wire.send(frames[i % frames.length]);
            }
            receiver.join();
        }
        // The first fifth is warming.
        double[] counted = Arrays.copyOfRange(latencies, count / 5, count);
        Arrays.sort(counted);
        return counted;
    }

    static double percentile(double[] sorted, double percent) {
        return sorted[(int) Math.min(sorted.length - 1, Math.round(sorted.length * percent / 100))];
    }
}
