package io.millrace.verticles.controller;

import io.millrace.membership.controller.ControllerCommand;
import io.vertx.core.Promise;

/**
 * One command that somebody on this node waits for, through all attempts to have it carried out.
 *
 * <p>Thread: the metadata's owner.
 */
final class ForwardedCall<R> {
    /** Where the call stands. */
    enum State {
        /** Not out, or certainly not done: goes to the next controller. */
        WAITING,
        /** Somebody was asked and has not answered. */
        OUT,
        /** The outcome is here; this node's image is not that far yet. */
        DONE
    }

    final ControllerCommand<R> command;
    final Promise<R> answer = Promise.promise();
    State state = State.WAITING;
    /** The epoch whose controller was asked last; -1 before the first. */
    int epoch = -1;
    /** That epoch's controller has refused, or nobody can know any more: only another one is asked. */
    boolean epochSpent;
    /** Tells the answer of the last attempt from late ones. */
    int attempt;
    /** Some attempt may have been carried out. */
    boolean maybeDone;

    Runnable cancelDeadline = () -> {};
    Runnable cancelWait = () -> {};

    ForwardedCall(ControllerCommand<R> command) {
        this.command = command;
    }

    void cancelTimers() {
        cancelDeadline.run();
        cancelWait.run();
    }
}
