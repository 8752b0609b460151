package io.millrace.example;

import static io.millrace.verticles.door.DoorBroker.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.verticles.node.EmbeddedNode;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The example of {@code docs/EVENTBUS.md} does what the page says, and is what the page shows. */
@Timeout(60)
class EventServiceTest {
    @TempDir
    Path data;

    @Test
    void whatIsPostedStreamsOutAsServerSentEvents() {
        Vertx vertx = Vertx.vertx();
        EmbeddedNode node = await(EmbeddedNode.start(vertx, data));
        EventService service = new EventService();
        await(vertx.deployVerticle(service));
        HttpClient http = vertx.createHttpClient();

        String first = await(post(http, service.port(), "one"));
        Promise<String> streamed = Promise.promise();
        Buffer seen = Buffer.buffer();
        http.request(HttpMethod.GET, service.port(), "127.0.0.1", "/events")
                .compose(request -> request.send())
                .onSuccess(response -> response.handler(part -> {
                    seen.appendBuffer(part);
                    if (seen.toString().contains("data: two")) {
                        streamed.tryComplete(seen.toString());
                    }
                }))
                .onFailure(streamed::tryFail);
        await(post(http, service.port(), "two"));

        assertThat(first).isEqualTo("201 0@0\n");
        assertThat(await(streamed.future())).isEqualTo("id: 0@0\ndata: one\n\nid: 0@1\ndata: two\n\n");
        await(http.close());
        await(node.stop());
        await(vertx.close());
    }

    private static io.vertx.core.Future<String> post(HttpClient http, int port, String body) {
        return http.request(HttpMethod.POST, port, "127.0.0.1", "/events")
                .compose(request -> request.send(Buffer.buffer(body)))
                .compose(response -> response.body().map(answer -> response.statusCode() + " " + answer));
    }

    @Test
    void thePageShowsTheSourceThatIsTested() throws Exception {
        Path root = Path.of(System.getProperty("millrace.basedir", ".."));
        String source = Files.readString(root.resolve("verticles/src/test/java/io/millrace/example/EventService.java"));
        String body = source.substring(source.indexOf("public final class"));

        assertThat(Files.readString(root.resolve("docs/EVENTBUS.md"))).contains(body.strip());
    }
}
