package io.millrace.clients;

import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.RoundRobinAssignor;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * One member of {@link MixedGroupTest} with Java's consumer: prints {@code got PARTITION OFFSET VALUE} per record.
 *
 * <p>Thread: main, until the process is killed.
 */
public final class GroupMemberProgram {
    private GroupMemberProgram() {}

    /** {@code BOOTSTRAP GROUP TOPIC}. */
    public static void main(String[] args) {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", args[0]);
        settings.put("group.id", args[1]);
        settings.put("partition.assignment.strategy", RoundRobinAssignor.class.getName());
        settings.put("session.timeout.ms", "3000");
        settings.put("heartbeat.interval.ms", "300");
        settings.put("auto.commit.interval.ms", "200");
        settings.put("auto.offset.reset", "earliest");
        settings.put("key.deserializer", StringDeserializer.class.getName());
        settings.put("value.deserializer", StringDeserializer.class.getName());
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(settings)) {
            consumer.subscribe(List.of(args[2]));
            while (true) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
                    System.out.println("got " + record.partition() + " " + record.offset() + " " + record.value());
                }
            }
        }
    }
}
