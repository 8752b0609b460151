package io.millrace.verticles.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.verticles.cluster.BusDirectory;
import io.millrace.verticles.cluster.BusNodeId;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import java.net.InetAddress;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who dies is noticed at once, also just after it has started, and while its sockets close one after the other. */
class CrashHintsTest {
    private static final int SELF = 1;
    private static final int PEER = 2;
    private static final String HOST = InetAddress.getLoopbackAddress().getHostAddress();
    private static final int PROBE_MS = 500;

    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    private final NetClient client = vertx.createNetClient();
    private final BusDirectory directory = new BusDirectory();
    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    private int port;

    @AfterEach
    void close() throws Exception {
        await(vertx.close());
    }

    /** A process on the port of the one before, which takes connections and says nothing. */
    private NetServer process() throws Exception {
        NetServer server = vertx.createNetServer().connectHandler(socket -> seen.add("connected"));
        port = await(server.listen(port, HOST)).actualPort();
        return server;
    }

    private void life(int number) {
        directory.put(new BusNodeId(PEER, new UUID(0, number), HOST, port));
    }

    private String next() throws Exception {
        return seen.poll(30, TimeUnit.SECONDS);
    }

    private String nextVerdict() throws Exception {
        String found = next();
        return "connected".equals(found) ? nextVerdict() : found;
    }

    @Test
    void aPeerThatHasStartedAnewIsWatchedWhenItIsHeardAndNotOnlyWithTheNextTry() throws Exception {
        NetServer first = process();
        life(1);
        PeerWatch watch = onContext(() ->
                new PeerWatch(vertx, client, directory, SELF, id -> seen.add("lost"), TimeUnit.HOURS.toMillis(1)));
        context.runOnContext(start -> watch.start());
        assertThat(next()).isEqualTo("connected");
        await(first.close());
        assertThat(next()).isEqualTo("lost");

        NetServer second = process();
        life(2);

        assertThat(next()).isEqualTo("connected");
        await(second.close());
        assertThat(next()).isEqualTo("lost");
    }

    @Test
    void whoStillTookAConnectionWhileItDiedIsAskedAgain() throws Exception {
        NetServer dying = process();
        life(1);
        CrashHints hints = onContext(() ->
                new CrashHints(vertx, directory, SELF, PROBE_MS, (id, found, sameLife) -> seen.add(found.toString())));

        hints.suspect(PEER, "its connection was lost");

        assertThat(nextVerdict()).isEqualTo(ProbeOutcome.SILENCE.toString());
        await(dying.close());
        assertThat(nextVerdict()).isEqualTo(ProbeOutcome.REFUSED.toString());
        await(hints.close());
    }

    private <T> T onContext(Callable<T> maker) throws Exception {
        return await(Future.future(made -> context.runOnContext(now -> {
            try {
                made.complete(maker.call());
            } catch (Exception e) {
                made.fail(e);
            }
        })));
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
}
