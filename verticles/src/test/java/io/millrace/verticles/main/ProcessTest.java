package io.millrace.verticles.main;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What whoever starts, asks and stops the process gets to see: one line and an exit code. */
@Tag("full")
class ProcessTest {
    @TempDir
    Path folder;

    @Test
    void nodeSaysOnOneLineWhereItListensAndWhatClientsAreTold() throws IOException {
        try (MillraceProcess node = start().awaitReady()) {
            assertThat(node.out().lines().filter(line -> line.contains("is ready after")))
                    .singleElement()
                    .asString()
                    .matches(
                            "Millrace .*: node 1 is ready after \\d+ ms: PLAINTEXT on 127\\.0\\.0\\.1:\\d+, clients are told"
                                    + " 127\\.0\\.0\\.1:\\d+; http on 127\\.0\\.0\\.1:\\d+; data in .*");
        }
    }

    @Test
    void sigtermStopsCleanlyWithCodeZeroAndTheNextStartServes() throws IOException {
        for (int life = 0; life < 2; life++) {
            try (MillraceProcess node = start().awaitReady()) {
                assertThat(node.terminate().exitCode()).isZero();
                assertThat(node.out()).contains("stopped cleanly");
                assertThat(Files.readString(folder.resolve("data/node.log")))
                        .contains("this node is the controller")
                        .contains("node 1 is ready after")
                        .contains("stopped cleanly");
                assertThat(node.err()).isEmpty();
            }
        }
    }

    @Test
    void statusRepeatsWhatTheNodeSaysAndItsCodeTellsScripts() throws IOException {
        try (MillraceProcess node = start().awaitReady()) {
            String url = "http://" + node.told("http on ([^;]+);");

            try (MillraceProcess status = run("status", "--http", node.told("http on ([^;]+);") + "/")) {
                assertThat(status.exitCode()).isZero();
                assertThat(status.out()).contains("\"status\":\"ready\"");
            }
            node.terminate().exitCode();

            try (MillraceProcess status = run("status", "--http", url)) {
                assertThat(status.exitCode()).isEqualTo(1);
                assertThat(status.err())
                        .startsWith("millrace: no node answers at " + url)
                        .hasLineCount(1);
            }
        }
    }

    @Test
    void httpAnswersHealthAndMetricsAndNothingElse() throws Exception {
        try (MillraceProcess node = start().awaitReady()) {
            String url = "http://" + node.told("http on ([^;]+);");

            assertThat(get(url + "/health/live").statusCode()).isEqualTo(200);
            assertThat(get(url + "/health/ready").body()).contains("\"status\":\"ready\"");
            assertThat(get(url + "/elsewhere").statusCode()).isEqualTo(404);
            assertThat(get(url + "/metrics").body())
                    .contains("kafka_controller_kafkacontroller_activecontrollercount 1\n")
                    .contains("kafka_server_kafkaserver_brokerstate 3\n")
                    .contains("kafka_brokers 1\n")
                    .contains("vertx_")
                    .contains("jvm_memory_used_bytes{");
            assertThat(node.out() + node.err()).doesNotContain("WARN");
        }
    }

    @Test
    void wrongConfigEndsWithOneLineAndCodeTwo() throws IOException {
        refused(config("\"nodes\": 1"), "is not a key of the config; did you mean node?");
        refused(config("\"kafka\": {\"num.partitions\": \"many\"}"), "num.partitions");
        refused(config("\"kafka\": {\"ssl.keystore.location\": \"/x\"}"), "ssl.keystore.location");
        refused(config("\"kafka\": {\"num.partition\": 1}"), "did you mean num.partitions?");
        refused(
                config("\"listeners\": {\"PLAINTEXT\": {\"bind\": \"0.0.0.0:0\"}}"),
                "clients cannot connect to that: say in \"listeners.PLAINTEXT.advertised\"");
    }

    @Test
    void wrongCommandLineEndsWithOneLineAndCodeTwo() {
        for (String[] words : new String[][] {
            {},
            {"strat"},
            {"start", "--fast"},
            {"start", "a.json", "b.json"},
            {"status", "x"},
            {"status", "--http", "/cluster"}
        }) {
            try (MillraceProcess run = run(words)) {
                assertThat(run.exitCode()).isEqualTo(2);
                assertThat(run.err()).startsWith("millrace: ").hasLineCount(1);
            }
        }
    }

    @Test
    void helpAndVersionAreAnsweredOnTheStandardOutput() {
        try (MillraceProcess help = run("--help");
                MillraceProcess version = run("--version")) {
            assertThat(help.exitCode()).isZero();
            assertThat(help.out()).contains("millrace start [CONFIG.json]").contains("MILLRACE_");
            assertThat(version.exitCode()).isZero();
            assertThat(version.out()).startsWith("Millrace ");
        }
    }

    @Test
    void portThatIsTakenIsNamedWithItsKey() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            String address = "127.0.0.1:" + taken.getLocalPort();

            refused(
                    config("\"listeners\": {\"PLAINTEXT\": {\"bind\": \"" + address + "\"}}"),
                    "listeners.PLAINTEXT.bind: \"" + address + "\" cannot be bound: ");
            refused(
                    config("\"http\": {\"bind\": \"" + address + "\"}"),
                    "http.bind: \"" + address + "\" cannot be bound: ");
        }
    }

    @Test
    void addressThatIsNotOfThisMachineIsNamedWithItsKey() throws IOException {
        refused(
                config("\"listeners\": {\"PLAINTEXT\": {\"bind\": \"no.such.host.invalid:9092\"}}"),
                "listeners.PLAINTEXT.bind: \"no.such.host.invalid:9092\" cannot be bound: ");
        refused(
                config("\"http\": {\"bind\": \"no.such.host.invalid:9644\"}"),
                "http.bind: \"no.such.host.invalid:9644\" cannot be bound: ");
    }

    @Test
    void secondProcessOnOneDataFolderIsRefusedAndTheFirstGoesOn() throws IOException {
        try (MillraceProcess first = start().awaitReady();
                MillraceProcess second = start()) {
            assertThat(second.exitCode()).isEqualTo(2);
            assertThat(second.err()).contains(folder.resolve("data").toString()).hasLineCount(1);

            assertThat(first.terminate().exitCode()).isZero();
        }
    }

    @Test
    void dataFolderThatCannotBeUsedIsNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("plain"), "not a folder");

        refused(config("\"data\": [\"" + file + "\"]"), file.toString());
        refused(config("\"data\": [\"/proc/millrace\"]"), "/proc/millrace");
    }

    @Test
    void dataFolderOfAnotherNodeOrClusterIsRefused() throws IOException {
        try (MillraceProcess node = start().awaitReady()) {
            node.terminate().exitCode();
        }

        refused(config("\"node\": {\"id\": 2}"), folder.resolve("data").toString());
        refused(
                config("\"node\": {\"id\": 1, \"cluster.id\": \"AAECAwQFBgcICQoLDA0ODw\"}"),
                folder.resolve("data").toString());
    }

    @Test
    void overridesReachTheNode() throws IOException {
        Path file = config("");
        try (MillraceProcess node = MillraceProcess.start(
                        folder,
                        Map.of("MILLRACE_LISTENERS_PLAINTEXT_ADVERTISED", "localhost:0"),
                        "start",
                        file.toString(),
                        "-Dnode.id=7")
                .awaitReady()) {
            assertThat(node.out()).contains("node 7 is ready").containsPattern("clients are told localhost:[1-9]\\d+");
        }
    }

    private void refused(Path file, String reason) {
        try (MillraceProcess run = run("start", file.toString())) {
            assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(2);
            assertThat(run.err()).startsWith("millrace: ").contains(reason).hasLineCount(1);
        }
    }

    private MillraceProcess start() throws IOException {
        return run("start", config("").toString());
    }

    private MillraceProcess run(String... words) {
        return MillraceProcess.start(folder, Map.of(), words);
    }

    /** The smallest config on free ports; {@code section} replaces the one of its name or is added. */
    private Path config(String section) throws IOException {
        StringBuilder text = new StringBuilder("{");
        for (String one : new String[] {
            "\"node\": {\"id\": 1}",
            "\"listeners\": {\"PLAINTEXT\": {\"bind\": \"127.0.0.1:0\"}}",
            "\"data\": [\"data\"]",
            "\"http\": {\"bind\": \"127.0.0.1:0\"}"
        }) {
            if (!section.startsWith(one.substring(0, one.indexOf(':')))) {
                text.append(one).append(',');
            }
        }
        text.append(section.isEmpty() ? "\"runtime\": {\"event.loops\": 2}" : section)
                .append('}');
        return Files.writeString(Files.createTempFile(folder, "node", ".json"), text);
    }

    private static HttpResponse<String> get(String url) throws Exception {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
    }
}
