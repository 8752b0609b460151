package io.millrace.client.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.client.ConsumerOptions;
import io.millrace.client.TopicPartition;
import io.millrace.client.consume.Fetcher;
import io.millrace.client.link.Cluster;
import io.millrace.client.link.LinkSettings;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A group that changes while the application finishes with what it has, to close. */
@Timeout(30)
class ClosingReaderTest {
    private static final TopicPartition FIRST = new TopicPartition("t", 0);
    private static final TopicPartition SECOND = new TopicPartition("t", 1);

    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    private final List<Set<TopicPartition>> assigned = new ArrayList<>();
    private final List<Set<TopicPartition>> revoked = new ArrayList<>();
    private final Promise<Void> finished = Promise.promise();

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Test
    void whoClosesBeginsNothingAndGivesBackOnce() throws Exception {
        Promise<Set<TopicPartition>> read = Promise.promise();
        Promise<Void> gaveBack = Promise.promise();
        context.runOnContext(go -> {
            ConsumerOptions options = new ConsumerOptions().groupId("g");
            Cluster cluster = new Cluster(vertx, context, new LinkSettings(LinkSettings.ANY, "test", 1 << 20, 1_000));
            Fetcher fetcher = new Fetcher(vertx, cluster, options, () -> 0L, () -> {}, why -> {});
            GroupReader reader = new GroupReader(vertx, cluster, options, fetcher, why -> {});
            reader.onRevoked(partitions -> {
                revoked.add(partitions);
                return finished.future();
            });
            reader.subscribe(Set.of("t"));
            reader.assigned(Set.of(FIRST), Set.of());
            reader.onAssigned(assigned::add);
            reader.close();

            reader.assigned(Set.of(FIRST, SECOND), Set.of());
            read.complete(fetcher.assignment());
            reader.revoked(Set.of(FIRST)).onComplete(gaveBack);
            finished.complete();
        });

        gaveBack.future().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        assertThat(read.future().result()).containsExactly(FIRST);
        assertThat(assigned).isEmpty();
        assertThat(revoked).containsExactly(Set.of(FIRST));
    }

    @Test
    void whoClosesWhileItGivesBackIsAskedForTheRestAlone() throws Exception {
        Promise<Void> closed = Promise.promise();
        Promise<Boolean> waits = Promise.promise();
        context.runOnContext(go -> {
            ConsumerOptions options = new ConsumerOptions().groupId("g").autoCommit(false);
            Cluster cluster = new Cluster(vertx, context, new LinkSettings(LinkSettings.ANY, "test", 1 << 20, 1_000));
            Fetcher fetcher = new Fetcher(vertx, cluster, options, () -> 0L, () -> {}, why -> {});
            GroupReader reader = new GroupReader(vertx, cluster, options, fetcher, why -> {});
            reader.onRevoked(partitions -> {
                revoked.add(partitions);
                return partitions.contains(FIRST) ? finished.future() : Future.succeededFuture();
            });
            reader.subscribe(Set.of("t"));
            fetcher.assign(Set.of(FIRST, SECOND));
            reader.revoked(Set.of(FIRST));

            Future<Void> closing = reader.close();
            closing.onComplete(closed);
            waits.complete(!closing.isComplete());
            finished.complete();
        });

        closed.future().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        assertThat(revoked).containsExactly(Set.of(FIRST), Set.of(SECOND));
        assertThat(waits.future().result()).isTrue();
    }
}
