package io.millrace.verticles.main;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.oracle.FreePorts;
import io.millrace.verticles.cluster.TestCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three processes, three files, one cluster: it forms, elects, survives kill -9, comes back, and lets no stranger in. */
@Tag("full")
@Timeout(240)
class ClusterProcessTest {
    @TempDir
    Path folder;

    private final Map<Integer, Integer> ports = new HashMap<>();
    private final Map<Integer, MillraceProcess> running = new HashMap<>();
    private final List<Integer> buses =
            Stream.generate(FreePorts::next).limit(3).toList();
    private final List<Integer> hazelcasts =
            Stream.generate(FreePorts::next).limit(3).toList();

    @AfterEach
    void killAll() {
        running.values().forEach(MillraceProcess::close);
    }

    private MillraceProcess begin(int id, String data) throws IOException {
        int port = ports.computeIfAbsent(id, free -> FreePorts.next());
        Path file = folder.resolve("node-" + id + ".json");
        Files.writeString(file, """
                {
                  "node": { "id": %d },
                  "listeners": { "PLAINTEXT": { "bind": "127.0.0.1:%d" } },
                  "data": ["%s"],
                  "http": { "bind": "127.0.0.1:0" },
                  "cluster": {
                    "voters": ["1@127.0.0.1:%d", "2@127.0.0.1:%d", "3@127.0.0.1:%d"],
                    "seeds": ["127.0.0.1:%d", "127.0.0.1:%d", "127.0.0.1:%d"],
                    "bus": { "bind": "127.0.0.1:%d" },
                    "hazelcast": { "bind": "127.0.0.1:%d" }
                  }
                }
                """.formatted(
                        id,
                        port,
                        data,
                        buses.get(0),
                        buses.get(1),
                        buses.get(2),
                        hazelcasts.get(0),
                        hazelcasts.get(1),
                        hazelcasts.get(2),
                        buses.get(id - 1),
                        hazelcasts.get(id - 1)));
        MillraceProcess process = MillraceProcess.start(folder, Map.of(), "start", file.toString());
        running.put(id, process);
        return process;
    }

    private void beginAll() throws IOException {
        for (int id = 1; id <= 3; id++) {
            begin(id, "data-" + id);
        }
        for (int id = 1; id <= 3; id++) {
            running.get(id).awaitReady();
        }
    }

    private String log(int id) {
        try {
            return Files.readString(folder.resolve("data-" + id + "/node.log"));
        } catch (IOException notYet) {
            return "";
        }
    }

    private Admin admin(int... ids) {
        StringBuilder servers = new StringBuilder();
        for (int id : ids) {
            servers.append(servers.isEmpty() ? "" : ",").append("127.0.0.1:").append(ports.get(id));
        }
        return Admin.create(Map.of("bootstrap.servers", servers.toString(), "default.api.timeout.ms", "60000"));
    }

    private Optional<Integer> controllerSeenBy(int id) {
        try (Admin admin = admin(id)) {
            return Optional.of(admin.describeCluster()
                    .controller()
                    .get(20, TimeUnit.SECONDS)
                    .id());
        } catch (Exception notNow) {
            return Optional.empty();
        }
    }

    @Test
    void aClusterFormsSurvivesTheDeathOfItsControllerAndOfAllAndIsTheSameAfterwards() throws Exception {
        beginAll();
        int controller = controllerSeenBy(1).orElseThrow();
        try (Admin admin = admin(1, 2, 3)) {
            admin.createTopics(List.of(new NewTopic("orders", 3, (short) 3)))
                    .all()
                    .get(30, TimeUnit.SECONDS);
        }

        String url = "http://" + running.get(controller).told("http on ([^;]+);");
        try (MillraceProcess status = MillraceProcess.start(folder, Map.of(), "status", "--http", url)) {
            assertThat(status.exitCode()).isZero();
            assertThat(status.out())
                    .contains("controller " + controller)
                    .contains("voter 1 lags by 0", "broker 2 active", "broker 3 active")
                    .contains("partitions 3, under-replicated 0, without a leader 0");
        }

        running.remove(controller).kill();

        int survivor = controller == 1 ? 2 : 1;
        TestCluster.await(
                "another controller",
                () -> controllerSeenBy(survivor).filter(id -> id != controller).isPresent());
        TestCluster.await("the dead broker's session is ended by a probe, not by time", () -> Stream.of(1, 2, 3)
                .filter(running::containsKey)
                .anyMatch(id -> log(id).contains("broker " + controller + " is gone (nobody listens where it was)")));
        try (Admin admin = admin(survivor)) {
            admin.createTopics(List.of(new NewTopic("more", 1, (short) 2)))
                    .all()
                    .get(30, TimeUnit.SECONDS);
        }

        List.copyOf(running.keySet()).forEach(id -> running.remove(id).kill());
        beginAll();

        try (Admin admin = admin(1, 2, 3)) {
            Set<String> topics = admin.listTopics().names().get(30, TimeUnit.SECONDS);
            assertThat(topics).contains("orders", "more");
        }
    }

    @Test
    void aNodeWithTheFolderOfAnotherClusterIsRefusedInOneLine() throws Exception {
        beginAll();
        running.get(3).terminate().exitCode();
        Path alone = folder.resolve("alone.json");
        Files.writeString(alone, """
                {
                  "node": { "id": 3 },
                  "listeners": { "PLAINTEXT": { "bind": "127.0.0.1:0" } },
                  "data": ["stranger"],
                  "http": { "enabled": false }
                }
                """);
        MillraceProcess stranger = MillraceProcess.start(folder, Map.of(), "start", alone.toString());
        running.put(4, stranger);
        stranger.awaitReady().terminate().exitCode();

        MillraceProcess intruder = begin(3, "stranger");

        assertThat(intruder.exitCode()).isEqualTo(2);
        assertThat(intruder.err())
                .contains("belongs to cluster")
                .contains("but the voters [1, 2] that this node was given are part of cluster")
                .hasLineCount(1);
    }

    @Test
    void aVoterThatWasPutBackFromAnOlderCopyIsRefusedAndComesBackEmptyWithoutAVote() throws Exception {
        beginAll();
        running.remove(2).kill();
        copy(folder.resolve("data-2"), folder.resolve("copy-of-2"));
        begin(2, "data-2").awaitReady();
        running.remove(2).kill();

        MillraceProcess older = begin(2, "copy-of-2");

        assertThat(older.exitCode()).isEqualTo(2);
        assertThat(older.err())
                .contains("copy-of-2 is an older copy")
                .contains("it must not vote")
                .hasLineCount(1);

        begin(2, "another-disk").awaitReady();

        assertThat(Files.readString(folder.resolve("another-disk/__cluster_metadata-0/quorum-state")))
                .contains("node.id=2")
                .contains("epoch=");
        assertThat(running.get(2).out() + Files.readString(folder.resolve("another-disk/node.log")))
                .contains("node 2 serves, but cannot vote");
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : all.toList()) {
                Files.copy(path, to.resolve(from.relativize(path).toString()));
            }
        }
    }
}
