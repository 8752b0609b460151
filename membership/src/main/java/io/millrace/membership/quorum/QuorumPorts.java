package io.millrace.membership.quorum;

import io.millrace.log.Owner;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import java.util.function.LongSupplier;

/**
 * What a quorum node needs from its surroundings, so that a simulation can be them.
 *
 * @param owner runs everything of the node, one thing at a time
 * @param clockMs never goes back
 * @param halted told once, with one sentence, when the node must not go on; the shell ends the process
 *     <p>Thread: immutable; each part says its own.
 */
public record QuorumPorts(
        Owner owner,
        LongSupplier clockMs,
        Alarm alarm,
        Transport transport,
        IntUnaryOperator jitter,
        Consumer<String> halted) {

    /** Runs the task on the owner after a delay; the handle takes it back. Called on the owner. */
    public interface Alarm {
        Runnable set(long delayMs, Runnable task);
    }

    /** Sends without waiting; loss is normal. Called on the owner. */
    public interface Transport {
        void send(int to, QuorumMessage message);

        /** For a quorum of one. */
        Transport NOWHERE = (to, message) -> {};
    }
}
