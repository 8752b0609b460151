package io.millrace.verticles.node;

import io.millrace.membership.controller.ControllerCommand;
import io.vertx.core.Future;
import java.util.OptionalInt;

/**
 * Brings commands to the active controller, wherever it is, and its answers back.
 *
 * <p>Commands of one caller are carried out in the order in which they are submitted. When an answer arrives, this
 * node's image and its shards already know what was changed.
 *
 * <p>Thread: any; the future completes on the loop of whoever answers.
 */
public interface ControllerGateway {
    /**
     * Submits a command.
     *
     * @return the outcome once its records are committed and known here; fails with {@link
     *     io.millrace.membership.controller.ControllerException} when it was not carried out at all or nobody knows
     */
    <R> Future<R> submit(ControllerCommand<R> command);

    /** The broker that is the active controller, as far as this node knows. */
    OptionalInt controllerId();
}
