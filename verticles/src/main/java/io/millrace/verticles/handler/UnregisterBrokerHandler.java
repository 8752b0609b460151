package io.millrace.verticles.handler;

import io.millrace.membership.controller.ControllerError;
import io.millrace.membership.controller.UnregisterBroker;
import io.millrace.verticles.node.Node;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.message.UnregisterBrokerResponseData;

/**
 * UnregisterBroker: forgets a broker that will not come back; one that lives registers itself again. Of one that lives the controller
 * wants to be asked again until nobody can take it for a leader any more, which is a session later at most.
 *
 * <p>Thread: the connection's event loop.
 */
public final class UnregisterBrokerHandler implements ApiHandler<UnregisterBrokerRequestData> {
    /** Before a controller is asked again that has the broker stand down; well within what it takes for the end of asking. */
    static final int ASK_AGAIN_MS = 100;

    private static final int MOST_QUESTIONS = ControllerCalls.DEFAULT_TIMEOUT_MS / ASK_AGAIN_MS;

    private final Node node;

    public UnregisterBrokerHandler(Node node) {
        this.node = node;
    }

    @Override
    public void handle(UnregisterBrokerRequestData request, RequestContext context) {
        Promise<UnregisterBroker.Outcome> outcome = Promise.promise();
        ask(new UnregisterBroker(request.brokerId()), MOST_QUESTIONS, context, outcome);
        ControllerCalls.tell(
                outcome.future(),
                UnregisterBroker.Outcome::error,
                UnregisterBroker.Outcome::message,
                context,
                (error, message) -> context.respond(new UnregisterBrokerResponseData()
                        .setErrorCode(error.code())
                        .setErrorMessage(message)));
    }

    private void ask(
            UnregisterBroker command,
            int questions,
            RequestContext context,
            Promise<UnregisterBroker.Outcome> outcome) {
        Future<UnregisterBroker.Outcome> told =
                ControllerCalls.submit(node.controller(), command, ControllerCalls.DEFAULT_TIMEOUT_MS, context);
        told.onComplete(done -> {
            boolean standsDown = done.succeeded() && done.result().error() == ControllerError.REQUEST_TIMED_OUT;
            if (standsDown && questions > 1 && !context.isClosed()) {
                context.loop()
                        .schedule(
                                () -> ask(command, questions - 1, context, outcome),
                                ASK_AGAIN_MS,
                                TimeUnit.MILLISECONDS);
            } else {
                told.onComplete(outcome);
            }
        });
    }
}
