package io.millrace.verticles.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person is told about a config, word for word where the words matter. */
class NodeConfigLoaderTest {
    private static final String SMALL = """
            {"node": {"id": 1}, "listeners": {"PLAINTEXT": {"bind": "127.0.0.1:9092"}}, "data": ["data"]%s}
            """;

    @TempDir
    Path folder;

    @Test
    void theSmallestConfigIsFilledWithDefaults() throws IOException {
        NodeConfig config = load(SMALL.formatted("")).config();

        assertThat(config.nodeId()).isEqualTo(1);
        assertThat(config.rack()).isEmpty();
        assertThat(config.clusterId()).isEmpty();
        assertThat(config.listeners())
                .containsExactly(new NodeConfig.Listener(
                        "PLAINTEXT", new HostPort("127.0.0.1", 9092), new HostPort("127.0.0.1", 9092)));
        assertThat(config.dataDirectories()).containsExactly(folder.resolve("data"));
        assertThat(config.http()).contains(new NodeConfig.Http(new HostPort("127.0.0.1", 9644), 10_000));
        assertThat(config.cluster().alone()).isTrue();
        assertThat(config.cluster().voters())
                .extracting(NodeConfig.Voter::nodeId)
                .containsExactly(1);
        assertThat(config.runtime().eventLoops()).isEqualTo(2);
        assertThat(config.runtime().requestMemoryBytes()).isEqualTo(128 << 20);
        assertThat(config.kafka())
                .containsEntry("node.id", "1")
                .containsEntry("advertised.listeners", "PLAINTEXT://127.0.0.1:9092")
                .containsEntry("log.dirs", folder.resolve("data").toString())
                .doesNotContainKeys("num.partitions", "socket.request.max.bytes");
    }

    @Test
    void everyFileThatShipsIsAccepted() throws IOException {
        Path conf = Path.of(System.getProperty("millrace.basedir", "..")).resolve("conf");
        List<Path> files = new ArrayList<>();
        try (var found = Files.walk(conf)) {
            found.filter(file -> file.toString().endsWith(".json")
                            && !file.toString().contains("schema/")
                            && !file.getFileName().toString().startsWith("grafana"))
                    .forEach(files::add);
        }

        assertThat(files).isNotEmpty().allSatisfy(file -> assertThat(loader().load(file, Map.of(), Map.of()))
                .isNotNull());
    }

    @Test
    void kafkaNamesTakeNumbersBooleansAndLists() throws IOException {
        NodeConfig config = load(SMALL.formatted("""
                        , "kafka": {"num.partitions": 3, "auto.create.topics.enable": false, "log.cleanup.policy": ["compact", "delete"]}
                        """)).config();

        assertThat(config.kafka())
                .containsEntry("num.partitions", "3")
                .containsEntry("auto.create.topics.enable", "false")
                .containsEntry("log.cleanup.policy", "compact,delete");
    }

    @Test
    void clusterIdMayBeWrittenAsKafkaDoesOrAsUuid() throws IOException {
        UUID id = UUID.fromString("00010203-0405-0607-0809-0a0b0c0d0e0f");

        assertThat(load(SMALL.replace("\"id\": 1", "\"id\": 1, \"cluster.id\": \"AAECAwQFBgcICQoLDA0ODw\"")
                                .formatted(""))
                        .config()
                        .clusterId())
                .contains(id);
        assertThat(load(SMALL.replace("\"id\": 1", "\"id\": 1, \"cluster.id\": \"" + id + "\"")
                                .formatted(""))
                        .config()
                        .clusterId())
                .contains(id);
    }

    @Test
    void brokenJsonIsNamedWithLineAndColumn() {
        refused("{\n  \"node\": {\"id\": 1,}\n}", "n.json:2:20: not valid JSON");
        refused("[]", "it is not a JSON object");
        refused("{\"node\": {}, \"node\": {}}", "Duplicate");
    }

    @Test
    void missingFileIsNamed() {
        assertThatThrownBy(() -> loader().load(folder.resolve("absent.json"), Map.of(), Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageEndingWith("absent.json: there is no such file");
    }

    @Test
    void unknownKeyIsAnsweredWithTheLikelyOne() {
        refused(SMALL.formatted(", \"dta\": 1"), "n.json: dta: is not a key of the config; did you mean data?");
        refused(
                SMALL.formatted(", \"runtime\": {\"evnt.loops\": 1}"),
                "n.json: runtime.evnt.loops: is not a key of the config; did you mean event.loops?");
        refused(SMALL.formatted(", \"http\": {\"zzzzzzzz\": 1}"), "(known here: enabled, bind, ");
    }

    @Test
    void wrongTypeNamesKeyValueAndWhatIsAllowed() {
        refused(
                SMALL.formatted(", \"runtime\": {\"event.loops\": \"many\"}"),
                "n.json: runtime.event.loops: \"many\" is not a whole number from 1 to 256");
        refused(
                SMALL.formatted(", \"runtime\": {\"event.loops\": 1000}"),
                "n.json: runtime.event.loops: 1000 is not a whole number from 1 to 256");
        refused(SMALL.replace("[\"data\"]", "\"data\"").formatted(""), "data: \"data\" is not a list in brackets [ ]");
        refused(SMALL.replace("\"id\": 1", "\"id\": 1.5").formatted(""), "node.id: 1.5 is not a whole number from 0");
        refused(SMALL.formatted(", \"http\": {\"enabled\": \"no\"}"), "http.enabled: \"no\" is not true or false");
    }

    @Test
    void whatMustBeThereIsNamedWhenItIsNot() {
        refused("{\"node\": {\"id\": 1}, \"data\": [\"d\"]}", "n.json: listeners: is missing");
        refused(SMALL.replace("\"id\": 1", "").formatted(""), "n.json: node.id: is missing");
        refused(SMALL.replace("[\"data\"]", "[]").formatted(""), "data: has 0 entries; allowed are 1 to 64");
    }

    @Test
    void wildcardBindWithoutAdvertisedAddressIsRefusedWithTheReason() {
        for (String wildcard : List.of("0.0.0.0:9092", "[::]:9092")) {
            refused(
                    SMALL.replace("127.0.0.1:9092", wildcard).formatted(""),
                    "listeners.PLAINTEXT.bind: \"" + wildcard
                            + "\" is every interface, and clients cannot connect to that: say in"
                            + " \"listeners.PLAINTEXT.advertised\" which host:port they shall use");
        }
    }

    @Test
    void wildcardAsAdvertisedAddressIsRefused() {
        refused(
                SMALL.replace("\"bind\"", "\"advertised\": \"0.0.0.0:9092\", \"bind\"")
                        .formatted(""),
                "listeners.PLAINTEXT.advertised: \"0.0.0.0:9092\" is no address that a client can connect to");
    }

    @Test
    void addressesAreCheckedAndIpv6GoesInBrackets() throws IOException {
        refused(SMALL.replace("127.0.0.1:9092", "localhost").formatted(""), "it has no port: write host:port");
        refused(SMALL.replace("127.0.0.1:9092", "::1:9092").formatted(""), "goes in brackets: [::1]:9092");
        refused(SMALL.replace("127.0.0.1:9092", "h:70000").formatted(""), "the port is a number from 0 to 65535");

        NodeConfig config = load(SMALL.replace("127.0.0.1:9092", "[::1]:9092").formatted(""))
                .config();
        assertThat(config.listener("PLAINTEXT").advertised()).hasToString("[::1]:9092");
    }

    @Test
    void twoListenersOnOneAddressAreRefused() {
        refused(
                SMALL.replace("{\"PLAINTEXT\":", "{\"INTERNAL\": {\"bind\": \"127.0.0.1:9092\"}, \"PLAINTEXT\":")
                        .formatted(""),
                "is taken by the listener INTERNAL");
    }

    @Test
    void evenQuorumsAndDoubledVotersAreRefused() {
        refused(
                SMALL.formatted(", \"cluster\": {\"voters\": [\"1@a:1\", \"2@b:1\"]}"),
                "cluster.voters: has 2 entries; a quorum has 1, 3 or 5");
        refused(
                SMALL.formatted(", \"cluster\": {\"voters\": [\"1@a:1\", \"1@b:1\", \"2@c:1\"]}"),
                "cluster.voters: names a node id twice");
        refused(SMALL.formatted(", \"cluster\": {\"voters\": [\"a:1\"]}"), "write id@host:port");
    }

    @Test
    void memoryBeyondWhatTheProcessMayUseIsRefused() {
        refused(
                SMALL.formatted(", \"runtime\": {\"tail.cache.bytes\": 1000000000}"),
                "exceed the direct memory of this process, 268435456 bytes");
    }

    @Test
    void requestsThatCouldNeverBeReceivedAreRefused() throws IOException {
        refused(
                SMALL.formatted(", \"kafka\": {\"socket.request.max.bytes\": 200000000}"),
                "n.json: kafka.socket.request.max.bytes: 200000000 is more than runtime.request.memory.bytes (134217728)");
        assertThat(load(SMALL.formatted(", \"runtime\": {\"request.memory.bytes\": 2000000}"))
                        .config()
                        .kafka())
                .containsEntry("socket.request.max.bytes", "2000000");
    }

    @Test
    void kafkaNamesWithAPlaceOfTheirOwnAreSentThere() {
        refused(
                SMALL.formatted(", \"kafka\": {\"log.dirs\": \"/x\"}"),
                "kafka.log.dirs: is said under \"data\" in this config");
    }

    @Test
    void refusedAndUnknownKafkaNamesEndTheStartAndOthersWarn() throws IOException {
        refused(
                SMALL.formatted(", \"kafka\": {\"ssl.keystore.location\": \"/x\"}"),
                "n.json: kafka.ssl.keystore.location: is not honoured");
        refused(
                SMALL.formatted(", \"kafka\": {\"num.partition\": 1}"),
                "kafka.num.partition: is not a setting; did you mean num.partitions?");
        assertThat(load(SMALL.formatted(", \"kafka\": {\"num.io.threads\": 8}")).warnings())
                .singleElement()
                .asString()
                .endsWith("n.json: kafka.num.io.threads: has no effect");
    }

    @Test
    void propertyWinsOverEnvironmentAndEnvironmentOverFile() throws IOException {
        Map<String, String> environment = Map.of(
                "MILLRACE_NODE_ID", "7",
                "MILLRACE_KAFKA_NUM_PARTITIONS", "5",
                "MILLRACE_RUNTIME_EVENT_LOOPS", "3",
                "MILLRACE_LISTENERS_PLAINTEXT_BIND", "127.0.0.1:1000",
                "MILLRACE_DATA", "/a, /b",
                "MILLRACE_HEAP", "1g",
                "PATH", "/bin");
        Map<String, String> properties =
                Map.of("node.id", "8", "kafka.log.retention.ms", "1000", "listeners.INNER.bind", "127.0.0.1:2000");

        NodeConfig config = loader().load(write(SMALL.formatted("")), environment, properties)
                .config();

        assertThat(config.nodeId()).isEqualTo(8);
        assertThat(config.runtime().eventLoops()).isEqualTo(3);
        assertThat(config.kafka()).containsEntry("num.partitions", "5").containsEntry("log.retention.ms", "1000");
        assertThat(config.listener("PLAINTEXT").bind().port()).isEqualTo(1000);
        assertThat(config.listener("INNER").bind().port()).isEqualTo(2000);
        assertThat(config.dataDirectories()).containsExactly(Path.of("/a"), Path.of("/b"));
    }

    @Test
    void wrongOverrideIsNamedByWhereItCameFrom() throws IOException {
        Path file = write(SMALL.formatted(""));

        assertThatThrownBy(() -> loader().load(file, Map.of("MILLRACE_NODE_ID", "one"), Map.of()))
                .hasMessage("MILLRACE_NODE_ID=one: \"one\" is not a whole number from 0 to 2147483647");
        assertThatThrownBy(() -> loader().load(file, Map.of(), Map.of("runtime.event.loops", "0")))
                .hasMessage("-Druntime.event.loops=0: 0 is not a whole number from 1 to 256");
        assertThatThrownBy(() -> loader().load(file, Map.of(), Map.of("runtime.event.lops", "1")))
                .hasMessage("-Druntime.event.lops: is not a key of the config; did you mean runtime.event.loops?");
        assertThatThrownBy(() -> loader().load(file, Map.of("MILLRACE_NODE_IDD", "1"), Map.of()))
                .hasMessageContaining("did you mean MILLRACE_NODE_ID?");
    }

    @Test
    void whatKubernetesPutsIntoTheEnvironmentIsNotMistakenForConfig() throws IOException {
        Map<String, String> environment = Map.of(
                "MILLRACE_SERVICE_HOST", "10.0.0.1",
                "MILLRACE_PORT", "tcp://10.0.0.1:9092",
                "MILLRACE_PORT_9092_TCP_ADDR", "10.0.0.1",
                "MILLRACE_KAFKA_SERVICE_PORT", "9092",
                "MILLRACE_HTTP_PORT", "tcp://10.0.0.1:9644");

        assertThat(loader().load(write(SMALL.formatted("")), environment, Map.of())
                        .config()
                        .kafka())
                .doesNotContainKey("service.port");
    }

    private void refused(String text, String message) {
        assertThatThrownBy(() -> load(text))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(message)
                .message()
                .doesNotContain("\n");
    }

    private LoadedConfig load(String text) throws IOException {
        return loader().load(write(text), Map.of(), Map.of());
    }

    private Path write(String text) throws IOException {
        return Files.writeString(folder.resolve("n.json"), text);
    }

    private static NodeConfigLoader loader() {
        return new NodeConfigLoader(new HostLimits(2, 256 << 20), new FewSettings());
    }

    /** Stands in for the catalog of Kafka's names. */
    private static final class FewSettings implements KafkaSettings {
        private static final List<String> NAMES = List.of(
                "num.partitions",
                "default.replication.factor",
                "min.insync.replicas",
                "auto.create.topics.enable",
                "log.cleanup.policy",
                "log.retention.ms",
                "num.io.threads",
                "socket.request.max.bytes",
                "ssl.keystore.location");

        @Override
        public Collection<String> names() {
            return NAMES;
        }

        @Override
        public List<Remark> check(Map<String, String> settings) {
            List<Remark> remarks = new ArrayList<>();
            for (String name : settings.keySet()) {
                if (!NAMES.contains(name)) {
                    remarks.add(new Remark(name, true, "is not a setting"));
                } else if (name.startsWith("ssl.")) {
                    remarks.add(new Remark(name, true, "is not honoured"));
                } else if (name.equals("num.io.threads")) {
                    remarks.add(new Remark(name, false, "has no effect"));
                }
            }
            return remarks;
        }
    }
}
