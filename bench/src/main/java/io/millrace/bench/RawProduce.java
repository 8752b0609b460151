package io.millrace.bench;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Drives a broker with batches made ahead: four connections, twelve partitions unless told otherwise, five requests in flight on each.
 *
 * <p>Thread: one per connection; {@link #run} waits for them.
 */
final class RawProduce {
    static final int CONNECTIONS = 4;
    static final int PARTITIONS = 12;
    static final int IN_FLIGHT = 5;

    private final Peer peer;
    private final String topic;
    private final int acks;
    private final int recordBytes;
    private final int recordsPerBatch;
    private final int connections;
    private final int partitions;

    RawProduce(Peer peer, String topic, int acks, int recordBytes, int recordsPerBatch) {
        this(peer, topic, acks, recordBytes, recordsPerBatch, CONNECTIONS, PARTITIONS);
    }

    RawProduce(
            Peer peer, String topic, int acks, int recordBytes, int recordsPerBatch, int connections, int partitions) {
        this.peer = peer;
        this.topic = topic;
        this.acks = acks;
        this.recordBytes = recordBytes;
        this.recordsPerBatch = recordsPerBatch;
        this.connections = connections;
        this.partitions = partitions;
    }

    /** Sends about so many bytes of frames; returns what it took. */
    Measured run(long bytes) throws Exception {
        List<List<byte[]>> frames = new ArrayList<>();
        for (int connection = 0; connection < connections; connection++) {
            List<byte[]> own = new ArrayList<>();
            for (int partition = connection; partition < partitions; partition += connections) {
                own.add(ProduceFrames.one(topic, partition, acks, recordsPerBatch, recordBytes));
            }
            frames.add(own);
        }
        long perConnection = bytes / connections;
        ExecutorService threads = Executors.newFixedThreadPool(connections);
        try {
            double cpuBefore = ProcFs.cpuSeconds(peer.pid());
            long start = System.nanoTime();
            List<Future<Long>> results = new ArrayList<>();
            for (List<byte[]> own : frames) {
                results.add(threads.submit((Callable<Long>) () -> drive(own, perConnection)));
            }
            long sent = 0;
            for (Future<Long> result : results) {
                sent += result.get();
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            return new Measured(sent, seconds, ProcFs.cpuSeconds(peer.pid()) - cpuBefore);
        } finally {
            threads.shutdownNow();
        }
    }

    private long drive(List<byte[]> frames, long bytes) throws Exception {
        long sent = 0;
        int inFlight = 0;
        int next = 0;
        ByteBuffer answer = null;
        try (Wire wire = new Wire(peer.port())) {
            while (sent < bytes || inFlight > 0) {
                if (sent < bytes && inFlight < IN_FLIGHT) {
                    byte[] frame = frames.get(next);
                    next = (next + 1) % frames.size();
                    wire.send(frame);
                    sent += frame.length;
                    inFlight++;
                } else {
                    answer = wire.receive(answer);
                    inFlight--;
                    int error = ProduceFrames.errorIn(answer);
                    if (error != 0) {
                        throw new IllegalStateException(peer.name() + " refused a produce: error " + error);
                    }
                }
            }
        }
        return sent;
    }
}
