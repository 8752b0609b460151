package io.millrace.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.clients.ClusterTools.Said;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Three nodes in processes of their own, Kafka's tools for them, and what a test needs beside the tools: topics, records,
 * a consumer.
 *
 * <p>Thread: the test's.
 */
final class ToolsCluster implements AutoCloseable {
    final ThreeNodes nodes;
    final ClusterTools tools;
    private final Admin admin;

    ToolsCluster(Path folder, Map<String, String> settings) throws Exception {
        nodes = new ThreeNodes(folder, settings).startAll();
        tools = new ClusterTools(nodes, folder);
        admin = Admin.create(Map.of("bootstrap.servers", nodes.bootstrap(), "reconnect.backoff.max.ms", "200"));
    }

    void await(String what, Callable<Boolean> question) throws Exception {
        try {
            ThreeNodes.await(what, question);
        } catch (AssertionError late) {
            throw new AssertionError(late.getMessage() + "\nThe last tool said:\n" + tools.last() + nodes.logTails());
        }
    }

    /** What one node says, when all say the same. */
    static String fromAll(IntFunction<Said> question) {
        List<String> answers =
                ThreeNodes.IDS.stream().map(id -> question.apply(id).ok()).toList();
        assertThat(answers).as("the answers of the three nodes").containsOnly(answers.get(0));
        return answers.get(0);
    }

    @SafeVarargs
    final void create(String topic, List<Integer>... replicas) throws Exception {
        Map<Integer, List<Integer>> assignment = new TreeMap<>();
        for (int partition = 0; partition < replicas.length; partition++) {
            assignment.put(partition, replicas[partition]);
        }
        admin.createTopics(List.of(new NewTopic(topic, assignment))).all().get();
    }

    void produce(String topic, int partition, int records) throws Exception {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(Map.of(
                "bootstrap.servers", nodes.bootstrap(),
                "acks", "all",
                "key.serializer", StringSerializer.class.getName(),
                "value.serializer", StringSerializer.class.getName()))) {
            for (int i = 0; i < records; i++) {
                producer.send(new ProducerRecord<>(topic, partition, null, "value " + i));
            }
        }
    }

    int leader(String topic, int partition) throws Exception {
        return admin.describeTopics(List.of(topic))
                .allTopicNames()
                .get()
                .get(topic)
                .partitions()
                .get(partition)
                .leader()
                .id();
    }

    void awaitInSync(String topic) throws Exception {
        await("all replicas of " + topic + " are in sync", () -> tools.topics(
                        "--describe", "--topic", topic, "--under-replicated-partitions")
                .ok()
                .isEmpty());
    }

    /** Those that wait for their end after a deletion are not counted. */
    List<Path> folders(int node, String topic) throws IOException {
        List<Path> found = new ArrayList<>();
        for (String which : List.of("a", "b")) {
            try (Stream<Path> all = Files.list(nodes.data(node, which))) {
                all.filter(path -> path.getFileName().toString().startsWith(topic + "-"))
                        .filter(path -> !path.toString().endsWith("-delete"))
                        .forEach(found::add);
            }
        }
        return found;
    }

    void setMinInSync(String topic, int replicas) throws Exception {
        ConfigEntry entry = new ConfigEntry("min.insync.replicas", Integer.toString(replicas));
        admin.incrementalAlterConfigs(Map.of(
                        new ConfigResource(ConfigResource.Type.TOPIC, topic),
                        List.of(new AlterConfigOp(entry, AlterConfigOp.OpType.SET))))
                .all()
                .get();
    }

    /** A consumer that is polled until it is closed. */
    final class Reader implements AutoCloseable {
        private final Thread thread;
        private volatile boolean closed;

        Reader(String group, String topic) {
            thread = new Thread(() -> read(group, topic), "reader of " + topic);
            thread.setDaemon(true);
            thread.start();
        }

        private void read(String group, String topic) {
            try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(Map.of(
                    "bootstrap.servers",
                    nodes.bootstrap(),
                    "group.id",
                    group,
                    "client.id",
                    "reader",
                    "auto.offset.reset",
                    "earliest",
                    "auto.commit.interval.ms",
                    "500",
                    "key.deserializer",
                    StringDeserializer.class.getName(),
                    "value.deserializer",
                    StringDeserializer.class.getName()))) {
                consumer.subscribe(List.of(topic));
                while (!closed) {
                    consumer.poll(Duration.ofMillis(100));
                }
            }
        }

        @Override
        public void close() throws InterruptedException {
            closed = true;
            thread.join(10_000);
        }
    }

    @Override
    public void close() throws Exception {
        admin.close(Duration.ZERO);
        tools.close();
        nodes.close();
    }
}
