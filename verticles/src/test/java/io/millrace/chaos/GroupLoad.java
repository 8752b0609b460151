package io.millrace.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Two members of a consumer group that commit what they have read, batch by batch.
 *
 * <p>Thread: started and stopped by the run's main; each member has a thread of its own.
 */
final class GroupLoad {
    private static final int MEMBERS = 2;

    private final String bootstrap;
    private final String topic;
    private final GroupLedger ledger;
    private final List<Thread> members = new ArrayList<>();
    private final LoadThreads threads = new LoadThreads();
    private volatile boolean reading = true;

    GroupLoad(String bootstrap, String topic) {
        this.bootstrap = bootstrap;
        this.topic = topic;
        this.ledger = new GroupLedger(topic + "-group");
    }

    GroupLedger ledger() {
        return ledger;
    }

    void start() {
        for (int i = 0; i < MEMBERS; i++) {
            String name = "g" + i;
            members.add(threads.start(name, () -> member(name)));
        }
    }

    private Properties settings(String name) {
        Properties settings = Load.readerSettings(bootstrap);
        settings.put("group.id", ledger.group());
        settings.put("client.id", name);
        // Nothing is committed at first; later the ledger knows that something was.
        settings.put("auto.offset.reset", "earliest");
        settings.put("session.timeout.ms", "6000");
        settings.put("heartbeat.interval.ms", "500");
        return settings;
    }

    private void member(String name) {
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(settings(name))) {
            consumer.subscribe(List.of(topic), new ConsumerRebalanceListener() {
                @Override
                public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
                    // What was polled has been committed, or its commit was refused.
                }

                @Override
                public void onPartitionsAssigned(Collection<TopicPartition> assigned) {
                    for (TopicPartition partition : assigned) {
                        // The order matters: what is acknowledged by now must be found now.
                        long atLeast = ledger.committed(partition.partition());
                        ledger.begins(partition.partition(), atLeast, consumer.position(partition));
                    }
                }
            });
            while (reading) {
                ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(200));
                for (TopicPartition partition : records.partitions()) {
                    for (ConsumerRecord<String, String> record : records.records(partition)) {
                        ledger.handled(record.partition(), record.offset());
                    }
                }
                if (!records.isEmpty()) {
                    commit(consumer, records);
                }
            }
        }
    }

    private void commit(KafkaConsumer<String, String> consumer, ConsumerRecords<String, String> records) {
        try {
            consumer.commitSync();
        } catch (CommitFailedException | RebalanceInProgressException | TimeoutException unknown) {
            // Refused, or nobody knows: it is read again by whoever has the partition next.
            return;
        }
        for (TopicPartition partition : records.partitions()) {
            List<ConsumerRecord<String, String>> of = records.records(partition);
            ledger.committed(partition.partition(), of.get(of.size() - 1).offset() + 1);
        }
    }

    /** What ended a member, or null. */
    Throwable failure() {
        return threads.failure();
    }

    void stop() throws InterruptedException {
        reading = false;
        for (Thread member : members) {
            member.join(Duration.ofSeconds(60).toMillis());
            if (member.isAlive()) {
                throw new IllegalStateException(member.getName() + " did not end");
            }
        }
    }
}
