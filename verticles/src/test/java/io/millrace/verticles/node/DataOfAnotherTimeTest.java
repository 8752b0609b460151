package io.millrace.verticles.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.verticles.cluster.BusDirectory;
import io.millrace.verticles.config.ConfigException;
import io.millrace.verticles.config.HostPort;
import io.millrace.verticles.config.NodeConfig;
import io.millrace.verticles.metrics.BrokerMetrics;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node alone of whose files some are missing or from another time: the rows of the table in docs/OPERATIONS.md. It must not
 * begin a new cluster in the place of one that it has forgotten.
 */
@Timeout(60)
class DataOfAnotherTimeTest {
    private static final String METADATA = "__cluster_metadata-0";

    @TempDir
    Path folder;

    private Path first;
    private Path second;
    private Vertx vertx;
    private Broker broker;

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }

    private void start() {
        first = folder.resolve("first");
        second = folder.resolve("second");
        HostPort any = new HostPort("127.0.0.1", 0);
        NodeConfig config = new NodeConfig(
                1,
                Optional.empty(),
                Optional.empty(),
                List.of(new NodeConfig.Listener("PLAINTEXT", any, any)),
                List.of(first, second),
                new NodeConfig.Cluster(List.of(new NodeConfig.Voter(1, any)), any, any, any, List.of(), "test"),
                Optional.empty(),
                Map.of(),
                new NodeConfig.Runtime(2, 64 << 20, 16 << 20, 2, 2, 100, 64 << 20, 10_000));
        vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
        broker = new Broker(vertx, config, UUID.randomUUID(), new BusDirectory(), new BrokerMetrics(), why -> {});
        await(broker.start());
    }

    @AfterEach
    void stop() {
        if (vertx != null) {
            await(broker.stop());
            await(vertx.close());
            vertx = null;
        }
    }

    /** One line for a person, and the process would end with code 2. */
    private String refusal() {
        try {
            start();
        } catch (CompletionException refused) {
            assertThat(refused.getCause()).isInstanceOf(ConfigException.class);
            String why = refused.getCause().getMessage();
            assertThat(why).hasLineCount(1);
            stop();
            return why;
        }
        throw new AssertionError("it started, with the topics " + topics());
    }

    private void createTopic(String name) throws Exception {
        try (Admin admin = admin()) {
            admin.createTopics(List.of(new NewTopic(name, 4, (short) 1))).all().get();
        }
    }

    private Set<String> topics() {
        try (Admin admin = admin()) {
            return admin.listTopics().names().get();
        } catch (Exception failed) {
            throw new AssertionError(failed);
        }
    }

    private Admin admin() {
        return Admin.create(Map.of(
                "bootstrap.servers", "127.0.0.1:" + broker.advertised().get(0).port()));
    }

    /** Two lives with a topic each, whose partitions hold nothing and so have no folders; a copy of what was between them. */
    private Path twoLives() throws Exception {
        start();
        createTopic("early");
        stop();
        Path copy = folder.resolve("copy");
        copy(first, copy.resolve("first"));
        copy(second, copy.resolve("second"));
        start();
        createTopic("late");
        stop();
        return copy;
    }

    private static void copy(Path from, Path to) {
        try (Stream<Path> all = Files.walk(from)) {
            all.forEach(path -> {
                try {
                    Path target = to.resolve(from.relativize(path).toString());
                    if (Files.isDirectory(path)) {
                        Files.createDirectories(target);
                    } else {
                        Files.copy(path, target, StandardCopyOption.REPLACE_EXISTING);
                    }
                } catch (IOException failed) {
                    throw new UncheckedIOException(failed);
                }
            });
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static void delete(Path what) throws IOException {
        try (Stream<Path> all = Files.walk(what)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static void putBack(Path copy, Path to) throws IOException {
        delete(to);
        copy(copy, to);
    }

    private void deleteMetadataLog() throws IOException {
        try (Stream<Path> files = Files.list(first.resolve(METADATA))) {
            for (Path file : files.toList()) {
                if (!file.endsWith("quorum-state")) {
                    Files.delete(file);
                }
            }
        }
    }

    @Test
    void withoutItsPromises() throws Exception {
        twoLives();
        Files.delete(first.resolve(METADATA).resolve("quorum-state"));

        assertThat(refusal()).contains("quorum-state is missing but the log directory holds data of cluster");
    }

    @Test
    void withoutItsMetadataLog() throws Exception {
        twoLives();
        deleteMetadataLog();

        assertThat(refusal()).contains("no sound snapshot reaches it").contains("restore a snapshot or the folder");
    }

    @Test
    void withoutItsMetadataFolder() throws Exception {
        twoLives();
        delete(first.resolve(METADATA));

        assertThat(refusal()).contains("is missing but its log directory was part of cluster");
    }

    @Test
    void withAnOlderMetadataFolder() throws Exception {
        Path copy = twoLives();
        putBack(copy.resolve("first").resolve(METADATA), first.resolve(METADATA));

        assertThat(refusal()).contains("the metadata in").contains("it was lost or is an older copy");
    }

    @Test
    void withOlderPromises() throws Exception {
        Path copy = twoLives();
        String state = METADATA + "/quorum-state";
        Files.copy(copy.resolve("first/" + state), first.resolve(state), StandardCopyOption.REPLACE_EXISTING);

        assertThat(refusal()).contains("the file is older than the log and must not be used to vote");
    }

    @Test
    void withoutItsIdentity() throws Exception {
        twoLives();
        Files.delete(first.resolve("meta.properties"));

        assertThat(refusal()).contains("holds folders but no meta.properties");
    }

    @Test
    void withTheIdentityOfAnotherFolder() throws Exception {
        twoLives();
        Files.copy(
                second.resolve("meta.properties"),
                first.resolve("meta.properties"),
                StandardCopyOption.REPLACE_EXISTING);

        assertThat(refusal()).contains("was formed with directory");
    }

    @Test
    void withAnEmptiedFirstDirectory() throws Exception {
        twoLives();
        delete(first);

        assertThat(refusal()).contains("is missing but another log directory was part of cluster");
    }

    @Test
    void withAnOlderFirstDirectory() throws Exception {
        Path copy = twoLives();
        putBack(copy.resolve("first"), first);

        assertThat(refusal()).contains("the metadata in").contains("it was lost or is an older copy");
    }

    @Test
    void withAnEmptiedOtherDirectory() throws Exception {
        twoLives();
        delete(second);
        Files.createDirectory(second);

        start();

        assertThat(topics()).containsExactlyInAnyOrder("early", "late");
        assertThat(broker.directories().attention()).singleElement().satisfies(line -> assertThat(line)
                .contains(second.toString()));
    }

    /** Its replicas are what is left, and lead as the last known leaders; of several replicas others would. */
    @Test
    void withAnOlderOtherDirectory() throws Exception {
        Path copy = twoLives();
        putBack(copy.resolve("second"), second);

        start();

        assertThat(topics()).containsExactlyInAnyOrder("early", "late");
        assertThat(broker.image().topic("early").partitions())
                .allSatisfy(partition -> assertThat(partition.leader()).isEqualTo(1))
                .allSatisfy(partition -> assertThat(partition.recoveryState()).isEqualTo((byte) 1));
    }

    @Test
    void withOlderCopiesOfAllItIsWhatItWasThen() throws Exception {
        Path copy = twoLives();
        putBack(copy.resolve("first"), first);
        putBack(copy.resolve("second"), second);

        start();

        assertThat(topics()).containsExactly("early");
    }

    @Test
    void withNothingAtAllItIsANewCluster() throws Exception {
        twoLives();
        delete(first);
        delete(second);

        start();

        assertThat(topics()).isEmpty();
    }
}
