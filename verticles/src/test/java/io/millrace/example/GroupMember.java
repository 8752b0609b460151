package io.millrace.example;

import io.millrace.client.ConsumerOptions;
import io.millrace.client.ConsumerOptions.OffsetReset;
import io.millrace.client.LogClient;
import io.millrace.client.LogConsumer;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.EventBusOptions;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * A member of a consumer group in a process of its own, to be killed: an application of Vert.x or Kafka's Java consumer. Prints
 * {@code ASSIGNED 0,1} and {@code RECORD value} lines.
 *
 * <p>Arguments: {@code bus SEED GROUP TOPIC SESSION_MS} or {@code kafka BOOTSTRAP GROUP TOPIC SESSION_MS}.
 *
 * <p>Thread: main; the lines of the application come from its event loop.
 */
final class GroupMember {
    private GroupMember() {}

    public static void main(String[] args) {
        int sessionMs = Integer.parseInt(args[4]);
        if (args[0].equals("bus")) {
            bus(args[1], args[2], args[3], sessionMs);
        } else {
            kafka(args[1], args[2], args[3], sessionMs);
        }
    }

    private static void tell(String word, String what) {
        System.out.println(word + " " + what);
    }

    private static void bus(String seed, String group, String topic, int sessionMs) {
        Vertx vertx = JoinTheBus.joined(BusProcesses.NAME, List.of(seed), new EventBusOptions().setHost("127.0.0.1"))
                .toCompletionStage()
                .toCompletableFuture()
                .join();
        LogConsumer consumer = LogClient.of(vertx)
                .consumer(new ConsumerOptions()
                        .groupId(group)
                        .autoOffsetReset(OffsetReset.EARLIEST)
                        .sessionTimeoutMs(sessionMs));
        consumer.partitionsAssignedHandler(partitions -> tell(
                "ASSIGNED",
                partitions.stream()
                        .map(one -> one.partition())
                        .sorted()
                        .map(String::valueOf)
                        .collect(Collectors.joining(","))));
        consumer.handler(record -> tell("RECORD", record.valueText()));
        consumer.subscribe(List.of(topic));
    }

    private static void kafka(String bootstrap, String group, String topic, int sessionMs) {
        KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers", bootstrap,
                        "group.id", group,
                        "auto.offset.reset", "earliest",
                        "session.timeout.ms", sessionMs,
                        "heartbeat.interval.ms", 500),
                new StringDeserializer(),
                new StringDeserializer());
        consumer.subscribe(List.of(topic));
        List<Integer> before = List.of();
        while (true) {
            consumer.poll(Duration.ofMillis(50)).forEach(record -> tell("RECORD", record.value()));
            List<Integer> now = numbers(consumer.assignment());
            if (!now.equals(before)) {
                before = now;
                tell("ASSIGNED", now.stream().map(String::valueOf).collect(Collectors.joining(",")));
            }
        }
    }

    private static List<Integer> numbers(Collection<org.apache.kafka.common.TopicPartition> partitions) {
        return partitions.stream().map(one -> one.partition()).sorted().toList();
    }
}
