package io.millrace.clients;

import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * A producer that writes to one topic until it is told to stop, and notes what was acknowledged.
 *
 * <p>Thread: its own; {@link #stop} is the test's.
 */
final class MovingLoad {
    private static final long PACE_NANOS = 500_000;
    private static final String PADDING = "x".repeat(400);

    private final LoadLedger ledger = new LoadLedger();
    private final Thread thread;
    private volatile boolean stopped;
    private volatile Exception failure;

    private MovingLoad(String bootstrap, String topic, int partitions) {
        thread = new Thread(() -> produce(bootstrap, topic, partitions), "load of " + topic);
        thread.setDaemon(true);
    }

    static MovingLoad on(String bootstrap, String topic, int partitions) {
        MovingLoad load = new MovingLoad(bootstrap, topic, partitions);
        load.thread.start();
        return load;
    }

    private void produce(String bootstrap, String topic, int partitions) {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                bootstrap,
                "acks",
                "all",
                "linger.ms",
                "2",
                "key.serializer",
                StringSerializer.class.getName(),
                "value.serializer",
                StringSerializer.class.getName());
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(settings)) {
            for (long n = 0; !stopped; n++) {
                String value = n + " " + PADDING;
                producer.send(new ProducerRecord<>(topic, (int) (n % partitions), null, value), (told, error) -> {
                    if (error == null) {
                        ledger.acked(new TopicPartition(topic, told.partition()), told.offset(), value);
                    } else {
                        failure = error;
                    }
                });
                LockSupport.parkNanos(PACE_NANOS);
            }
        }
    }

    int acknowledged() {
        return ledger.count();
    }

    /** Everything acknowledged is there, once and in order; no send has failed. */
    void stopAndCheck(String bootstrap, List<TopicPartition> partitions) throws InterruptedException {
        stopped = true;
        thread.join();
        if (failure != null) {
            throw new AssertionError("a record was refused", failure);
        }
        Map<TopicPartition, List<String>> read = LoadLedger.readAll(bootstrap, partitions);
        ledger.requireEverythingAckedIsAtItsOffset(read);
        int all = read.values().stream().mapToInt(List::size).sum();
        if (all != ledger.count()) {
            throw new AssertionError(all + " records are there, " + ledger.count() + " were acknowledged");
        }
    }
}
