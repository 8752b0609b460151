package io.millrace.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.oracle.Commands;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.DuplicateVoterException;
import org.apache.kafka.common.errors.VoterNotFoundException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The recipe of docs/OPERATIONS.md for a voter whose disk is lost, with real processes and Kafka's own Admin. */
@Tag("full")
@Timeout(180)
class VoterReplacementTest {
    @Test
    void aVoterWithAnEmptyDiskIsReplacedThenAnotherOneIsKilledAndTheClusterGoesOn(@TempDir Path home) throws Exception {
        try (ThreeNodes nodes = new ThreeNodes(home, Map.of("min.insync.replicas", "1")).startAll();
                Admin admin = Admin.create(Map.of("bootstrap.servers", nodes.bootstrap()))) {
            Uuid oldDisk = voter(admin, 3);
            nodes.kill(3);
            empty(nodes.data(3, "a"));
            nodes.begin(3);
            nodes.awaitReady(3);
            ThreeNodes.await("node 3 observes", () -> quorum(admin).observers().stream()
                    .anyMatch(observer -> observer.replicaId() == 3));
            assertThat(voter(admin, 3)).as("the lost disk still has the vote").isEqualTo(oldDisk);
            assertThatThrownBy(() -> admin.addRaftVoter(3, Uuid.randomUuid(), java.util.Set.of())
                            .all()
                            .get())
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(DuplicateVoterException.class);
            assertThatThrownBy(() ->
                            admin.removeRaftVoter(3, Uuid.randomUuid()).all().get())
                    .hasCauseInstanceOf(VoterNotFoundException.class);

            String said = voters(home, nodes, "--replace", "3");
            assertThat(said).contains("votes no more").contains("controller ");
            Uuid newDisk = voter(admin, 3);
            assertThat(newDisk).isNotEqualTo(oldDisk);
            assertThat(quorum(admin).voters()).hasSize(3);

            int killed = quorum(admin).leaderId() == 3 ? 1 : quorum(admin).leaderId();
            nodes.kill(killed);
            admin.createTopics(List.of(new NewTopic("after", 1, (short) 2)))
                    .all()
                    .get(60, TimeUnit.SECONDS);
            assertThat(admin.listTopics().names().get()).contains("after");

            nodes.startAll();
            ThreeNodes.await("all three vote", () -> quorum(admin).voters().stream()
                    .allMatch(voter -> voter.logEndOffset() > 0));
            nodes.kill(3);
            nodes.startAll();
            assertThat(voter(admin, 3)).as("after its restart").isEqualTo(newDisk);
        }
    }

    private static QuorumInfo quorum(Admin admin) throws Exception {
        return admin.describeMetadataQuorum().quorumInfo().get(30, TimeUnit.SECONDS);
    }

    private static Uuid voter(Admin admin, int id) throws Exception {
        return quorum(admin).voters().stream()
                .filter(voter -> voter.replicaId() == id)
                .findFirst()
                .orElseThrow()
                .replicaDirectoryId();
    }

    private static String voters(Path home, ThreeNodes nodes, String... words) throws Exception {
        Path out = home.resolve("voters.out");
        List<String> java = Commands.java(
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                "io.millrace.verticles.main.Main",
                Stream.concat(Stream.of("voters", "--bootstrap", nodes.bootstrap(1)), Stream.of(words))
                        .toArray(String[]::new));
        Process process = new ProcessBuilder(java)
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        assertThat(process.waitFor(90, TimeUnit.SECONDS)).as("it ends").isTrue();
        String said = Files.readString(out);
        assertThat(process.exitValue()).as(said).isZero();
        return said;
    }

    private static void empty(Path folder) throws Exception {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
        Files.createDirectories(folder);
    }
}
