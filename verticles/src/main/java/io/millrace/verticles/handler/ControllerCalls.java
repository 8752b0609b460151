package io.millrace.verticles.handler;

import io.millrace.membership.controller.ControllerCommand;
import io.millrace.membership.controller.ControllerError;
import io.millrace.membership.controller.ControllerException;
import io.millrace.protocol.Errors;
import io.millrace.verticles.node.ControllerGateway;
import io.netty.util.concurrent.ScheduledFuture;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * Asks the controller on behalf of a client that will not wait for ever.
 *
 * <p>Thread: any; the answer or the end of the wait arrives on any.
 */
final class ControllerCalls {
    /** For requests that name no timeout: what Kafka's clients wait for an answer by default. */
    static final int DEFAULT_TIMEOUT_MS = 30_000;

    private static final int LONGEST_TIMEOUT_MS = 600_000;

    private ControllerCalls() {}

    /**
     * The command's outcome, or a {@link ControllerException} that says {@link ControllerError#REQUEST_TIMED_OUT} when it
     * takes longer than the client waits; what was asked may be done all the same.
     */
    static <R> Future<R> submit(
            ControllerGateway controller, ControllerCommand<R> command, int timeoutMs, RequestContext context) {
        Promise<R> promise = Promise.promise();
        int waitMs = Math.max(1, Math.min(timeoutMs, LONGEST_TIMEOUT_MS));
        ScheduledFuture<?> timeout = context.loop()
                .schedule(
                        () -> promise.tryFail(new ControllerException(
                                ControllerError.REQUEST_TIMED_OUT, "The controller did not answer in time.")),
                        waitMs,
                        TimeUnit.MILLISECONDS);
        controller.submit(command).onComplete(done -> {
            timeout.cancel(false);
            if (done.succeeded()) {
                promise.tryComplete(done.result());
            } else {
                promise.tryFail(done.cause());
            }
        });
        return promise.future();
    }

    /** Answers a client that is only told whether its command was carried out, and else why not. */
    static <R> void tell(
            Future<R> outcome,
            Function<R, ControllerError> error,
            Function<R, String> message,
            RequestContext context,
            BiConsumer<Errors, String> respond) {
        outcome.onComplete(done -> {
            Errors told = done.succeeded()
                    ? ControllerErrors.toKafka(error.apply(done.result()))
                    : ControllerErrors.toKafka(done.cause());
            context.error(told.code());
            respond.accept(
                    told,
                    done.succeeded()
                            ? message.apply(done.result())
                            : done.cause().getMessage());
        });
    }
}
