package io.millrace.bench;

import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * How long a stock Java producer goes without an acknowledgement for the partitions of a node that is killed or stopped.
 *
 * <p>Thread: main; the producer's own.
 */
final class Failover {
    private static final int PARTITIONS = 6;
    private static final int PER_SECOND = 1200;
    /** Who has not acknowledged for so long is not waited for any longer: the gap is told as this long. */
    private static final int PATIENCE_S = 120;

    private final ClusterPeer peer;
    private final String topic;
    private final long[] lastAck = new long[PARTITIONS];
    private final long[] longestGap = new long[PARTITIONS];
    private final AtomicLong refused = new AtomicLong();
    private volatile boolean running = true;

    Failover(ClusterPeer peer, String topic) {
        this.peer = peer;
        this.topic = topic;
    }

    /**
     * The longest times in seconds without an acknowledgement, and the records that the producer had to give up.
     *
     * @param gapSeconds until all partitions are acknowledged by their new leaders, a second and a half at least
     * @param returnSeconds from then on: while the node starts, catches up and is in sync again, on the same processors
     */
    record Outcome(double gapSeconds, double returnSeconds, long refused) {}

    /** One stop of a node; it is up and in sync again when this returns. */
    Outcome stopLeader(boolean controller, boolean politely) throws Exception {
        peer.createTopic(topic, PARTITIONS);
        Map<Integer, Integer> leaders = peer.leaders(topic, PARTITIONS);
        Properties settings = new Properties();
        settings.put("bootstrap.servers", peer.bootstrap());
        settings.put("key.serializer", ByteArraySerializer.class.getName());
        settings.put("value.serializer", ByteArraySerializer.class.getName());
        KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings);
        double stopped;
        try {
            Thread sender = new Thread(() -> send(producer));
            sender.start();
            Pause.ms(3000);
            int victim = victim(leaders, controller);
            synchronized (this) {
                Arrays.fill(longestGap, 0);
                Arrays.fill(lastAck, System.nanoTime());
            }
            peer.signal(victim, politely);
            awaitAcksAfter(leaders);
            stopped = longest(leaders);
            peer.awaitEnd(victim);
            peer.start(victim);
            peer.leaders(topic, PARTITIONS);
            running = false;
            sender.join();
        } finally {
            running = false;
            producer.close(Duration.ofSeconds(PATIENCE_S));
        }
        return new Outcome(stopped, longest(leaders), refused.get());
    }

    /** The longest gap since it was asked last. */
    private synchronized double longest(Map<Integer, Integer> leaders) {
        long longest = 0;
        for (int partition : leaders.keySet()) {
            longest = Math.max(longest, longestGap[partition]);
        }
        Arrays.fill(longestGap, 0);
        return longest / 1e9;
    }

    /** A leader that is the controller, or one that is not. */
    private int victim(Map<Integer, Integer> leaders, boolean controller) throws Exception {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", peer.bootstrap());
        try (Admin admin = Admin.create(settings)) {
            int leads = admin.describeMetadataQuorum()
                    .quorumInfo()
                    .get(60, TimeUnit.SECONDS)
                    .leaderId();
            for (int port : leaders.values()) {
                int node = peer.nodeOf(port);
                if ((node == leads) == controller) {
                    return node;
                }
            }
            return controller ? leads : leads % ClusterPeer.NODES + 1;
        }
    }

    private void send(KafkaProducer<byte[], byte[]> producer) {
        byte[] value = new byte[100];
        for (long i = 0; running; i++) {
            int partition = (int) (i % PARTITIONS);
            producer.send(new ProducerRecord<>(topic, partition, null, value), (metadata, error) -> {
                if (error == null) {
                    acknowledged(partition);
                } else {
                    refused.incrementAndGet();
                }
            });
            LockSupport.parkNanos(1_000_000_000L / PER_SECOND);
        }
    }

    private synchronized void acknowledged(int partition) {
        long now = System.nanoTime();
        if (lastAck[partition] != 0) {
            longestGap[partition] = Math.max(longestGap[partition], now - lastAck[partition]);
        }
        lastAck[partition] = now;
    }

    /** Until every partition has been acknowledged a second after the node was gone, or patience ends. */
    private void awaitAcksAfter(Map<Integer, Integer> leaders) throws Exception {
        Pause.ms(1500);
        long since = System.nanoTime();
        long deadline = since + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        while (System.nanoTime() < deadline) {
            synchronized (this) {
                boolean all = true;
                for (Map.Entry<Integer, Integer> leader : leaders.entrySet()) {
                    all &= lastAck[leader.getKey()] > since;
                }
                if (all) {
                    return;
                }
            }
            Pause.ms(20);
        }
        synchronized (this) {
            long now = System.nanoTime();
            for (int partition : leaders.keySet()) {
                longestGap[partition] = Math.max(longestGap[partition], now - lastAck[partition]);
            }
        }
    }
}
