package io.millrace.client.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whom a client asks the way, with nodes played on a bus without a cluster. */
@Timeout(30)
class ClusterTest {
    private static final int KIND_AT = 1;
    private static final int CORRELATION_AT = 14;

    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    private final Map<Integer, Integer> questions = new TreeMap<>();
    private Cluster cluster;

    @BeforeEach
    void threeNodes() {
        cluster = new Cluster(vertx, context, new LinkSettings(LinkSettings.ANY, "test", 1 << 20, 1_000));
        node(LinkSettings.ANY, 3);
        for (int id = 1; id <= 3; id++) {
            node(Cluster.addressOf(id), id);
        }
    }

    @AfterEach
    void close() {
        await(vertx.close());
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (Exception failed) {
            throw new AssertionError(failed);
        }
    }

    private void node(String address, int id) {
        DoorCodec.register(vertx.eventBus());
        vertx.eventBus().<Buffer>consumer(address, message -> {
            WireWriter out = new WireWriter(64).int8(1);
            if (message.body().getByte(KIND_AT) == 0) {
                out.int64(id).int32(1 << 20).int32(1 << 20).int32(id);
            } else {
                questions.merge(id, 1, Integer::sum);
                out.int32(message.body().getInt(CORRELATION_AT)).int32(0).int32(3);
                for (int broker = 1; broker <= 3; broker++) {
                    out.int32(broker).text("127.0.0.1").int32(9).text(null);
                }
                out.text("cluster").int32(1).int32(0).int32(0);
            }
            message.reply(out.toBuffer());
        });
    }

    /** Asks so often, one after the other, on the client's context. */
    private void ask(int times) {
        Promise<Void> asked = Promise.promise();
        context.runOnContext(go -> {
            questions.clear();
            Future<Void> last = Future.succeededFuture();
            for (int i = 0; i < times; i++) {
                last = last.compose(before -> cluster.refresh(List.of()));
            }
            last.onComplete(asked);
        });
        await(asked.future());
    }

    private void onContext(Runnable task) {
        Promise<Void> done = Promise.promise();
        context.runOnContext(go -> {
            task.run();
            done.complete();
        });
        await(done.future());
    }

    @Test
    void whoOwesAnAnswerIsNotAskedTheWayUntilItHasAnswered() {
        ask(12);
        assertThat(questions).containsOnlyKeys(1, 2, 3);

        onContext(() -> cluster.doubt(1));
        ask(12);
        assertThat(questions).containsOnlyKeys(2, 3);

        onContext(() -> cluster.trust(1));
        ask(12);
        assertThat(questions).containsOnlyKeys(1, 2, 3);
    }

    @Test
    void whoAnsweredAtThePublicAddressIsLeftOutThereToo() {
        ask(12);
        onContext(() -> cluster.doubt(3));
        ask(12);
        assertThat(questions).containsOnlyKeys(1, 2);
    }

    @Test
    void whenAllAreInDoubtThePublicAddressIsAsked() {
        ask(1);
        onContext(() -> List.of(1, 2, 3).forEach(cluster::doubt));
        ask(3);
        assertThat(questions).containsOnlyKeys(3);
    }
}
