package io.millrace.verticles.node;

import io.millrace.membership.controller.ControllerCommand;
import io.vertx.core.Future;
import java.util.OptionalInt;

/**
 * Brings commands to the active controller, wherever it is, and its answers back.
 *
 * <p>Commands of one caller are carried out in the order in which they are submitted, as long as one controller answers them;
 * when another takes over, those that the former did not answer may come after later ones. When an answer arrives, this
 * node's image and its shards already know what was changed; a node that cannot follow the log is not waited for longer than
 * a few seconds.
 *
 * <p>A change of controllers is followed: a command is given to the next one when it is certain that nothing was done, or when
 * doing it twice does no harm ({@link ControllerCommand#isRepeatable}).
 *
 * <p>Thread: any; the future completes on the loop of whoever answers.
 */
public interface ControllerGateway {
    /**
     * Submits a command.
     *
     * @return the outcome once its records are committed and known here; fails with {@link
     *     io.millrace.membership.controller.ControllerException}, which says whether nothing was done or nobody knows
     */
    <R> Future<R> submit(ControllerCommand<R> command);

    /** The broker that is the active controller, as far as this node knows. */
    OptionalInt controllerId();
}
