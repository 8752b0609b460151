package io.millrace.verticles.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.verticles.cluster.BusDirectory;
import io.millrace.verticles.cluster.BusNodeId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a probe makes of a port where nobody listens, and of one where nobody answers. */
class ProberTest {
    private static final int TIMEOUT_MS = 2_000;
    private static final int PROBED = 2;

    private final Vertx vertx = Vertx.vertx();
    private final NetClient client = vertx.createNetClient(new NetClientOptions().setConnectTimeout(TIMEOUT_MS));
    private final BusDirectory directory = new BusDirectory();
    private final Prober prober = new Prober(vertx, client, directory, TIMEOUT_MS);

    @AfterEach
    void close() throws Exception {
        await(vertx.close());
    }

    @Test
    void whereNobodyListensTheProcessIsGone() throws Exception {
        ServerSocket socket = listen();
        socket.close();

        assertThat(probe(socket.getLocalPort())).isEqualTo(ProbeOutcome.REFUSED);
    }

    @Test
    void whoTakesAConnectionAndSaysNothingMayLive() throws Exception {
        try (ServerSocket socket = listen()) {
            assertThat(probe(socket.getLocalPort())).isEqualTo(ProbeOutcome.SILENCE);
        }
    }

    @Test
    void whoeverIsNotKnownToBeAnywhereMayLive() throws Exception {
        assertThat(await(prober.probe(PROBED))).isEqualTo(ProbeOutcome.SILENCE);
    }

    @Test
    void whoAnswersIsThatLife() throws Exception {
        UUID life = new UUID(7, 7);
        await(prober.answerAs(PROBED, life));
        try (ServerSocket socket = listen()) {
            assertThat(probe(socket.getLocalPort())).isEqualTo(ProbeOutcome.answered(life));
        }
    }

    private static ServerSocket listen() throws Exception {
        return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    private ProbeOutcome probe(int port) throws Exception {
        String host = InetAddress.getLoopbackAddress().getHostAddress();
        directory.put(new BusNodeId(PROBED, new UUID(1, 1), host, port));
        return await(prober.probe(PROBED));
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
}
