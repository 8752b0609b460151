package io.millrace.verticles.handler;

import io.millrace.membership.controller.AlterConfigsOutcome;
import io.millrace.membership.controller.ControllerCommand;
import io.millrace.protocol.Errors;
import io.millrace.verticles.node.ControllerGateway;
import java.util.List;

/**
 * What both ways of altering configs share: the controller is asked, and its answer, or why there is none, becomes a row for each
 * resource.
 *
 * <p>Thread: the connection's event loop; rows are filled where the answer arrives.
 */
final class AlteredConfigs {
    /** A resource as the client named it. */
    record Asked(byte type, String name) {}

    /** Takes the row of one resource. */
    @FunctionalInterface
    interface Rows {
        void add(Asked asked, Errors error, String message);
    }

    private AlteredConfigs() {}

    /** Has the command decided, fills the rows in the order asked, and then calls {@code done}. */
    static void settle(
            ControllerGateway controller,
            ControllerCommand<AlterConfigsOutcome> command,
            List<Asked> all,
            RequestContext context,
            Rows rows,
            Runnable done) {
        ControllerCalls.submit(controller, command, ControllerCalls.DEFAULT_TIMEOUT_MS, context)
                .onComplete(answered -> {
                    if (answered.succeeded()) {
                        answered.result()
                                .resources()
                                .forEach(result -> row(
                                        rows,
                                        context,
                                        new Asked(result.type(), result.name()),
                                        ControllerErrors.toKafka(result.error()),
                                        result.message()));
                    } else {
                        Errors error = ControllerErrors.toKafka(answered.cause());
                        String why = answered.cause().getMessage();
                        all.forEach(asked -> row(rows, context, asked, error, why));
                    }
                    done.run();
                });
    }

    private static void row(Rows rows, RequestContext context, Asked asked, Errors error, String message) {
        context.error(error.code());
        rows.add(asked, error, message);
    }
}
