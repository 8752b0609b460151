package io.millrace.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.oracle.Commands;
import io.millrace.oracle.TestTools;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * One of a node's two disks fails under load: a file system of its own whose kernel gives it up, so that every write from then
 * on is an error. What was led from there moves, the node serves on with the other one, and nothing acknowledged is lost.
 *
 * <p>Thread: the test's.
 */
@Tag("full")
@Timeout(120)
class LostLogDirectoryTest {
    private static final int PARTITIONS = 6;
    private static final long DISK_BYTES = 48 << 20;

    @TempDir
    Path folder;

    private ThreeNodes nodes;
    private Path disk;

    @BeforeEach
    void giveTheThirdNodeADiskOfItsOwn() throws Exception {
        nodes = new ThreeNodes(folder, Map.of("min.insync.replicas", "2", "auto.leader.rebalance.enable", "false"));
        Path image = folder.resolve("disk.img");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(DISK_BYTES);
        }
        disk = nodes.data(3, "b");
        Files.createDirectories(disk);
        boolean mounted = succeeds("mkfs.ext4", "-q", "-F", image.toString())
                && succeeds("mount", "-o", "loop,errors=remount-ro", image.toString(), disk.toString());
        if (!mounted) {
            disk = null;
        }
        TestTools.requireRight("the right to mount a file system of its own", mounted);
        Files.delete(disk.resolve("lost+found"));
    }

    private static boolean succeeds(String... command) {
        try {
            return Commands.run(List.of(command)).exitCode() == 0;
        } catch (UncheckedIOException notInstalled) {
            return false;
        }
    }

    @AfterEach
    void stopAndUnmount() throws Exception {
        nodes.close();
        if (disk != null) {
            succeeds("umount", "-l", disk.toString());
        }
    }

    @Test
    void itsLeadershipsMoveTheNodeServesOnAndNothingIsLost() throws Exception {
        nodes.startAll();
        try (ClusterTools tools = new ClusterTools(nodes, folder)) {
            String third = String.join(",", Collections.nCopies(PARTITIONS, "3:1:2"));
            tools.topics("--create", "--topic", "kept", "--replica-assignment", third)
                    .ok();
            MovingLoad load = MovingLoad.on(nodes.bootstrap(), "kept", PARTITIONS);
            ThreeNodes.await("all is written to", () -> load.acknowledged() > 1_000);
            List<Integer> lost = partitionsOn(disk);
            assertThat(lost)
                    .as("partitions on the disk that fails")
                    .isNotEmpty()
                    .hasSizeLessThan(PARTITIONS);

            assertThat(succeeds("mount", "-o", "remount,abort", disk.toString()))
                    .as("the disk was made to fail")
                    .isTrue();

            ThreeNodes.await("others lead what was there", () -> {
                String described = tools.topics("--describe", "--topic", "kept").ok();
                return lost.stream()
                        .allMatch(partition ->
                                described.contains("Partition: " + partition + " Leader: 1 Replicas: 3,1,2 Isr: 1,2 "));
            });
            String described = tools.topics("--describe", "--topic", "kept").ok();
            for (int partition = 0; partition < PARTITIONS; partition++) {
                if (!lost.contains(partition)) {
                    assertThat(described)
                            .contains("Partition: " + partition + " Leader: 3 Replicas: 3,1,2 Isr: 3,1,2 ");
                }
            }
            int before = load.acknowledged();
            ThreeNodes.await("it goes on everywhere", () -> load.acknowledged() > before + 1_000);
            assertThat(tools.clusterAt(1, "list-endpoints").ok()).contains("rack-3 unfenced");
            assertThat(tools.logDirsAt(1, "--describe", "--broker-list", "3").ok())
                    .contains("\"partitions\":[],\"error\":\"org.apache.kafka.common.errors.KafkaStorageException\"")
                    .contains("\"error\":null,\"logDir\":\"" + nodes.data(3, "a") + "\"");
            nodes.requireAlive();
            load.stopAndCheck(
                    nodes.bootstrap(),
                    Stream.iterate(0, partition -> partition + 1)
                            .limit(PARTITIONS)
                            .map(partition -> new TopicPartition("kept", partition))
                            .toList());
        }
    }

    private static List<Integer> partitionsOn(Path disk) throws Exception {
        List<Integer> found = new ArrayList<>();
        try (Stream<Path> folders = Files.list(disk)) {
            folders.map(path -> path.getFileName().toString())
                    .filter(name -> name.startsWith("kept-"))
                    .forEach(name -> found.add(Integer.parseInt(name.substring(5, name.indexOf('.')))));
        }
        return found;
    }
}
