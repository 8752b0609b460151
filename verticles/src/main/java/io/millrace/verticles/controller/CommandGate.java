package io.millrace.verticles.controller;

import io.millrace.membership.controller.ControllerError;
import io.millrace.membership.controller.ControllerException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;

/**
 * Lets commands in to the controller, each in the epoch that it names, and keeps those that are to wait.
 *
 * <ul>
 *   <li>Others hear of an election before this node has applied what earlier leaders committed: a command for an epoch that is about
 *       to begin here waits for it, and is refused when it begins elsewhere.
 *   <li>A change of voters takes an offset in the log that the controller's machine has not counted on. While it is held for one, only
 *       what is the quorum's own goes in: anything that was decided meanwhile would lie elsewhere, be refused, and cost this
 *       controller its epoch. Nothing is lost by waiting, since nothing behind the change can be committed before it.
 * </ul>
 *
 * <p>Thread: the metadata's owner.
 */
final class CommandGate {
    /** What ten nodes may have unanswered together ({@link CommandForwarder#MAX_UNANSWERED}); more is refused. */
    static final int MAX_WAITING = 10 * CommandForwarder.MAX_UNANSWERED;

    private static final int NO_EPOCH = -1;

    private record Early(Runnable comeAgain, Consumer<ControllerException> refuse) {}

    private final Queue<Early> early = new ArrayDeque<>();
    private final Queue<Runnable> held = new ArrayDeque<>();
    private final Runnable released;
    private int electedEpoch = NO_EPOCH;
    private int openEpoch = NO_EPOCH;
    private int changes;

    /**
     * Shut.
     *
     * @param released called when it is held no longer and those that waited for that have gone in
     */
    CommandGate(Runnable released) {
        this.released = released;
    }

    /**
     * A command for this epoch goes in now or later, or is refused.
     *
     * @param ofTheQuorum the controller's machine decides nothing about it
     */
    void enter(int epoch, boolean ofTheQuorum, Runnable carryOut, Consumer<ControllerException> refuse) {
        Runnable comeAgain = () -> enter(epoch, ofTheQuorum, carryOut, refuse);
        if (epoch == NO_EPOCH || epoch != openEpoch) {
            if (epoch == NO_EPOCH || epoch != electedEpoch || early.size() >= MAX_WAITING) {
                refuse.accept(notController());
            } else {
                early.add(new Early(comeAgain, refuse));
            }
        } else if (!isHeld() || ofTheQuorum) {
            carryOut.run();
        } else if (!whenReleased(comeAgain)) {
            refuse.accept(busy());
        }
    }

    static ControllerException notController() {
        return new ControllerException(ControllerError.NOT_CONTROLLER, "this node is not the controller");
    }

    static ControllerException busy() {
        return new ControllerException(ControllerError.REQUEST_TIMED_OUT, "the controller is busy");
    }

    /** This node is elected; its epoch will begin or never. What waits for an earlier one is refused. */
    void elected(int epoch) {
        if (epoch != electedEpoch && epoch != openEpoch) {
            expect(epoch);
        }
    }

    /** Somebody else leads, or nobody. */
    void electedElsewhere() {
        expect(NO_EPOCH);
    }

    /** What is refused may come again at once, for the new epoch. */
    private void expect(int epoch) {
        electedEpoch = epoch;
        List<Early> former = List.copyOf(early);
        early.clear();
        former.forEach(one -> one.refuse().accept(notController()));
    }

    /** The epoch has begun. */
    void open(int epoch) {
        openEpoch = epoch;
        boolean expected = epoch == electedEpoch;
        electedEpoch = NO_EPOCH;
        while (!early.isEmpty()) {
            Early next = early.remove();
            if (expected) {
                next.comeAgain().run();
            } else {
                next.refuse().accept(notController());
            }
        }
    }

    /** The epoch is over. */
    void shut() {
        openEpoch = NO_EPOCH;
    }

    /** A change of voters may be in the log from now on. */
    void hold() {
        changes++;
    }

    /** It is committed, or given up. */
    void release() {
        changes--;
        while (!isHeld() && !held.isEmpty()) {
            held.remove().run();
        }
        if (!isHeld()) {
            released.run();
        }
    }

    boolean isHeld() {
        return changes > 0;
    }

    /** Has this called when the gate is held no longer; false when too many wait for that. */
    boolean whenReleased(Runnable then) {
        return held.size() < MAX_WAITING && held.add(then);
    }
}
