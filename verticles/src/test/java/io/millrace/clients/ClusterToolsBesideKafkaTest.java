package io.millrace.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.clients.ClusterTools.Said;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The tools of a cluster say the same of three of our nodes as of three of Apache Kafka's; both are asked at once. What
 * is left out of the comparison is left out here, with the reason.
 *
 * <p>Thread: the test's, and one for each side.
 */
@Tag("full")
@Timeout(180)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClusterToolsBesideKafkaTest {
    private static final Map<String, String> SETTINGS = Map.of(
            "min.insync.replicas", "2",
            "offsets.topic.num.partitions", "3",
            "auto.leader.rebalance.enable", "false",
            "broker.session.timeout.ms", "3000",
            "broker.heartbeat.interval.ms", "500",
            "replica.lag.time.max.ms", "3000");
    private static final List<String> FILTERS = List.of(
            "--under-replicated-partitions",
            "--at-min-isr-partitions",
            "--under-min-isr-partitions",
            "--unavailable-partitions");

    @TempDir
    static Path folder;

    private static ThreeNodes nodes;
    private static ThreeKafkas kafkas;
    private static ToolTalk ours;
    private static ToolTalk theirs;

    @BeforeAll
    static void start() throws Exception {
        kafkas = new ThreeKafkas(folder, SETTINGS).beginAll();
        nodes = new ThreeNodes(folder, SETTINGS).startAll();
        kafkas.awaitReady();
        ours = new ToolTalk(nodes, Files.createDirectory(folder.resolve("ours")));
        theirs = new ToolTalk(kafkas, Files.createDirectory(folder.resolve("theirs")));
    }

    @AfterAll
    static void stop() throws Exception {
        if (theirs != null) {
            ours.close();
            theirs.close();
        }
        nodes.close();
        kafkas.close();
    }

    private interface Conversation {
        void with(ToolTalk talk) throws Exception;
    }

    /** Both sides at once; every step that differs is shown. */
    private static void same(Conversation conversation) throws Exception {
        ours.said().clear();
        theirs.said().clear();
        CompletableFuture<Void> kafka = CompletableFuture.runAsync(() -> {
            try {
                conversation.with(theirs);
            } catch (Exception e) {
                throw new IllegalStateException("Kafka: " + e.getMessage(), e);
            }
        });
        conversation.with(ours);
        kafka.get();
        assertThat(ours.said()).isNotEmpty().hasSameSizeAs(theirs.said());
        String differences = ours.said().keySet().stream()
                .filter(step -> !ours.said().get(step).equals(theirs.said().get(step)))
                .map(step -> "## " + step + "\n# Kafka:\n" + theirs.said().get(step) + "\n# ours:\n"
                        + ours.said().get(step) + "\n")
                .collect(Collectors.joining("\n"));
        assertThat(differences).isEmpty();
    }

    private static Said changed(Said said, String regex, String replacement) {
        return new Said(said.exit(), said.text().replaceAll(regex, replacement));
    }

    private static Said sorted(Said said) {
        return new Said(said.exit(), said.text().lines().sorted().collect(Collectors.joining("\n")));
    }

    @Test
    @Order(1)
    void topicsAndTheirFilters() throws Exception {
        same(talk -> {
            ClusterTools tools = talk.tools();
            talk.note(
                    "create as assigned",
                    tools.topics("--create", "--topic", "assigned", "--replica-assignment", "1:2:3,2:3:1,3:1:2"));
            talk.note("create again", tools.topics("--create", "--topic", "assigned", "--partitions", "1"));
            // We have no log directories that are cordoned.
            talk.note(
                    "too many replicas",
                    changed(
                            tools.topics(
                                    "--create", "--topic", "four", "--partitions", "1", "--replication-factor", "4"),
                            " or some brokers have all their log directories cordoned",
                            ""));
            talk.note("an unknown broker", tools.topics("--create", "--topic", "nine", "--replica-assignment", "1:9"));
            talk.note("a broker twice", tools.topics("--create", "--topic", "two", "--replica-assignment", "1:1"));
            talk.note(
                    "lists of several lengths",
                    tools.topics("--create", "--topic", "two", "--replica-assignment", "1:2,3"));
            for (int id : ThreeNodes.IDS) {
                talk.noteWhen(
                        "describe at " + id,
                        "Partition: 2 Leader: 3 Replicas: 3,1,2 Isr: 3,1,2",
                        () -> tools.topicsAt(id, "--describe", "--topic", "assigned"));
            }
            for (String filter : FILTERS) {
                talk.note(filter, tools.topics("--describe", "--topic", "assigned", filter));
            }
            talk.note("describe what is not there", tools.topics("--describe", "--topic", "nowhere"));
        });
    }

    @Test
    @Order(2)
    void theClusterItsQuorumAndItsFeatures() throws Exception {
        same(talk -> {
            ClusterTools tools = talk.tools();
            talk.note("cluster-id", tools.clusterAt(1, "cluster-id"));
            for (int id : ThreeNodes.IDS) {
                talk.note("list-endpoints at " + id, sorted(tools.clusterAt(id, "list-endpoints")));
            }
            talk.note(
                    "list-endpoints, fenced ones too",
                    sorted(tools.clusterAt(1, "list-endpoints", "--include-fenced-brokers")));
            talk.note("unregister nobody", tools.clusterAt(1, "unregister", "--id", "9"));
            talk.note("quorum status", status(tools.quorumAt(2, "describe", "--status")));
            talk.note("quorum replication", replication(tools.quorumAt(2, "describe", "--replication")));
            talk.note(
                    "quorum replication for people",
                    replication(tools.quorumAt(2, "describe", "--replication", "--human-readable")));
            talk.note("quorum, nothing asked", tools.quorumAt(2, "describe"));
            // The only feature that both have; levels are bound to an epoch that goes on.
            Said features = tools.featuresAt(3, "describe");
            String eligible = features.text()
                    .lines()
                    .filter(line -> line.contains("eligible.leader.replicas.version"))
                    .collect(Collectors.joining("\n"));
            talk.note("features", new Said(features.exit(), eligible.replaceAll("Epoch: \\d+", "Epoch: N")));
        });
    }

    /** Who leads, and how far the log has come, is chance. Kafka's voters are reached by a listener, ours by the bus. */
    private static Said status(Said said) {
        return changed(said, "(LeaderId|LeaderEpoch|HighWatermark|MaxFollower\\w+): -?\\d+", "$1: N")
                .text()
                .lines()
                .map(line -> line.replaceAll("(CONTROLLER|BUS)://127.0.0.1:\\d+", "WAY"))
                .collect(Collectors.collectingAndThen(Collectors.joining("\n"), text -> new Said(said.exit(), text)));
    }

    private static Said replication(Said said) {
        return sorted(changed(
                changed(said, "(?m)^[123] \\S{22} .* (Leader|Follower)$", "N ID ... $1"),
                "(?m)^NodeId.*DirectoryId",
                "NodeId DirectoryId"));
    }

    @Test
    @Order(3)
    void everyVersionThatWeServeIsOneOfKafkas() throws Exception {
        String answer = ours.tools().apiVersionsAt(1).ok();
        String kafka = theirs.tools().apiVersionsAt(1).ok();

        Pattern line = Pattern.compile("(?m)^ ?(\\w+\\(\\d+\\): .*)$");
        TreeSet<String> own = names(line, answer);
        assertThat(own).hasSizeGreaterThan(35);
        assertThat(names(line, kafka)).containsAll(own);
        // The shape of all the rest: a node's line, an API that is not served, the closing bracket.
        assertThat(answer.lines().filter(text -> text.contains("isFenced"))).hasSize(3);
        assertThat(kafka.lines().filter(text -> text.contains("isFenced"))).hasSize(3);
    }

    private static TreeSet<String> names(Pattern line, String text) {
        return line.matcher(text)
                .results()
                .map(found -> found.group(1))
                .filter(api -> !api.contains("UNSUPPORTED"))
                .map(api -> api.replaceAll("\\).*", ")"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    @Order(4)
    void logDirectories() throws Exception {
        same(talk -> {
            talk.create("weighed", Map.of(), List.of(1, 2, 3), List.of(2, 3, 1));
            talk.produce("weighed", 0, 2, 1_000);
            ClusterTools tools = talk.tools();
            talk.await(
                    "the followers have it",
                    () -> tools.logDirsAt(1, "--describe", "--topic-list", "weighed")
                                    .text()
                                    .split("\"partition\":\"weighed-0\",\"size\":(?!0)", -1)
                                    .length
                            == 4);
            talk.note("of one topic", directories(tools.logDirsAt(1, "--describe", "--topic-list", "weighed")));
            talk.note(
                    "of one broker",
                    directories(tools.logDirsAt(1, "--describe", "--topic-list", "weighed", "--broker-list", "2")));
            talk.note(
                    "of a broker that is not there",
                    directories(tools.logDirsAt(1, "--describe", "--broker-list", "7")));
        });
    }

    /** Which of the two folders a replica lies in is chance. */
    private static Said directories(Said said) {
        String replicas = Pattern.compile("\\{\"partition\":[^}]*\\}")
                .matcher(said.text())
                .results()
                .map(MatchResult::group)
                .sorted()
                .collect(Collectors.joining("\n"));
        String rest = said.text()
                .replaceAll("\\{\"partition\":[^}]*\\},?", "")
                .replaceAll("\"logDir\":\"[^\"]*\"", "\"logDir\":\"DIR\"")
                .replaceAll("\"(total|usable)Bytes\":\\d+", "\"$1Bytes\":N");
        return new Said(said.exit(), rest + "\n" + replicas);
    }

    @Test
    @Order(5)
    void reassignment() throws Exception {
        same(talk -> {
            talk.create("moving", Map.of(), List.of(1, 2), List.of(2, 1));
            talk.produce("moving", 0, 40, 100_000);
            talk.produce("moving", 1, 40, 100_000);
            ClusterTools tools = talk.tools();
            String there = talk.tools().plan("moving", List.of(3, 2), List.of(3, 1));
            String topics = tools.file("{\"version\":1,\"topics\":[{\"topic\":\"moving\"}]}");

            // The proposal begins at a random broker.
            talk.note(
                    "generate",
                    changed(
                            tools.reassign("--generate", "--topics-to-move-json-file", topics, "--broker-list", "2,3"),
                            "(?s)(Proposed partition reassignment configuration\n).*",
                            "$1"));
            talk.note(
                    "generate for an unknown broker",
                    tools.reassign("--generate", "--topics-to-move-json-file", topics, "--broker-list", "2,9"));
            talk.note("nothing to list", tools.reassign("--list"));
            talk.note(
                    "execute with a throttle",
                    tools.reassign("--execute", "--reassignment-json-file", there, "--throttle", "1000"));
            talk.note("list", tools.reassign("--list"));
            talk.note("verify", tools.reassign("--verify", "--reassignment-json-file", there));
            talk.note("execute again", tools.reassign("--execute", "--reassignment-json-file", there));
            talk.note(
                    "more of a throttle",
                    tools.reassign(
                            "--execute", "--additional", "--reassignment-json-file", there, "--throttle", "1001"));
            talk.note("throttles of the topic", configs(talk, "topics", "moving"));
            talk.note("throttles of a broker", configs(talk, "brokers", "2"));
            talk.note("describe", tools.topics("--describe", "--topic", "moving"));
            talk.note(
                    "cancel and keep the throttle",
                    tools.reassign("--cancel", "--reassignment-json-file", there, "--preserve-throttles"));
            talk.note("cancel again", tools.reassign("--cancel", "--reassignment-json-file", there));
            talk.note("verify what was cancelled", tools.reassign("--verify", "--reassignment-json-file", there));
            talk.note("no throttle of the topic", configs(talk, "topics", "moving"));
            talk.note("no throttle of a broker", configs(talk, "brokers", "2"));
            talk.note("execute", tools.reassign("--execute", "--reassignment-json-file", there));
            talk.noteWhen(
                    "verify the end",
                    "Clearing topic-level throttles",
                    () -> tools.reassign("--verify", "--reassignment-json-file", there));
            talk.note("to an unknown broker", execute(talk, talk.tools().plan("moving", List.of(1, 9))));
            talk.note("an unknown topic", execute(talk, talk.tools().plan("nowhere", List.of(1, 2))));
            talk.note("no replicas", execute(talk, talk.tools().plan("moving", List.of())));
            talk.note("a replica twice", execute(talk, talk.tools().plan("moving", List.of(1, 1))));
            talk.note("no JSON", execute(talk, tools.file("nonsense")));
        });
    }

    private static Said execute(ToolTalk talk, String plan) {
        return talk.tools().reassign("--execute", "--reassignment-json-file", plan);
    }

    private static Said configs(ToolTalk talk, String type, String name) {
        Said said = talk.tools().configsAt(1, "--describe", "--entity-type", type, "--entity-name", name);
        // Settings, and the replicas in a list of them, come in the order of a set.
        return sorted(new Said(
                said.exit(),
                said.text()
                        .lines()
                        .map(line ->
                                Arrays.stream(line.split("[ ,={}]+")).sorted().collect(Collectors.joining(" ")))
                        .collect(Collectors.joining("\n"))));
    }

    @Test
    @Order(6)
    void elections() throws Exception {
        same(talk -> {
            talk.create("elected", Map.of(), List.of(1, 2, 3), List.of(2, 3, 1));
            ClusterTools tools = talk.tools();
            talk.note("preferred leads", elect(talk, "preferred", "elected", 0));
            talk.note("unclean, but it leads", elect(talk, "unclean", "elected", 0));
            talk.note("an unknown partition", elect(talk, "preferred", "elected", 7));
            talk.note("an unknown topic", elect(talk, "preferred", "nowhere", 0));
            talk.note("another order", execute(talk, talk.tools().plan("elected", List.of(3, 2, 1), List.of(2, 3, 1))));
            talk.noteWhen("it is known", "Replicas: 3,2,1", () -> tools.topics("--describe", "--topic", "elected"));
            talk.note("preferred", elect(talk, "preferred", "elected", 0));
            talk.noteWhen("it leads", "Partition: 0 Leader: 3", () -> tools.topics("--describe", "--topic", "elected"));
            talk.note(
                    "a list",
                    tools.election(
                            "--election-type",
                            "preferred",
                            "--path-to-json-file",
                            tools.file("{\"partitions\":[{\"topic\":\"elected\",\"partition\":1}]}")));
        });
    }

    private static Said elect(ToolTalk talk, String type, String topic, int partition) {
        return talk.tools()
                .election("--election-type", type, "--topic", topic, "--partition", Integer.toString(partition));
    }

    @Test
    @Order(7)
    void aNodeThatIsDown() throws Exception {
        same(talk -> {
            talk.create("three", Map.of(), List.of(3, 1, 2));
            talk.create("strict", Map.of("min.insync.replicas", "3"), List.of(1, 2, 3));
            talk.create("only", Map.of(), List.of(3));
            talk.note("all are there", talk.tools().topics("--describe", "--topic", "only"));
        });
        nodes.kill(3);
        kafkas.kill(3);
        same(talk -> {
            ClusterTools tools = talk.tools();
            for (int id : List.of(1, 2)) {
                talk.await("node " + id + " knows", () -> tools.topicsAt(id, "--describe", "--unavailable-partitions")
                        .text()
                        .contains("Topic: only Partition: 0 Leader: none"));
                for (String topic : List.of("three", "strict", "only")) {
                    talk.note(topic + " at " + id, tools.topicsAt(id, "--describe", "--topic", topic));
                    for (String filter : FILTERS) {
                        talk.note(
                                topic + " " + filter + " at " + id,
                                tools.topicsAt(id, "--describe", "--topic", topic, filter));
                    }
                }
                talk.note("list-endpoints at " + id, sorted(tools.clusterAt(id, "list-endpoints")));
                talk.note(
                        "list-endpoints, fenced ones too, at " + id,
                        sorted(tools.clusterAt(id, "list-endpoints", "--include-fenced-brokers")));
            }
            talk.note("preferred is dead", elect(talk, "preferred", "three", 0));
            talk.note("unclean, nobody is there", elect(talk, "unclean", "only", 0));
            talk.note("quorum status", status(tools.quorumAt(1, "describe", "--status")));
            talk.note("quorum replication", replication(tools.quorumAt(1, "describe", "--replication")));
            talk.note("its directories", directories(tools.logDirsAt(1, "--describe", "--broker-list", "3")));
            talk.note("unregister", tools.clusterAt(1, "unregister", "--id", "3"));
            talk.note("unregister again", tools.clusterAt(2, "unregister", "--id", "3"));
            for (int id : List.of(1, 2)) {
                talk.await("node " + id + " knows", () -> !tools.clusterAt(
                                id, "list-endpoints", "--include-fenced-brokers")
                        .text()
                        .contains("rack-3"));
                talk.note("three without its node at " + id, tools.topicsAt(id, "--describe", "--topic", "three"));
            }
            talk.note("to it", execute(talk, talk.tools().plan("strict", List.of(1, 3))));
            talk.note("away from it", execute(talk, talk.tools().plan("only", List.of(1, 2))));
            talk.note("list", tools.reassign("--list"));
        });
    }
}
