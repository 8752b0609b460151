package io.millrace.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.clients.ClusterTools.Said;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
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
 * Kafka's command line tools, unchanged, against three processes; where all nodes should say the same, all are asked.
 *
 * <p>One cluster for all tests: those that kill nodes come last and bring them back.
 *
 * <p>Thread: the test's.
 */
@Tag("full")
@Timeout(120)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClusterToolsTest {
    private static final int LAST = Integer.MAX_VALUE;

    @TempDir
    static Path folder;

    private static ToolsCluster cluster;
    private static ThreeNodes nodes;
    private static ClusterTools tools;

    @BeforeAll
    static void start() throws Exception {
        cluster = new ToolsCluster(
                folder,
                Map.of(
                        "min.insync.replicas", "2",
                        "offsets.topic.num.partitions", "3",
                        "auto.leader.rebalance.enable", "false",
                        "replica.lag.time.max.ms", "3000"));
        nodes = cluster.nodes;
        tools = cluster.tools;
    }

    @AfterAll
    static void stop() throws Exception {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void topicsAreMadeWithThreeReplicasOrAsAssignedAndAllNodesSayTheSameOfThem() throws Exception {
        tools.topics("--create", "--topic", "spread", "--partitions", "6", "--replication-factor", "3")
                .ok();
        tools.topics("--create", "--topic", "assigned", "--replica-assignment", "1:2:3,3:1:2")
                .ok();
        Said tooMany = tools.topics("--create", "--topic", "four", "--partitions", "1", "--replication-factor", "4");
        Said unknown = tools.topics("--create", "--topic", "nine", "--replica-assignment", "1:9");

        assertThat(tooMany.exit()).isEqualTo(1);
        assertThat(tooMany.text())
                .contains("replication factor of 4 cannot be reached because only 3 broker(s) are registered");
        assertThat(unknown.exit()).isEqualTo(1);
        assertThat(unknown.text()).contains("InvalidReplicaAssignmentException");
        cluster.awaitInSync("spread");
        String spread = ToolsCluster.fromAll(id -> tools.topicsAt(id, "--describe", "--topic", "spread"));
        for (int id : ThreeNodes.IDS) {
            assertThat(spread.split("Leader: " + id, -1))
                    .as("partitions led by " + id)
                    .hasSize(3);
        }
        assertThat(ToolsCluster.fromAll(id -> tools.topicsAt(id, "--describe", "--topic", "assigned")))
                .contains("Partition: 0 Leader: 1 Replicas: 1,2,3 Isr: 1,2,3")
                .contains("Partition: 1 Leader: 3 Replicas: 3,1,2 Isr: 3,1,2");
        assertThat(ToolsCluster.fromAll(id -> tools.topicsAt(id, "--describe", "--unavailable-partitions")))
                .isEmpty();
    }

    @Test
    void theQuorumIsDescribed() {
        String status = ToolsCluster.fromAll(id -> {
            Said said = tools.quorumAt(id, "describe", "--status");
            // These go on while the three are asked.
            return new Said(said.exit(), said.text().replaceAll("(HighWatermark|MaxFollower\\w+): \\d+", "$1: N"));
        });
        assertThat(status).containsPattern("LeaderId: [123]\n").contains("HighWatermark: N", "CurrentObservers: []");
        for (int id : ThreeNodes.IDS) {
            assertThat(status).contains("\"id\": " + id).contains("BUS://127.0.0.1:");
        }
        String replication = tools.quorumAt(2, "describe", "--replication").ok();
        assertThat(replication.lines().filter(line -> line.matches("[123] \\S{22} \\d+ \\d+ \\d+ \\d+ Leader")))
                .hasSize(1);
        assertThat(replication.lines().filter(line -> line.matches("[123] \\S{22} \\d+ \\d+ \\d+ \\d+ Follower")))
                .hasSize(2);
        assertThat(tools.quorumAt(3, "describe", "--replication", "--human-readable")
                        .ok())
                .contains(" ms ago");
    }

    @Test
    void theClusterTellsItsIdItsEndpointsAndWhatEachNodeCanDo() {
        assertThat(ToolsCluster.fromAll(id -> tools.clusterAt(id, "cluster-id")))
                .matches("Cluster ID: \\S{22}");
        String endpoints =
                ToolsCluster.fromAll(id -> tools.clusterAt(id, "list-endpoints", "--include-fenced-brokers"));
        for (int id : ThreeNodes.IDS) {
            String port = nodes.bootstrap(id).replaceAll(".*:", "");
            assertThat(endpoints).contains(id + " 127.0.0.1 " + port + " rack-" + id + " unfenced broker");
        }
        Said nobody = tools.clusterAt(1, "unregister", "--id", "9");
        assertThat(nobody.exit()).isEqualTo(1);
        assertThat(nobody.text()).contains("Broker ID 9 is not currently registered");

        String[] versions = ToolsCluster.fromAll(id -> {
                    Said said = tools.apiVersionsAt(id);
                    // The order of the nodes is chance.
                    return new Said(
                            said.exit(),
                            Stream.of(said.text().split("\n\\)\n?"))
                                    .sorted()
                                    .reduce("", (all, one) -> all + "\n\n" + one));
                })
                .strip()
                .split("\n\n");
        assertThat(versions).hasSize(3);
        String first = versions[0].replaceFirst("^[^\n]*\n", "");
        assertThat(first).contains("Produce(0): 0 to 13", "AlterPartitionReassignments(45): 0 to 1");
        for (int id : ThreeNodes.IDS) {
            assertThat(String.join("\n", versions)).contains("(id: " + id + " rack: rack-" + id + " isFenced: false)");
            assertThat(versions[id - 1]).endsWith(first);
        }
    }

    @Test
    void logDirectoriesOfAllBrokersAreWeighed() throws Exception {
        cluster.create("weighed", List.of(1, 2, 3));
        cluster.produce("weighed", 0, 100);
        cluster.await(
                "the followers have it all",
                () -> tools.logDirsAt(1, "--describe", "--topic-list", "weighed")
                                .ok()
                                .split("\"size\":(?!0)", -1)
                                .length
                        == 4);

        String weighed =
                tools.logDirsAt(2, "--describe", "--topic-list", "weighed").ok();

        Matcher size =
                Pattern.compile("\"partition\":\"weighed-0\",\"size\":(\\d+)").matcher(weighed);
        assertThat(size.results().map(found -> found.group(1)).distinct())
                .as(weighed)
                .hasSize(1);
        for (int id : ThreeNodes.IDS) {
            assertThat(weighed)
                    .contains(
                            nodes.data(id, "a").toString(), nodes.data(id, "b").toString());
        }
        assertThat(tools.logDirsAt(3, "--describe", "--broker-list", "2").ok())
                .contains("\"broker\":2")
                .doesNotContain("\"broker\":1", "\"broker\":3");
    }

    @Test
    void configsOfOneBrokerAndOfAllAreSetAndReadThroughAnyNode() throws Exception {
        String[] one = {"--entity-type", "brokers", "--entity-name", "3"};
        String[] all = {"--entity-type", "brokers", "--entity-default"};
        tools.configsAt(1, with(one, "--alter", "--add-config", "log.cleaner.threads=2"))
                .ok();
        tools.configsAt(2, with(all, "--alter", "--add-config", "log.retention.ms=99999999"))
                .ok();

        // Each node follows the metadata log by itself.
        for (int id : ThreeNodes.IDS) {
            cluster.await(
                    "node " + id + " knows",
                    () -> tools.configsAt(id, with(all, "--describe")).ok().contains("log.retention.ms=99999999"));
        }
        assertThat(ToolsCluster.fromAll(id -> tools.configsAt(id, with(one, "--describe"))))
                .contains(
                        "log.cleaner.threads=2 sensitive=false synonyms={DYNAMIC_BROKER_CONFIG:log.cleaner.threads=2");
        assertThat(tools.configsAt(1, "--entity-type", "brokers", "--entity-name", "2", "--describe", "--all")
                        .ok())
                .contains("log.retention.ms=99999999", "log.cleaner.threads=1");
        Said readOnly = tools.configsAt(1, with(one, "--alter", "--add-config", "node.id=7"));
        assertThat(readOnly.exit()).isEqualTo(1);

        tools.configsAt(3, with(one, "--alter", "--delete-config", "log.cleaner.threads"))
                .ok();
        tools.configsAt(3, with(all, "--alter", "--delete-config", "log.retention.ms"))
                .ok();
        cluster.await(
                "nothing is left",
                () -> tools.configsAt(1, with(one, "--describe")).ok().equals("Dynamic configs for broker 3 are:"));
    }

    private static String[] with(String[] first, String... second) {
        return Stream.of(first, second).flatMap(Stream::of).toArray(String[]::new);
    }

    @Test
    void partitionsMoveUnderAThrottleWhileAProducerWrites() throws Exception {
        cluster.create("moving", List.of(1), List.of(1));
        cluster.setMinInSync("moving", 1);
        MovingLoad load = MovingLoad.on(nodes.bootstrap(), "moving", 2);
        cluster.await("there is something to move", () -> load.acknowledged() > 2_000);
        String plan = tools.plan("moving", List.of(2, 3), List.of(3, 2));

        assertThat(tools.reassign(
                                "--generate",
                                "--topics-to-move-json-file",
                                tools.file("{\"version\":1,\"topics\":[{\"topic\":\"moving\"}]}"),
                                "--broker-list",
                                "2,3")
                        .ok())
                .contains("\"partition\":0,\"replicas\":[1]", "Proposed partition reassignment configuration");
        assertThat(tools.reassign("--execute", "--reassignment-json-file", plan, "--throttle", Integer.toString(20_000))
                        .ok())
                .contains("Successfully started partition reassignments for moving-0,moving-1")
                .contains("The inter-broker throttle limit was set to 20000 B/s");

        assertThat(tools.reassign("--list").ok())
                .contains("moving-0: replicas: 2,3,1. adding: 2,3. removing: 1.")
                .contains("moving-1: replicas: 3,2,1. adding: 3,2. removing: 1.");
        assertThat(tools.reassign("--verify", "--reassignment-json-file", plan).ok())
                .contains("moving-0 is still in progress", "moving-1 is still in progress")
                .doesNotContain("Clearing");
        assertThat(tools.configsAt(3, "--describe", "--entity-type", "topics", "--entity-name", "moving")
                        .ok())
                .contains("leader.replication.throttled.replicas=0:1,1:1 ")
                .contains("follower.replication.throttled.replicas=0:2,0:3,1:2,1:3 ");
        assertThat(tools.configsAt(1, "--describe", "--entity-type", "brokers", "--entity-name", "2")
                        .ok())
                .contains("leader.replication.throttled.rate=20000 ", "follower.replication.throttled.rate=20000 ");
        Said again = tools.reassign("--execute", "--reassignment-json-file", plan);
        assertThat(again.exit()).isEqualTo(1);
        assertThat(again.text()).contains("Cannot execute because there is an existing partition assignment.");

        tools.reassign(
                        "--execute",
                        "--additional",
                        "--reassignment-json-file",
                        plan,
                        "--throttle",
                        Integer.toString(100_000_000))
                .ok();
        String[] verified = new String[1];
        cluster.await("the move is complete", () -> {
            verified[0] =
                    tools.reassign("--verify", "--reassignment-json-file", plan).ok();
            return !verified[0].contains("still in progress");
        });

        assertThat(verified[0])
                .contains("moving-0 is completed", "moving-1 is completed")
                .contains("Clearing broker-level throttles on brokers 1,2,3")
                .contains("Clearing topic-level throttles on topic moving");
        for (int id : ThreeNodes.IDS) {
            cluster.await(
                    "no throttle is left",
                    () -> tools.configsAt(id, "--describe", "--entity-type", "brokers", "--entity-name", "2")
                                    .ok()
                                    .equals("Dynamic configs for broker 2 are:")
                            && !tools.configsAt(id, "--describe", "--entity-type", "topics", "--entity-name", "moving")
                                    .ok()
                                    .contains("throttled"));
        }
        assertThat(tools.topics("--describe", "--topic", "moving").ok())
                .containsPattern("Partition: 0 Leader: [23] Replicas: 2,3 Isr: [23],[23]")
                .containsPattern("Partition: 1 Leader: [23] Replicas: 3,2 Isr: [23],[23]");
        int before = load.acknowledged();
        cluster.await("it goes on there", () -> load.acknowledged() > before + 200);
        load.stopAndCheck(nodes.bootstrap(), List.of(new TopicPartition("moving", 0), new TopicPartition("moving", 1)));
        assertThat(cluster.folders(1, "moving"))
                .as("folders of the node that it left")
                .isEmpty();
        assertThat(cluster.folders(2, "moving")).hasSize(2);
        assertThat(cluster.folders(3, "moving")).hasSize(2);
    }

    @Test
    void aMoveIsCancelledAndAnotherOneIsMadeWithoutAThrottle() throws Exception {
        cluster.create("turned", List.of(1, 2));
        cluster.produce("turned", 0, 5_000);
        String there = tools.plan("turned", List.of(3));

        tools.reassign("--execute", "--reassignment-json-file", there, "--throttle", "1")
                .ok();
        assertThat(tools.reassign("--list").ok()).contains("turned-0: replicas: 3,1,2. adding: 3. removing: 1,2.");
        assertThat(tools.reassign("--cancel", "--reassignment-json-file", there).ok())
                .contains("Successfully cancelled partition reassignment for: turned-0")
                .contains("Clearing topic-level throttles on topic turned");
        assertThat(tools.reassign("--list").ok()).contains("No partition reassignments found.");
        assertThat(tools.reassign("--verify", "--reassignment-json-file", there).ok())
                .contains(
                        "There is no active reassignment of partition turned-0, but replica set is 1,2 rather than 3");
        cluster.await(
                "nothing of it is left", () -> cluster.folders(3, "turned").isEmpty());

        tools.reassign("--execute", "--reassignment-json-file", there).ok();
        cluster.await("the move is complete", () -> tools.reassign("--verify", "--reassignment-json-file", there)
                .ok()
                .contains("Reassignment of partition turned-0 is completed."));
        assertThat(tools.topics("--describe", "--topic", "turned").ok())
                .contains("Partition: 0 Leader: 3 Replicas: 3 Isr: 3");
        assertThat(tools.offsets("--topic", "turned").ok()).isEqualTo("turned:0:5000");
        cluster.await(
                "it is nowhere else",
                () -> cluster.folders(1, "turned").isEmpty()
                        && cluster.folders(2, "turned").isEmpty());
    }

    @Test
    void preferredReplicasAreElectedWhereTheyDoNotLead() throws Exception {
        cluster.create("elected", List.of(1, 2, 3), List.of(2, 3, 1));
        assertThat(tools.election("--election-type", "preferred", "--topic", "elected", "--partition", "0")
                        .ok())
                .isEqualTo("Valid replica already elected for partitions elected-0");
        assertThat(tools.election("--election-type", "unclean", "--topic", "elected", "--partition", "0")
                        .ok())
                .isEqualTo("Valid replica already elected for partitions elected-0");
        Said unknown = tools.election("--election-type", "preferred", "--topic", "elected", "--partition", "7");
        assertThat(unknown.exit()).isEqualTo(1);
        assertThat(unknown.text()).contains("UnknownTopicOrPartitionException");

        // Another order of the same replicas moves nothing and makes another one preferred.
        tools.reassign(
                        "--execute",
                        "--reassignment-json-file",
                        tools.plan("elected", List.of(3, 2, 1), List.of(2, 3, 1)))
                .ok();
        assertThat(cluster.leader("elected", 0)).isEqualTo(1);

        assertThat(tools.election("--election-type", "preferred", "--all-topic-partitions")
                        .ok())
                .contains("Successfully completed leader election (PREFERRED) for partitions elected-0");

        cluster.await("3 leads", () -> cluster.leader("elected", 0) == 3);
        for (int id : ThreeNodes.IDS) {
            cluster.await("node " + id + " says so", () -> tools.topicsAt(id, "--describe", "--topic", "elected")
                    .ok()
                    .contains("Partition: 0 Leader: 3 Replicas: 3,2,1"));
        }
    }

    @Test
    void recordsAreDeletedAtAllReplicasBeforeTheToolIsAnswered() throws Exception {
        cluster.create("deleted", List.of(1, 2, 3), List.of(2, 3, 1));
        cluster.produce("deleted", 0, 100);
        cluster.produce("deleted", 1, 100);

        assertThat(tools.deleteRecords("""
                        {"version":1,"partitions":[{"topic":"deleted","partition":0,"offset":40},
                        {"topic":"deleted","partition":1,"offset":-1}]}""").ok())
                .contains("partition: deleted-0 low_watermark: 40", "partition: deleted-1 low_watermark: 100");
        Said beyond = tools.deleteRecords(
                "{\"version\":1,\"partitions\":[{\"topic\":\"deleted\",\"partition\":0,\"offset\":101}]}");
        assertThat(beyond.text()).contains("OffsetOutOfRangeException");

        assertThat(tools.offsets("--topic", "deleted", "--time", "earliest").ok())
                .isEqualTo("deleted:0:40\ndeleted:1:100");
        // Whoever leads next has deleted them, too.
        tools.reassign(
                        "--execute",
                        "--reassignment-json-file",
                        tools.plan("deleted", List.of(2, 3, 1), List.of(3, 1, 2)))
                .ok();
        tools.election("--election-type", "preferred", "--all-topic-partitions").ok();
        cluster.await("others lead", () -> cluster.leader("deleted", 0) == 2 && cluster.leader("deleted", 1) == 3);
        assertThat(tools.offsets("--topic", "deleted", "--time", "earliest").ok())
                .isEqualTo("deleted:0:40\ndeleted:1:100");
        assertThat(tools.offsets("--topic", "deleted", "--time", "latest").ok())
                .isEqualTo("deleted:0:100\ndeleted:1:100");
        assertThat(tools.offsets("--topic-partitions", "deleted:0", "--time", "max-timestamp")
                        .ok())
                .startsWith("deleted:0:");
    }

    @Test
    @Order(LAST)
    void whileNodesAreDownTheToolsSayWhatIsMissingAndAGroupGoesOnElsewhere() throws Exception {
        cluster.create("read", List.of(1, 2, 3), List.of(2, 3, 1), List.of(3, 1, 2));
        cluster.produce("read", 0, 50);
        try (ToolsCluster.Reader reader = cluster.new Reader("travellers", "read")) {
            cluster.await("the group has read and committed", () -> tools.groupsAt(
                            1, "--describe", "--group", "travellers", "--offsets")
                    .ok()
                    .matches("(?s).*read 0 50 50 0 .*"));
            String[] of = {"--describe", "--group", "travellers"};
            assertThat(ToolsCluster.fromAll(id -> tools.groupsAt(id, with(of, "--members"))))
                    .containsPattern("travellers reader\\S* /127.0.0.1 reader 3");
            String state = ToolsCluster.fromAll(id -> tools.groupsAt(id, with(of, "--state")));
            Matcher found = Pattern.compile("travellers \\S+ \\(([123])\\) range Stable 1")
                    .matcher(state);
            assertThat(found.find()).as(state).isTrue();
            int coordinator = Integer.parseInt(found.group(1));
            int second = ThreeNodes.otherThan(coordinator);
            int third = ThreeNodes.otherThan(coordinator, second);
            cluster.create("two", List.of(second, coordinator));
            cluster.setMinInSync("two", 1);
            cluster.create("three", List.of(coordinator, second, third));
            cluster.create("only", List.of(coordinator));

            nodes.kill(coordinator);
            groupsMoved(coordinator, second, third);
            oneNodeIsMissing(coordinator, second, third);
            uncleanElection(coordinator, second);
            nodes.requireAlive();
        }
    }

    private void groupsMoved(int gone, int second, int third) throws Exception {
        for (int id : List.of(second, third)) {
            cluster.await("node " + id + " knows the new coordinator", () -> {
                Said said = tools.groupsAt(id, "--describe", "--group", "travellers", "--state");
                return said.exit() == 0
                        && said.text().contains(" range Stable 1")
                        && !said.text().contains("(" + gone + ")");
            });
            assertThat(tools.groupsAt(id, "--describe", "--group", "travellers", "--offsets")
                            .ok())
                    .contains("read 0 50 50 0 reader");
            assertThat(tools.groupsAt(id, "--list").ok()).contains("travellers");
        }
    }

    private void oneNodeIsMissing(int gone, int second, int third) throws Exception {
        for (int id : List.of(second, third)) {
            cluster.await("the dead node is out of all ISRs", () -> tools.topicsAt(
                            id, "--describe", "--topic", "three", "--at-min-isr-partitions")
                    .ok()
                    .contains("Topic: three Partition: 0"));
            assertThat(tools.topicsAt(id, "--describe", "--under-replicated-partitions")
                            .ok())
                    .containsPattern("Topic: three Partition: 0 Leader: [123] Replicas: %d,%d,%d Isr: %d,%d "
                            .formatted(gone, second, third, second, third))
                    .contains("Topic: two Partition: 0 Leader: " + second);
            assertThat(tools.topicsAt(id, "--describe", "--unavailable-partitions")
                            .ok())
                    .contains("Topic: only Partition: 0 Leader: none")
                    .doesNotContain("Topic: three", "Topic: two");
            assertThat(tools.topicsAt(id, "--describe", "--topic", "two", "--under-min-isr-partitions")
                            .ok())
                    .isEmpty();
            assertThat(tools.clusterAt(id, "list-endpoints").ok()).doesNotContain("rack-" + gone);
            assertThat(tools.clusterAt(id, "list-endpoints", "--include-fenced-brokers")
                            .ok())
                    .contains("rack-" + gone + " fenced");
        }
        Said preferred = tools.election("--election-type", "preferred", "--topic", "three", "--partition", "0");
        assertThat(preferred.exit()).isEqualTo(1);
        assertThat(preferred.text()).contains("PreferredLeaderNotAvailableException");
        Said unclean = tools.election("--election-type", "unclean", "--topic", "only", "--partition", "0");
        assertThat(unclean.exit()).isEqualTo(1);
        assertThat(unclean.text()).contains("EligibleLeadersNotAvailableException");
        cluster.produce("three", 0, 10);
        // A replica that is not there holds up no deletion.
        assertThat(tools.deleteRecords(
                                "{\"version\":1,\"partitions\":[{\"topic\":\"three\",\"partition\":0,\"offset\":5}]}")
                        .ok())
                .contains("partition: three-0 low_watermark: 5");
        assertThat(tools.quorumAt(third, "describe", "--status").ok())
                .doesNotContain("LeaderId: " + gone)
                .contains("\"id\": " + gone);
        assertThat(tools.clusterAt(second, "unregister", "--id", Integer.toString(gone))
                        .ok())
                .contains("Broker " + gone + " is no longer registered.");
        assertThat(tools.clusterAt(third, "list-endpoints", "--include-fenced-brokers")
                        .ok())
                .doesNotContain("rack-" + gone);
        assertThat(tools.topics("--describe", "--topic", "three").ok()).contains("Replicas: " + gone + ",");
    }

    /** The only one in sync dies after the other one, which comes back without what it missed. */
    private void uncleanElection(int behind, int ahead) throws Exception {
        cluster.produce("two", 0, 7);
        nodes.kill(ahead);
        nodes.begin(behind);
        nodes.awaitReady(behind);
        cluster.await("the topic has no leader", () -> tools.topicsAt(
                        behind, "--describe", "--topic", "two", "--unavailable-partitions")
                .text()
                .contains("Topic: two Partition: 0 Leader: none Replicas: " + ahead + "," + behind));
        assertThat(tools.election("--election-type", "unclean", "--topic", "two", "--partition", "0")
                        .ok())
                .contains("Successfully completed leader election (UNCLEAN) for partitions two-0");
        cluster.await("the one that was behind leads", () -> cluster.leader("two", 0) == behind);
        assertThat(tools.offsets("--topic", "two").ok()).isEqualTo("two:0:0");

        nodes.begin(ahead);
        nodes.awaitReady(ahead);
        cluster.await("everything is in sync again", () -> tools.topics("--describe", "--under-replicated-partitions")
                .text()
                .isEmpty());
        assertThat(tools.election("--election-type", "preferred", "--all-topic-partitions")
                        .ok())
                .contains("two-0");
        assertThat(tools.offsets("--topic", "three", "--time", "earliest").ok()).isEqualTo("three:0:5");
    }
}
