package io.millrace.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.TopicPartitionId;
import io.millrace.log.batch.BatchBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A comparison that overlooks a difference would make every story pass.
 *
 * <p>Thread: the test's.
 */
class ReplicasTest {
    private static final String FOLDER = new TopicPartitionId(UUID.randomUUID(), "orders", 0).folderName();

    @TempDir
    Path home;

    private int nodes;

    private static byte[] batch(long offset, int epoch, long timeMs, String key, String value) {
        ByteBuffer built = new BatchBuilder()
                .baseOffset(offset)
                .leaderEpoch(epoch)
                .append(timeMs, bytes(key), bytes(value))
                .buildBuffer();
        byte[] all = new byte[built.remaining()];
        built.get(all);
        return all;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A node's disk; {@code null} begins another segment. */
    private StoredLog node(byte[]... batches) throws IOException {
        Path data = home.resolve("node-" + ++nodes);
        Path folder = Files.createDirectories(data.resolve(FOLDER));
        List<Path> segments = new ArrayList<>(List.of(folder.resolve("00000000000000000000.log")));
        for (byte[] batch : batches) {
            if (batch == null) {
                segments.add(folder.resolve("0000000000000000000" + segments.size() + ".log"));
            } else {
                Path segment = segments.get(segments.size() - 1);
                byte[] before = Files.exists(segment) ? Files.readAllBytes(segment) : new byte[0];
                byte[] both = Arrays.copyOf(before, before.length + batch.length);
                System.arraycopy(batch, 0, both, before.length, batch.length);
                Files.write(segment, both);
            }
        }
        return StoredLog.read(data, "orders", 0);
    }

    @Test
    void theSameBatchesAreTheSameWhateverSegmentsTheyLieIn() throws IOException {
        byte[] first = batch(0, 1, 1, "a", "x");
        byte[] second = batch(1, 2, 1, "a", "y");

        assertThat(Replicas.same(List.of(node(first, second), node(first, null, second)), 2))
                .isNull();
        assertThat(Replicas.same(List.of(node(first, second), node(first)), 1))
                .as("beyond the watermark nothing is promised")
                .isNull();
    }

    @Test
    void anotherEpochAnotherTimeAndAMissingBatchAreSeen() throws IOException {
        StoredLog one = node(batch(0, 1, 1, "a", "x"), batch(1, 1, 1, "a", "y"));

        assertThat(Replicas.same(List.of(one, node(batch(0, 1, 1, "a", "x"), batch(1, 2, 1, "a", "y"))), 2))
                .contains("the batch 1 to 1 of epoch 1", "of epoch 2");
        assertThat(Replicas.same(List.of(one, node(batch(0, 1, 7, "a", "x"), batch(1, 1, 1, "a", "y"))), 2))
                .contains("the batch 0 to 0");
        assertThat(Replicas.same(List.of(one, node(batch(0, 1, 1, "a", "x"))), 2))
                .contains("node 2 ends at 1, below the watermark 2");
        assertThat(Replicas.same(List.of(one, node(batch(1, 1, 1, "a", "y"))), 2))
                .isNotNull();
    }

    @Test
    void anEpochThatFallsAndADamagedBatchAreSeenOnEveryNode() throws IOException {
        byte[] first = batch(0, 2, 1, "a", "x");
        byte[] older = batch(1, 1, 1, "a", "y");
        byte[] damaged = first.clone();
        damaged[damaged.length - 1] ^= 1;

        assertThat(Replicas.same(List.of(node(first, older), node(first, older)), 2))
                .contains("epoch 1 follows 2 at 1");
        assertThat(node(damaged).damage()).contains("is damaged at 0");
    }

    @Test
    void ofACompactedLogTheLastRecordsOfTheKeysCount() throws IOException {
        byte[] overtaken = batch(0, 1, 1, "a", "x");
        byte[] last = batch(1, 1, 1, "a", "y");
        byte[] other = batch(2, 1, 1, "b", "z");
        StoredLog one = node(overtaken, last, other);

        assertThat(Replicas.compacted(List.of(one, node(last, other)), 3)).isNull();
        assertThat(Replicas.compacted(List.of(one, node(overtaken, other)), 3))
                .contains("node 1 has offset 1", "node 2 offset 0");
        assertThat(Replicas.compacted(List.of(one, node(overtaken, last)), 3)).contains("ends at 2, not at 3");
        assertThat(Replicas.compacted(List.of(one, node(last, batch(2, 2, 1, "b", "z"))), 3))
                .contains("offset 2 of epoch 2");
    }

    @Test
    void ofTheMetadataTheRecordsCountWhereAllHaveThem() throws IOException {
        byte[] first = batch(0, 1, 1, "a", "x");
        StoredLog one = node(first, batch(1, 1, 1, "a", "y"), batch(2, 1, 1, "a", "z"));

        assertThat(Replicas.sameRecords(List.of(one, node(first, batch(1, 1, 9, "a", "y")))))
                .isNull();
        assertThat(Replicas.sameRecords(List.of(one, node(batch(1, 1, 1, "a", "y")))))
                .isNull();
        assertThat(Replicas.sameRecords(List.of(one, node(first, batch(1, 1, 1, "a", "other")))))
                .contains("offset 1");
        assertThat(Replicas.sameRecords(List.of(one, node()))).contains("nothing is on all of them");
    }
}
