package io.millrace.verticles.controller;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/**
 * Where commands wait for a controller that is elected and not active yet, because it has still to apply what earlier leaders
 * committed: others hear of an election before that.
 *
 * <p>Thread: the metadata's owner.
 */
final class ControllerEntry {
    /** What ten nodes may have unanswered together ({@link CommandForwarder#MAX_UNANSWERED}); more is refused. */
    static final int MAX_WAITING = 10 * CommandForwarder.MAX_UNANSWERED;

    private final Queue<Waiting> waiting = new ArrayDeque<>();
    private int electedEpoch = -1;

    private record Waiting(Runnable carryOut, Runnable refuse) {}

    /** This node is elected; it will become active in this epoch or never. */
    void elected(int epoch) {
        if (epoch != electedEpoch) {
            // What is refused may come again at once, for the new epoch.
            startEpoch(epoch);
        }
    }

    private void startEpoch(int epoch) {
        electedEpoch = epoch;
        List<Waiting> former = List.copyOf(waiting);
        waiting.clear();
        former.forEach(one -> one.refuse().run());
    }

    /** Keeps a command for this epoch; false when that epoch does not begin here. */
    boolean hold(int epoch, Runnable carryOut, Runnable refuse) {
        return epoch == electedEpoch && waiting.size() < MAX_WAITING && waiting.add(new Waiting(carryOut, refuse));
    }

    /** The epoch has begun. */
    void open(int epoch) {
        boolean expected = epoch == electedEpoch;
        electedEpoch = -1;
        while (!waiting.isEmpty()) {
            Waiting next = waiting.remove();
            (expected ? next.carryOut() : next.refuse()).run();
        }
    }

    /** Somebody else leads. */
    void close() {
        startEpoch(-1);
    }
}
