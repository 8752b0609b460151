package io.millrace.verticles.controller;

import io.millrace.membership.controller.ControllerCommand;
import io.vertx.core.Future;
import java.util.OptionalInt;

/**
 * The controller, if it is on this node, and otherwise who it is.
 *
 * <p>Thread: any; listeners are called by the metadata's owner.
 */
public interface ActiveController {
    /** An outcome, which rests on everything committed up to this offset. */
    record Settled<R>(R outcome, long offset) {}

    /**
     * Carries a command out if this node is the controller of this epoch; if it has just been elected, as soon as it is.
     *
     * <p>Commands for one epoch are carried out in the order in which they come, and once one of them was refused with
     * NOT_CONTROLLER all later ones are: a sender keeps its order by naming the epoch.
     *
     * @return fails with {@link io.millrace.membership.controller.ControllerException}
     */
    <R> Future<Settled<R>> carryOut(int epoch, ControllerCommand<R> command);

    /** Who leads the metadata quorum, as far as this node knows. */
    OptionalInt leaderId();

    /** The newest epoch of the metadata quorum that this node knows. */
    int leaderEpoch();

    /** Adds somebody who is called whenever leader or epoch may have changed. */
    void onLeaderChange(Runnable listener);
}
