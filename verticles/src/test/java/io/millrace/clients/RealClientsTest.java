package io.millrace.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.oracle.BothBrokers;
import io.millrace.oracle.Commands;
import io.millrace.oracle.Requests;
import io.millrace.oracle.Side;
import io.millrace.oracle.TestTools;
import io.millrace.oracle.Topic;
import io.millrace.oracle.WireClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Five clients write every codec, keys, headers, null values and records of a megabyte, each into its own partition of
 * one topic per codec; four clients read all of it back.
 *
 * <p>Thread: the test's; every client but the newest Java one is a process of its own.
 */
@Tag("full")
@ExtendWith(BothBrokers.Fixture.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RealClientsTest {
    /** The partition that each writes into. */
    private static final List<String> WRITERS = List.of("kcat", "java-new", "java-old", "python", "kafkajs");

    private static final Path RESOURCES = TestTools.projectDirectory().resolve("verticles/src/test/resources/clients");
    private static final String PYTHON = "/usr/bin/python3";

    private final Side node;
    private String prefix;
    private List<Topic> topics;

    RealClientsTest(BothBrokers both) {
        node = both.ours();
    }

    @BeforeAll
    void everyClientWrites() throws Exception {
        TestTools.executable("/usr/bin/kcat");
        TestTools.require(
                "python3-confluent-kafka (bin/install-test-tools)",
                Commands.run(List.of(PYTHON, "-c", "import confluent_kafka")).exitCode() == 0);
        TestTools.kafkajs();
        prefix = node.uniqueName("clients") + ".";
        topics = new ArrayList<>();
        for (String codec : JavaClientProgram.CODECS) {
            topics.add(node.topicNamed(prefix + codec, WRITERS.size(), Map.of()));
        }
        CompletableFuture<Void> processes = CompletableFuture.runAsync(() -> {
            ok(Commands.run(oldJava("write", "2", "java-old")));
            ok(Commands.run(python("write", "3")));
            ok(Commands.run(
                    List.of("node", RESOURCES.resolve("producer.js").toString(), bootstrap(), prefix, "4"),
                    "",
                    Map.of(
                            "NODE_PATH",
                            TestTools.kafkajs().resolve("node_modules").toString())));
        });
        JavaClientProgram.write(bootstrap(), prefix, 1, "java-new");
        for (String codec : JavaClientProgram.CODECS) {
            kcatWrites(codec);
        }
        processes.get();
    }

    private String bootstrap() {
        return node.broker().bootstrap();
    }

    private static String ok(Commands.Result result) {
        assertThat(result.exitCode())
                .as("%s%s", result.output(), result.errors())
                .isZero();
        return result.output();
    }

    private List<String> oldJava(String verb, String number, String name) {
        String own = Path.of(JavaClientProgram.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .getPath())
                .toString();
        return Commands.java(
                own + ":" + TestTools.classpath("old-client"),
                List.of(
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"),
                JavaClientProgram.class.getName(),
                verb,
                bootstrap(),
                prefix,
                number,
                name);
    }

    private List<String> python(String verb, String number) {
        return List.of(PYTHON, RESOURCES.resolve("client.py").toString(), verb, bootstrap(), prefix, number);
    }

    private void kcatWrites(String codec) throws Exception {
        List<String> base = new ArrayList<>(List.of(
                "kcat", "-P", "-b", bootstrap(), "-t", prefix + codec, "-p", "0", "-X", "message.max.bytes=1048588"));
        if (!codec.equals("none")) {
            base.addAll(List.of("-z", codec));
        }
        ok(Commands.run(with(base, "-K:", "-H", "h1=x"), "k0-kcat:v0-kcat-é\n", Map.of()));
        ok(Commands.run(with(base, "-K:", "-Z"), ":no key\ntomb:\n", Map.of()));
        Path big = Files.createTempFile("big", ".txt");
        try {
            Files.writeString(big, "M".repeat(1_000_000));
            ok(Commands.run(with(base, "-k", "big", "-H", "a=1", "-H", "b=", big.toString())));
        } finally {
            Files.delete(big);
        }
    }

    private static List<String> with(List<String> command, String... more) {
        List<String> all = new ArrayList<>(command);
        all.addAll(List.of(more));
        return all;
    }

    /** One line per record: codec, partition, offset, key and value with their sizes, headers. */
    private static TreeSet<String> expected() {
        TreeSet<String> lines = new TreeSet<>();
        for (String codec : JavaClientProgram.CODECS) {
            for (int partition = 0; partition < WRITERS.size(); partition++) {
                String name = WRITERS.get(partition);
                if (name.equals("kafkajs") && !codec.equals("none") && !codec.equals("gzip")) {
                    continue; // What kafkajs has built in.
                }
                String at = codec + " " + partition + " ";
                int offset = 0;
                String value = "v0-" + name + "-é";
                lines.add(at + offset++ + " " + (3 + name.length()) + "[k0-" + name + "] " + (value.length() + 1) + "["
                        + value + "] h1=x");
                lines.add(at + offset++ + " -1[] 6[no key] ");
                lines.add(at + offset++ + " 4[tomb] -1[] ");
                if (!name.equals("kcat")) {
                    lines.add(at + offset++ + " 0[] 0[] "); // kcat takes empty for null.
                }
                lines.add(at + offset + " 3[big] 1000000[M*1000000] a=1,b=");
            }
        }
        return lines;
    }

    private static TreeSet<String> lines(String output) {
        TreeSet<String> lines = new TreeSet<>();
        output.lines().filter(line -> !line.isEmpty()).forEach(lines::add);
        return lines;
    }

    @Test
    void newestJavaClientReadsWhatAllWrote() {
        TreeSet<String> read = new TreeSet<>();
        JavaClientProgram.read(bootstrap(), prefix, WRITERS.size(), read::add);
        assertThat(read).isEqualTo(expected());
    }

    @Test
    void oldJavaClientReadsWhatAllWrote() {
        String output = ok(Commands.run(oldJava("read", String.valueOf(WRITERS.size()), "java-old")));
        assertThat(lines(output)).isEqualTo(expected());
    }

    @Test
    void pythonReadsWhatAllWrote() {
        String output = ok(
                Commands.run(python("read", String.valueOf(WRITERS.size())), "", Map.of("PYTHONIOENCODING", "utf-8")));
        assertThat(lines(output)).isEqualTo(expected());
    }

    @Test
    void kcatReadsWhatAllWrote() {
        TreeSet<String> read = new TreeSet<>();
        for (String codec : JavaClientProgram.CODECS) {
            String output = ok(Commands.run(List.of(
                    "kcat",
                    "-C",
                    "-b",
                    bootstrap(),
                    "-t",
                    prefix + codec,
                    "-o",
                    "beginning",
                    "-e",
                    "-q",
                    "-f",
                    codec + " %p %o %K[%k] %S[%s] %h\\n")));
            read.addAll(lines(output.replaceAll("M{1000000}", "M*1000000")));
        }
        assertThat(read).isEqualTo(expected());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void batchesAreStoredInTheCodecTheClientChose(int partition) throws Exception {
        for (Topic topic : topics) {
            try (WireClient client = node.connect()) {
                FetchResponseData answer = client.ask(Requests.fetch(topic, partition, 0), 12);
                MemoryRecords records = (MemoryRecords)
                        answer.responses().get(0).partitions().get(0).records();
                // librdkafka sends a small batch plain when packing does not make it smaller; the megabyte it packs.
                String last = "";
                for (var batch : records.batches()) {
                    last = batch.compressionType().name;
                }
                assertThat(topic.name()).endsWith("." + last);
            }
        }
    }
}
