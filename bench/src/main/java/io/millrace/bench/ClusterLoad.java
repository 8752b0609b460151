package io.millrace.bench;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Batches made ahead for a topic of three replicas, each sent to its partition's leader: as much as goes, or at a fixed rate.
 *
 * <p>Thread: main waits; a thread per connection.
 */
final class ClusterLoad {
    private static final int CONNECTIONS_PER_LEADER = 2;
    private static final int PER_SECOND = 2000;

    private final ClusterPeer peer;
    private final String topic;

    ClusterLoad(ClusterPeer peer, String topic) {
        this.peer = peer;
        this.topic = topic;
    }

    /** About so many bytes with acks=all; CPU is that of all three nodes. */
    Measured run(long bytes, int recordsPerBatch) throws Exception {
        Map<Integer, Integer> leaders = peer.leaders(topic, RawProduce.PARTITIONS);
        Map<Integer, List<List<byte[]>>> frames = new LinkedHashMap<>();
        int connections = 0;
        for (Map.Entry<Integer, Integer> leader : leaders.entrySet()) {
            List<List<byte[]>> ofLeader = frames.computeIfAbsent(leader.getValue(), port -> new ArrayList<>());
            if (ofLeader.size() < CONNECTIONS_PER_LEADER) {
                ofLeader.add(new ArrayList<>());
                connections++;
            }
            ofLeader.stream()
                    .min((a, b) -> Integer.compare(a.size(), b.size()))
                    .orElseThrow()
                    .add(ProduceFrames.one(topic, leader.getKey(), -1, recordsPerBatch, 1024));
        }
        for (Map.Entry<Integer, List<List<byte[]>>> leader : frames.entrySet()) {
            for (List<byte[]> own : leader.getValue()) {
                awaitTaken(leader.getKey(), own);
            }
        }
        long perConnection = bytes / connections;
        ExecutorService threads = Executors.newFixedThreadPool(connections);
        try {
            double cpuBefore = peer.cpuSeconds();
            long start = System.nanoTime();
            List<Future<Long>> results = new ArrayList<>();
            frames.forEach((port, ofLeader) -> ofLeader.forEach(
                    own -> results.add(threads.submit((Callable<Long>) () -> drive(port, own, perConnection)))));
            long sent = 0;
            for (Future<Long> result : results) {
                sent += result.get();
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            return new Measured(sent, seconds, peer.cpuSeconds() - cpuBefore);
        } finally {
            threads.shutdownNow();
        }
    }

    /** A leader of a new partition may hear of it a moment after the node that was asked who leads. */
    private void awaitTaken(int port, List<byte[]> frames) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        try (Wire wire = new Wire(port)) {
            for (byte[] frame : frames) {
                int error;
                do {
                    wire.send(frame);
                    error = ProduceFrames.errorIn(wire.receive(null));
                    if (error != 0) {
                        Pause.ms(10);
                    }
                } while (error != 0 && System.nanoTime() < deadline);
            }
        }
    }

    private long drive(int port, List<byte[]> frames, long bytes) throws Exception {
        long sent = 0;
        int inFlight = 0;
        int next = 0;
        ByteBuffer answer = null;
        try (Wire wire = new Wire(port)) {
            while (sent < bytes || inFlight > 0) {
                if (sent < bytes && inFlight < RawProduce.IN_FLIGHT) {
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

    /** One connection to a leader whose answers are timed. */
    private static final class Lane implements AutoCloseable {
        private final Wire wire;
        private final BlockingQueue<Long> due;
        private final double[] latencies;
        private final Thread receiver;

        Lane(int port, int expected) throws Exception {
            wire = new Wire(port);
            due = new ArrayBlockingQueue<>(Math.max(1, expected));
            latencies = new double[expected];
            receiver = new Thread(() -> {
                try {
                    ByteBuffer frame = null;
                    for (int i = 0; i < expected; i++) {
                        frame = wire.receive(frame);
                        latencies[i] = (System.nanoTime() - due.take()) / 1e6;
                    }
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            receiver.start();
        }

        @Override
        public void close() throws Exception {
            wire.close();
        }
    }

    /** Sorted ack latencies in ms of 2,000 records of 2.5 kB a second, each counted from when it was due. */
    double[] latencies(int seconds) throws Exception {
        Map<Integer, Integer> leaders = peer.leaders(topic, RawProduce.PARTITIONS);
        int count = PER_SECOND * seconds;
        int[] expected = new int[ClusterPeer.NODES + 1];
        for (int i = 0; i < count; i++) {
            expected[peer.nodeOf(leaders.get(i % RawProduce.PARTITIONS))]++;
        }
        byte[][] frames = new byte[RawProduce.PARTITIONS][];
        Map<Integer, Lane> lanes = new LinkedHashMap<>();
        for (int partition = 0; partition < frames.length; partition++) {
            frames[partition] = ProduceFrames.one(topic, partition, -1, 1, 2500);
            int port = leaders.get(partition);
            if (!lanes.containsKey(port)) {
                lanes.put(port, new Lane(port, expected[peer.nodeOf(port)]));
            }
        }
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            long when = start + i * (1_000_000_000L / PER_SECOND);
            while (System.nanoTime() < when) {
                LockSupport.parkNanos(when - System.nanoTime());
            }
            Lane lane = lanes.get(leaders.get(i % frames.length));
            lane.due.put(when);
            lane.wire.send(frames[i % frames.length]);
        }
        List<double[]> counted = new ArrayList<>();
        for (Lane lane : lanes.values()) {
            lane.receiver.join();
            // The first fifth is warming.
            counted.add(Arrays.copyOfRange(lane.latencies, lane.latencies.length / 5, lane.latencies.length));
            lane.close();
        }
        double[] all = counted.stream().flatMapToDouble(Arrays::stream).toArray();
        Arrays.sort(all);
        return all;
    }
}
