package io.millrace.bench;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * Reads a topic from its beginning to its end over four connections, three partitions each, a megabyte of every
 * partition at a time; the records are received and counted, not unpacked.
 *
 * <p>Thread: one per connection; {@link #run} waits for them.
 */
final class RawFetch {
    private static final int VERSION = 12;
    private static final int PARTITION_BYTES = 1 << 20;

    private final Peer peer;
    private final String topic;

    RawFetch(Peer peer, String topic) {
        this.peer = peer;
        this.topic = topic;
    }

    Measured run() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(RawProduce.CONNECTIONS);
        try {
            double cpuBefore = ProcFs.cpuSeconds(peer.pid());
            long start = System.nanoTime();
            List<Future<Long>> results = new ArrayList<>();
            for (int connection = 0; connection < RawProduce.CONNECTIONS; connection++) {
                int first = connection;
                results.add(threads.submit((Callable<Long>) () -> readAll(first)));
            }
            long bytes = 0;
            for (Future<Long> result : results) {
                bytes += result.get();
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            return new Measured(bytes, seconds, ProcFs.cpuSeconds(peer.pid()) - cpuBefore);
        } finally {
            threads.shutdownNow();
        }
    }

    private long readAll(int firstPartition) throws Exception {
        long bytes = 0;
        ByteBuffer frame = null;
        try (Wire wire = new Wire(peer.port())) {
            List<FetchPartition> partitions = new ArrayList<>();
            for (int p = firstPartition; p < RawProduce.PARTITIONS; p += RawProduce.CONNECTIONS) {
                partitions.add(new FetchPartition()
                        .setPartition(p)
                        .setFetchOffset(0)
                        .setCurrentLeaderEpoch(-1)
                        .setLastFetchedEpoch(-1)
                        .setPartitionMaxBytes(PARTITION_BYTES));
            }
            FetchRequestData request = new FetchRequestData()
                    .setMaxWaitMs(500)
                    .setMinBytes(1)
                    .setMaxBytes(50 << 20)
                    .setSessionEpoch(-1)
                    .setTopics(List.of(new FetchTopic().setTopic(topic).setPartitions(partitions)));
            while (!partitions.isEmpty()) {
                wire.send(Wire.frame(request, VERSION));
                frame = wire.receive(frame);
                FetchResponseData answer = (FetchResponseData) Wire.parse((short) 1, VERSION, frame);
                for (var partition : answer.responses().get(0).partitions()) {
                    FetchPartition asked = partitions.stream()
                            .filter(p -> p.partition() == partition.partitionIndex())
                            .findFirst()
                            .orElseThrow();
                    MemoryRecords records = (MemoryRecords) partition.records();
                    bytes += records.sizeInBytes();
                    long next = nextOffset(records.buffer(), asked.fetchOffset());
                    asked.setFetchOffset(next);
                    if (next >= partition.highWatermark()) {
                        partitions.remove(asked);
                    }
                }
            }
        }
        return bytes;
    }

    /** Steps from batch header to batch header: base offset at 0, length at 8, last offset delta at 23. */
    private static long nextOffset(ByteBuffer records, long otherwise) {
        long next = otherwise;
        int at = records.position();
        while (at + 61 <= records.limit()) {
            next = records.getLong(at) + records.getInt(at + 23) + 1;
            at += 12 + records.getInt(at + 8);
        }
        return next;
    }
}
