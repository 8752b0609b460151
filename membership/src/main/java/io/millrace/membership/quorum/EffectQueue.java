package io.millrace.membership.quorum;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * Performs effects in order; one that takes time holds back all that come after it. This is what keeps an answer from
 * leaving before the vote behind it is on disk.
 *
 * <p>Thread: the owner's.
 */
final class EffectQueue {
    private final Deque<Consumer<Runnable>> waiting = new ArrayDeque<>();
    private boolean busy;
    private boolean draining;
    private boolean stopped;

    /** An effect that is over when the call returns. */
    void run(Runnable effect) {
        await(done -> {
            effect.run();
            done.run();
        });
    }

    /** An effect that is over when it runs what it was given. */
    void await(Consumer<Runnable> effect) {
        if (!stopped) {
            waiting.addLast(effect);
            drain();
        }
    }

    void stop() {
        stopped = true;
        waiting.clear();
    }

    /** A loop and not a recursion: thousands of appends may wait behind one vote. */
    private void drain() {
        if (draining) {
            return;
        }
        draining = true;
        while (!busy && !waiting.isEmpty()) {
            busy = true;
            waiting.removeFirst().accept(() -> {
                busy = false;
                drain();
            });
        }
        draining = false;
    }
}
