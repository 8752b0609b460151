package io.millrace.sim;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;

/**
 * The last things that happened, kept in a bounded ring for the report of a failing run.
 *
 * <p>Thread: the simulation's only thread.
 */
public final class Trace {
    private static final int TAIL_EVENTS = 400;

    private final Deque<Supplier<String>> tail = new ArrayDeque<>();

    /** Notes one line; the text is made only if somebody reads the trace. */
    public void note(Supplier<String> line) {
        if (tail.size() == TAIL_EVENTS) {
            tail.removeFirst();
        }
        tail.addLast(line);
    }

    public void note(String line) {
        note(() -> line);
    }

    /** The tail, oldest first, one event per line. */
    public String text() {
        StringBuilder out = new StringBuilder();
        for (Supplier<String> line : tail) {
            out.append("  ").append(line.get()).append('\n');
        }
        return out.toString();
    }
}
