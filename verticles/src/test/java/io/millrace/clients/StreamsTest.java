package io.millrace.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.oracle.Broker;
import io.millrace.oracle.Brokers;
import io.millrace.oracle.Commands;
import io.millrace.oracle.Deadline;
import io.millrace.oracle.Side;
import io.millrace.oracle.TestTools;
import io.millrace.oracle.Topic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A Kafka Streams word count, unchanged, with a repartition topic and a changelog: it is killed, restored from the changelog
 * alone, its broker is killed, and at the end every word's count is right.
 *
 * <p>Thread: the test's; the application is a process of its own.
 */
@Tag("full")
@Timeout(150)
class StreamsTest {
    static final Map<String, String> SETTINGS = Map.of(
            "group.initial.rebalance.delay.ms", "100",
            "group.min.session.timeout.ms", "500",
            "offsets.topic.num.partitions", "3",
            "offsets.topic.replication.factor", "1",
            "log.cleaner.backoff.ms", "200",
            "log.cleaner.min.cleanable.ratio", "0.05");
    private static final int LINES = 300;
    private static final int WAIT_S = 45;

    @TempDir
    Path dir;

    private final Map<String, Integer> expected = new HashMap<>();
    private final Random random = new Random(42);
    private int lines;

    @Test
    void aWordCountThatIsKilledEndsWithTheRightCounts() throws Exception {
        String classpath = TestTools.classpath("streams");
        try (Broker broker = Brokers.startOurs(SETTINGS);
                Side side = Brokers.side(broker);
                KafkaProducer<String, String> producer = new KafkaProducer<>(producerSettings(broker));
                KafkaConsumer<String, String> counts = new KafkaConsumer<>(consumerSettings(broker))) {
            Topic in = side.topicNamed("lines", 3, Map.of());
            Topic out = side.topicNamed("counts", 1, Map.of("cleanup.policy", "compact"));
            counts.assign(List.of(new TopicPartition(out.name(), 0)));
            Map<String, Integer> seen = new HashMap<>();
            try (RunningProgram first = application(classpath, broker, in, out, "state-1")) {
                write(producer, in, LINES / 3);
                await(counts, seen, first);
                write(producer, in, LINES / 3);
                first.kill();
            }
            try (RunningProgram second = application(classpath, broker, in, out, "state-2")) {
                await(counts, seen, second);
                broker.kill();
                broker.startAgain();
                write(producer, in, LINES / 3);
                await(counts, seen, second);
                assertThat(cleanupPolicy(side, "word-count-words-changelog")).isEqualTo("compact");
                assertThat(cleanupPolicy(side, "word-count-by-word-repartition"))
                        .isEqualTo("delete");
                second.terminate();
            }
            counts.seekToBeginning(counts.assignment());
            seen.clear();
            await(counts, seen, null);
        }
    }

    private RunningProgram application(String classpath, Broker broker, Topic in, Topic out, String state)
            throws Exception {
        Path source = TestTools.projectDirectory().resolve("verticles/src/test/resources/clients/WordCount.java");
        return RunningProgram.start(
                Commands.java(
                        classpath,
                        List.of(
                                "-Xmx256m",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"),
                        source.toString(),
                        broker.bootstrap(),
                        dir.resolve(state).toString(),
                        in.name(),
                        out.name()),
                dir.resolve(state + ".out"));
    }

    private void write(KafkaProducer<String, String> producer, Topic topic, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            StringBuilder line = new StringBuilder();
            String before = "";
            for (int w = 0; w < 5; w++) {
                String word = "word" + (w * 7 + random.nextInt(7));
                line.append(before).append(word);
                before = " ";
                expected.merge(word, 1, Integer::sum);
            }
            producer.send(new ProducerRecord<>(topic.name(), String.valueOf(lines++), line.toString()));
        }
        producer.flush();
    }

    private void await(KafkaConsumer<String, String> counts, Map<String, Integer> seen, RunningProgram program)
            throws Exception {
        for (Deadline deadline = Deadline.inSeconds(WAIT_S); deadline.goOn() && !seen.equals(expected); ) {
            for (ConsumerRecord<String, String> record : counts.poll(Duration.ofMillis(100))) {
                seen.put(record.key(), Integer.valueOf(record.value()));
            }
            if (program != null) {
                program.requireAlive();
            }
        }
        assertThat(seen)
                .as("counts; the application said%n%s", program == null ? "" : program.output())
                .isEqualTo(expected);
    }

    private static String cleanupPolicy(Side side, String topic) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        return side.admin()
                .describeConfigs(List.of(resource))
                .all()
                .get(20, TimeUnit.SECONDS)
                .get(resource)
                .get("cleanup.policy")
                .value();
    }

    private static Properties producerSettings(Broker broker) {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", broker.bootstrap());
        settings.put("key.serializer", StringSerializer.class.getName());
        settings.put("value.serializer", StringSerializer.class.getName());
        return settings;
    }

    private static Properties consumerSettings(Broker broker) {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", broker.bootstrap());
        settings.put("auto.offset.reset", "earliest");
        settings.put("key.deserializer", StringDeserializer.class.getName());
        settings.put("value.deserializer", StringDeserializer.class.getName());
        return settings;
    }
}
