package io.millrace.clients;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A Java consumer of a group that commits what it has read, tells a {@link CommitLedger} what was acknowledged, and checks
 * wherever it takes a partition over that nothing acknowledged is missing.
 *
 * <p>Thread: its own.
 */
final class StormMember {
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final CommitLedger ledger;
    private final Thread thread;
    private volatile boolean stopped;
    private volatile boolean crashed;
    private volatile Throwable failure;

    StormMember(String bootstrap, String group, String topic, String name, CommitLedger ledger) {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", bootstrap);
        settings.put("group.id", group);
        settings.put("client.id", name);
        settings.put("enable.auto.commit", "false");
        settings.put("auto.offset.reset", "earliest");
        settings.put("session.timeout.ms", "2000");
        settings.put("heartbeat.interval.ms", "300");
        settings.put("max.poll.interval.ms", "10000");
        settings.put("request.timeout.ms", "12000");
        settings.put("default.api.timeout.ms", "30000");
        settings.put("retry.backoff.ms", "20");
        settings.put("reconnect.backoff.ms", "20");
        settings.put("reconnect.backoff.max.ms", "100");
        settings.put("fetch.max.wait.ms", "100");
        settings.put("key.deserializer", ByteArrayDeserializer.class.getName());
        settings.put("value.deserializer", ByteArrayDeserializer.class.getName());
        this.consumer = new KafkaConsumer<>(settings);
        this.ledger = ledger;
        this.thread = new Thread(() -> run(topic), name);
        thread.setDaemon(true);
        thread.start();
    }

    private void run(String topic) {
        try {
            consumer.subscribe(List.of(topic), new ConsumerRebalanceListener() {
                @Override
                public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                    // What was read is committed after each poll.
                }

                @Override
                public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                    for (TopicPartition partition : partitions) {
                        long acknowledged = ledger.acknowledged(partition);
                        ledger.requireNothingLost(partition, acknowledged, consumer.position(partition));
                    }
                }
            });
            while (!stopped) {
                Map<TopicPartition, OffsetAndMetadata> read = new HashMap<>();
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    read.put(
                            new TopicPartition(record.topic(), record.partition()),
                            new OffsetAndMetadata(record.offset() + 1));
                }
                if (!read.isEmpty()) {
                    commit(read);
                }
            }
        } catch (Throwable e) {
            failure = e;
        } finally {
            // A crash says no goodbye: the group must notice by itself.
            consumer.close(CloseOptions.groupMembershipOperation(
                            crashed
                                    ? CloseOptions.GroupMembershipOperation.REMAIN_IN_GROUP
                                    : CloseOptions.GroupMembershipOperation.LEAVE_GROUP)
                    .withTimeout(Duration.ofSeconds(5)));
        }
    }

    private void commit(Map<TopicPartition, OffsetAndMetadata> read) {
        try {
            consumer.commitSync(read);
            read.forEach((partition, offset) -> ledger.acknowledge(partition, offset.offset()));
        } catch (CommitFailedException | RebalanceInProgressException | RetriableException refused) {
            // Read again by whoever owns the partition next.
        }
    }

    void leave() {
        stopped = true;
    }

    void crash() {
        crashed = true;
        stopped = true;
    }

    /** Waits until it has ended; throws what it has failed with. */
    void join() throws InterruptedException {
        thread.join(20_000);
        if (thread.isAlive()) {
            throw new AssertionError(thread.getName() + " does not end");
        }
        if (failure != null) {
            throw new AssertionError(thread.getName() + " failed", failure);
        }
    }
}
