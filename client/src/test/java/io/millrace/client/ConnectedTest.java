package io.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an application is told that has come onto a bus where it can do nothing. */
@Timeout(30)
class ConnectedTest {
    private static final String DOOR = "millrace.door";
    private static final int UNSUPPORTED = 1000;

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private LogException refused() throws Exception {
        Future<Void> connected = LogClient.of(vertx).connected();
        try {
            connected.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
            throw new AssertionError("connected");
        } catch (ExecutionException failed) {
            return (LogException) failed.getCause();
        }
    }

    @Test
    void aNodeThatDoesNotKnowThisClientsFramesIsAnotherVersion() throws Exception {
        vertx.eventBus()
                .consumer(
                        DOOR,
                        message -> message.fail(
                                UNSUPPORTED,
                                new JsonObject()
                                        .put("error", "UNSUPPORTED_FRAME")
                                        .put("message", "envelope version 1, this node knows 2")
                                        .put("retriable", false)
                                        .encode()));

        LogException why = refused();

        assertThat(why.error()).isEqualTo(LogError.UNSUPPORTED_FRAME);
        assertThat(why.getMessage())
                .contains("use the millrace-client of the nodes' version", "this node knows 2")
                .doesNotContain("{");
    }

    @Test
    void soIsANodeWhoseFramesThisClientDoesNotKnow() throws Exception {
        vertx.eventBus()
                .consumer(
                        DOOR,
                        message -> message.reply(Buffer.buffer(new byte[21]).setByte(0, (byte) 2)));

        LogException why = refused();

        assertThat(why.error()).isEqualTo(LogError.UNSUPPORTED_FRAME);
        assertThat(why.getMessage()).contains("use the millrace-client of the nodes' version", "version 2");
    }

    @Test
    void whereNobodyIsThatIsWhatIsSaid() throws Exception {
        LogException why = refused();

        assertThat(why.error()).isEqualTo(LogError.NODE_UNREACHABLE);
        assertThat(why.getMessage()).contains("no Millrace node is in this process, and this Vert.x is not clustered");
    }
}
