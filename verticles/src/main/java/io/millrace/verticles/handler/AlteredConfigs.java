package io.millrace.verticles.handler;

import io.millrace.membership.controller.AlterConfigs;
import io.millrace.membership.controller.AlterConfigsOutcome;
import io.millrace.protocol.Errors;
import io.millrace.verticles.node.ControllerGateway;

/**
 * What both ways of altering configs share: the controller is asked, and its answer, or why there is none, becomes a row for each
 * resource.
 *
 * <p>Thread: the connection's event loop; rows are filled where the answer arrives.
 */
final class AlteredConfigs {
    /** Takes the row of one resource, by its type and name as on the wire. */
    @FunctionalInterface
    interface Rows {
        void add(byte type, String name, short errorCode, String message);
    }

    private AlteredConfigs() {}

    /** Has the command decided, fills the rows in the order asked, and then calls {@code done}. */
    static void settle(
            ControllerGateway controller, AlterConfigs command, RequestContext context, Rows rows, Runnable done) {
        ControllerCalls.submit(controller, command, ControllerCalls.DEFAULT_TIMEOUT_MS, context)
                .onComplete(answered -> {
                    if (answered.succeeded()) {
                        for (AlterConfigsOutcome.Result result :
                                answered.result().resources()) {
                            short code =
                                    ControllerErrors.toKafka(result.error()).code();
                            context.error(code);
                            rows.add(result.type(), result.name(), code, result.message());
                        }
                    } else {
                        Errors error = ControllerErrors.toKafka(answered.cause());
                        String why = answered.cause().getMessage();
                        for (AlterConfigs.Target asked : command.resources()) {
                            context.error(error.code());
                            rows.add(asked.type(), asked.name(), error.code(), why);
                        }
                    }
                    done.run();
                });
    }
}
