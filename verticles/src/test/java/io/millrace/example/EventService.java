package io.millrace.example;

import io.millrace.client.ConsumerOptions;
import io.millrace.client.LogClient;
import io.millrace.client.LogConsumer;
import io.millrace.client.LogProducer;
import io.millrace.client.LogRecord;
import io.millrace.client.ProducerOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

/**
 * POST /TOPIC appends the body; GET /TOPIC streams the topic as server-sent events, from its beginning and without end.
 *
 * <p>A reader that is slow slows its own consumer, down to the leader's disk; a producer that is ahead of the disks slows those
 * who post.
 */
public final class EventService extends VerticleBase {
    private LogProducer producer;
    private HttpServer server;

    @Override
    public Future<?> start() {
        producer = LogClient.of(vertx).producer(new ProducerOptions());
        server = vertx.createHttpServer().requestHandler(this::serve);
        return server.listen(0, "127.0.0.1");
    }

    public int port() {
        return server.actualPort();
    }

    private void serve(HttpServerRequest request) {
        String topic = request.path().substring(1);
        switch (request.method().name()) {
            case "POST" -> append(topic, request);
            case "GET" -> stream(topic, request.response());
            default -> request.response().setStatusCode(405).end();
        }
    }

    private void append(String topic, HttpServerRequest request) {
        if (producer.writeQueueFull()) {
            request.response().setStatusCode(503).putHeader("Retry-After", "1").end();
            return;
        }
        request.body()
                .compose(body -> producer.send(LogRecord.of(topic, null, body)))
                .onSuccess(appended -> request.response()
                        .setStatusCode(201)
                        .end(appended.partition() + "@" + appended.offset() + "\n"))
                .onFailure(why -> request.response().setStatusCode(500).end(why.getMessage()));
    }

    private void stream(String topic, HttpServerResponse response) {
        LogConsumer consumer = LogClient.of(vertx)
                .consumer(new ConsumerOptions().autoOffsetReset(ConsumerOptions.OffsetReset.EARLIEST));
        response.setChunked(true).putHeader("Content-Type", "text/event-stream");
        response.closeHandler(gone -> consumer.close());
        consumer.exceptionHandler(why -> response.reset());
        consumer.handler(record -> {
            Buffer event = Buffer.buffer("id: " + record.partition() + "@" + record.offset() + "\n")
                    .appendString("data: " + record.valueText().replace("\n", "\ndata: ") + "\n\n");
            response.write(event);
            if (response.writeQueueFull()) {
                consumer.pause();
                response.drainHandler(drained -> consumer.resume());
            }
        });
        consumer.partitionsOf(topic).compose(consumer::assign).onFailure(why -> response.setStatusCode(404)
                .end(why.getMessage()));
    }
}
