package io.millrace.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.oracle.BothBrokers;
import io.millrace.oracle.Commands;
import io.millrace.oracle.Deadline;
import io.millrace.oracle.Side;
import io.millrace.oracle.TestTools;
import io.millrace.oracle.Topic;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A Java, a librdkafka and a kafkajs consumer in one group share a topic; one after the other is killed and the rest take over,
 * until one has all. What is written to a settled group is read once.
 *
 * <p>Thread: the test's; each member is a process of its own.
 */
@Tag("full")
@ExtendWith(BothBrokers.Fixture.class)
@Timeout(120)
class MixedGroupTest {
    private static final Path RESOURCES = TestTools.projectDirectory().resolve("verticles/src/test/resources/clients");
    private static final String PYTHON = "/usr/bin/python3";
    private static final int PARTITIONS = 6;
    private static final int RECORDS = 60;
    private static final int WAIT_S = 30;

    private final Side side;

    @TempDir
    Path dir;

    private final Map<String, RunningProgram> members = new LinkedHashMap<>();
    private String group;
    private int phase;

    MixedGroupTest(BothBrokers both) {
        side = both.ours();
    }

    @Test
    void membersOfThreeKindsShareAndHandOver() throws Exception {
        TestTools.require(
                "python3-confluent-kafka (bin/install-test-tools)",
                Commands.run(List.of(PYTHON, "-c", "import confluent_kafka")).exitCode() == 0);
        Path kafkajs = TestTools.kafkajs();
        group = side.uniqueName("mixed-group");
        Topic topic = side.topic("mixed", PARTITIONS, Map.of());
        List<RunningProgram> all = new ArrayList<>();
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(producerSettings())) {
            start("python", List.of(PYTHON, script("group.py"), bootstrap(), group, topic.name()), Map.of());
            start(
                    "java",
                    Commands.java(
                            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                            List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                            GroupMemberProgram.class.getName(),
                            bootstrap(),
                            group,
                            topic.name()),
                    Map.of());
            start(
                    "kafkajs",
                    List.of("node", script("group.js"), bootstrap(), group, topic.name()),
                    Map.of("NODE_PATH", kafkajs.resolve("node_modules").toString()));
            all.addAll(members.values());
            share(producer, topic);
            for (String victim : List.of("java", "python")) {
                members.remove(victim).kill();
                // Nobody knows of it yet: what was its part is read when it is missed.
                awaitAll(write(producer, topic));
                share(producer, topic);
            }
        } finally {
            for (RunningProgram member : all) {
                member.close();
            }
        }
    }

    /** Every member has its part, and each record is read by one of them, once. */
    private void share(KafkaProducer<String, String> producer, Topic topic) throws Exception {
        awaitSettled();
        Set<String> values = write(producer, topic);
        awaitAll(values);
        List<String> read = new ArrayList<>();
        for (Map.Entry<String, RunningProgram> member : members.entrySet()) {
            List<String> its = values(member.getValue());
            its.retainAll(values);
            assertThat(its).as("read by %s", member.getKey()).isNotEmpty();
            read.addAll(its);
        }
        assertThat(read).containsExactlyInAnyOrderElementsOf(values);
    }

    private void awaitSettled() throws Exception {
        ConsumerGroupDescription last = null;
        for (Deadline deadline = Deadline.inSeconds(WAIT_S); deadline.goOn(); ) {
            try {
                last = side.admin()
                        .describeConsumerGroups(List.of(group))
                        .all()
                        .get(20, TimeUnit.SECONDS)
                        .get(group);
            } catch (ExecutionException nobodyHasJoinedYet) {
                LockSupport.parkNanos(50_000_000);
                continue;
            }
            int assigned = last.members().stream()
                    .mapToInt(member -> member.assignment().topicPartitions().size())
                    .sum();
            if (last.groupState() == GroupState.STABLE
                    && last.members().size() == members.size()
                    && assigned == PARTITIONS) {
                return;
            }
            LockSupport.parkNanos(50_000_000);
        }
        throw new AssertionError("the group does not settle: " + last + "\n" + outputs());
    }

    private Set<String> write(KafkaProducer<String, String> producer, Topic topic) {
        phase++;
        Set<String> values = new TreeSet<>();
        for (int i = 0; i < RECORDS; i++) {
            String value = "phase" + phase + "-" + i;
            values.add(value);
            producer.send(new ProducerRecord<>(topic.name(), i % PARTITIONS, null, value));
        }
        producer.flush();
        return values;
    }

    private void awaitAll(Set<String> values) throws Exception {
        for (Deadline deadline = Deadline.inSeconds(WAIT_S); deadline.goOn(); ) {
            Set<String> missing = new TreeSet<>(values);
            for (RunningProgram member : members.values()) {
                member.requireAlive();
                values(member).forEach(missing::remove);
            }
            if (missing.isEmpty()) {
                return;
            }
            LockSupport.parkNanos(50_000_000);
        }
        throw new AssertionError("not all of phase " + phase + " is read\n" + outputs());
    }

    private static List<String> values(RunningProgram member) throws Exception {
        return member.lines().stream()
                .filter(line -> line.startsWith("got "))
                .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                .collect(Collectors.toCollection(ArrayList::new));
    }

    private String outputs() throws Exception {
        StringBuilder all = new StringBuilder();
        for (Map.Entry<String, RunningProgram> member : members.entrySet()) {
            List<String> lines = member.getValue().lines();
            all.append(member.getKey()).append(":\n");
            all.append(String.join("\n", lines.subList(Math.max(0, lines.size() - 10), lines.size())));
            all.append('\n');
        }
        return all.toString();
    }

    private void start(String name, List<String> command, Map<String, String> environment) throws Exception {
        members.put(name, RunningProgram.start(command, dir.resolve(name + ".out"), environment));
    }

    private static String script(String name) {
        return RESOURCES.resolve(name).toString();
    }

    private String bootstrap() {
        return side.broker().bootstrap();
    }

    private Properties producerSettings() {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", bootstrap());
        settings.put("key.serializer", StringSerializer.class.getName());
        settings.put("value.serializer", StringSerializer.class.getName());
        return settings;
    }
}
