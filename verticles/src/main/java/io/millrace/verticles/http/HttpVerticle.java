package io.millrace.verticles.http;

import io.millrace.verticles.config.HostPort;
import io.millrace.verticles.metrics.MetricsCollector;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers operators and their tools: {@code GET /metrics}, {@code /cluster}, {@code /health/live}, {@code /health/ready}.
 *
 * <p>Thread: its event loop; scrapes are written elsewhere.
 */
public final class HttpVerticle extends VerticleBase {
    private static final Logger log = LoggerFactory.getLogger(HttpVerticle.class);
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";
    /** Nobody has reason to send more; a slow or idle peer is let go. */
    private static final int MAX_HEADER_BYTES = 8192;

    private static final int IDLE_SECONDS = 60;

    private final HostPort bind;
    private final MetricsCollector metrics;
    private final Readiness readiness;
    private final Supplier<Future<String>> cluster;
    private HttpServer server;

    public HttpVerticle(
            HostPort bind, MetricsCollector metrics, Readiness readiness, Supplier<Future<String>> cluster) {
        this.bind = bind;
        this.metrics = metrics;
        this.readiness = readiness;
        this.cluster = cluster;
    }

    @Override
    public Future<?> start() {
        HttpServerOptions options = new HttpServerOptions()
                .setHost(bind.host())
                .setPort(bind.port())
                .setMaxHeaderSize(MAX_HEADER_BYTES)
                .setIdleTimeout(IDLE_SECONDS)
                .setCompressionSupported(true);
        server = vertx.createHttpServer(options).requestHandler(this::answer);
        return server.listen();
    }

    /** The bound port; after the start. */
    public int port() {
        return server.actualPort();
    }

    private void answer(HttpServerRequest request) {
        if (request.method() != HttpMethod.GET && request.method() != HttpMethod.HEAD) {
            request.response()
                    .setStatusCode(405)
                    .putHeader("Allow", "GET, HEAD")
                    .end();
            return;
        }
        switch (request.path()) {
            case "/metrics" -> scrape(request);
            case "/health/live" -> reply(request, 200, new JsonObject().put("status", "live"));
            case "/health/ready" -> ready(request);
            case "/cluster" -> describe(request);
            default ->
                reply(
                        request,
                        404,
                        new JsonObject()
                                .put("status", "not found")
                                .put("reason", "here are /metrics, /cluster, /health/live and /health/ready"));
        }
    }

    private void ready(HttpServerRequest request) {
        Optional<String> reason = readiness.notReadyBecause();
        JsonObject answer = new JsonObject().put("status", reason.isEmpty() ? "ready" : "not ready");
        reason.ifPresent(why -> answer.put("reason", why));
        List<String> attention = readiness.attention();
        if (!attention.isEmpty()) {
            answer.put("attention", new JsonArray(attention));
        }
        reply(request, reason.isEmpty() ? 200 : 503, answer);
    }

    /** Before the node is up it knows nothing of its cluster; one that is behind is asked all the more. */
    private void describe(HttpServerRequest request) {
        if (!readiness.isRunning()) {
            ready(request);
            return;
        }
        cluster.get()
                .onComplete(done -> context.runOnContext(ignored -> request.response()
                        .putHeader("Content-Type", "text/plain; charset=utf-8")
                        .putHeader("Cache-Control", "no-store")
                        .end(done.succeeded() ? done.result() : "unknown: " + done.cause() + "\n")));
    }

    private void scrape(HttpServerRequest request) {
        metrics.scrape()
                .whenComplete((text, failure) -> context.runOnContext(ignored -> {
                    if (failure == null) {
                        request.response().putHeader("Content-Type", PROMETHEUS).end(text);
                    } else {
                        log.warn("a scrape failed", failure);
                        reply(
                                request,
                                500,
                                new JsonObject().put("status", "failed").put("reason", String.valueOf(failure)));
                    }
                }));
    }

    private static void reply(HttpServerRequest request, int status, JsonObject body) {
        request.response()
                .setStatusCode(status)
                .putHeader("Content-Type", "application/json")
                .putHeader("Cache-Control", "no-store")
                .end(body.encode() + "\n");
    }
}
