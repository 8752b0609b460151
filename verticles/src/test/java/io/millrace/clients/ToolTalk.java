package io.millrace.clients;

import io.millrace.clients.ClusterTools.Said;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * One cluster as a conversation with Kafka's tools sees it, and what was said so far, without what differs by chance:
 * ports, ids, times, folders.
 *
 * <p>Thread: one.
 */
final class ToolTalk implements AutoCloseable {
    private final Addresses cluster;
    private final ClusterTools tools;
    private final Admin admin;
    private final Map<String, String> said = new LinkedHashMap<>();

    ToolTalk(Addresses cluster, Path folder) throws Exception {
        this.cluster = cluster;
        this.tools = new ClusterTools(cluster, folder);
        this.admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrap(), "reconnect.backoff.max.ms", "200"));
    }

    ClusterTools tools() {
        return tools;
    }

    /** Everything that was said, by the step's name, in order. */
    Map<String, String> said() {
        return said;
    }

    void note(String step, Said answer) {
        if (said.put(step, "exit " + answer.exit() + "\n" + normal(answer.text())) != null) {
            throw new IllegalArgumentException("two steps are called " + step);
        }
    }

    /** Asks until the answer is there that both must come to, and notes it. */
    void noteWhen(String step, String contains, Supplier<Said> question) throws Exception {
        await(step + ": " + contains, () -> question.get().text().contains(contains));
        note(step, question.get());
    }

    void await(String what, Callable<Boolean> question) throws Exception {
        try {
            ThreeNodes.await(what, question);
        } catch (AssertionError late) {
            throw new AssertionError(late.getMessage() + "\nThe last tool said:\n" + tools.last());
        }
    }

    private String normal(String text) {
        String normal = text;
        for (int id : ThreeNodes.IDS) {
            String address = cluster.bootstrap(id);
            normal = normal.replace(address, "NODE-" + id)
                    .replaceAll("127\\.0\\.0\\.1 " + address.replaceAll(".*:", "") + "\\b", "HOST PORT-" + id);
        }
        return normal.replaceAll("(?<![\\w-])[A-Za-z0-9_-]{22}(?![\\w-])", "ID")
                .replaceAll("\"/[^\"]*/[ab]\"", "\"DIR\"")
                .replaceAll("adminclient-\\d+", "adminclient-N");
    }

    @SafeVarargs
    final void create(String topic, Map<String, String> configs, List<Integer>... replicas) throws Exception {
        Map<Integer, List<Integer>> assignment = new TreeMap<>();
        for (int partition = 0; partition < replicas.length; partition++) {
            assignment.put(partition, replicas[partition]);
        }
        admin.createTopics(List.of(new NewTopic(topic, assignment).configs(configs)))
                .all()
                .get();
        // Each node learns of it by itself.
        for (int id : ThreeNodes.IDS) {
            await("node " + id + " knows " + topic, () -> {
                String described =
                        tools.topicsAt(id, "--describe", "--topic", topic).text();
                return Arrays.stream(replicas)
                        .allMatch(list -> described.contains(
                                "Leader: " + list.get(0) + " Replicas: " + joined(list) + " Isr: " + joined(list)));
            });
        }
    }

    private static String joined(List<Integer> ids) {
        return ids.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    /** So many records of so many bytes, each a batch of its own. */
    void produce(String topic, int partition, int records, int bytes) throws Exception {
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(Map.of(
                "bootstrap.servers", cluster.bootstrap(),
                "acks", "all",
                "enable.idempotence", "false",
                "key.serializer", StringSerializer.class.getName(),
                "value.serializer", ByteArraySerializer.class.getName()))) {
            for (int i = 0; i < records; i++) {
                producer.send(new ProducerRecord<>(topic, partition, null, new byte[bytes]))
                        .get();
            }
        }
    }

    @Override
    public void close() {
        admin.close(Duration.ZERO);
        tools.close();
    }
}
