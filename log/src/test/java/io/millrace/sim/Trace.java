package io.millrace.sim;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The last things that happened, kept in a bounded ring for the report of a failing run.
 *
 * <p>Thread: the simulation's only thread.
 */
public final class Trace {
    private static final int TAIL_EVENTS = 400;
    private static final int MOST_STORY_LINES = 1_000;

    private final Deque<Supplier<String>> tail = new ArrayDeque<>();
    private final List<String> story = new ArrayList<>();
    private Consumer<String> follower;

    /** Shows every line from now on as it is noted: that makes each text, and a run several times as long. */
    public void follow(Consumer<String> lines) {
        follower = lines;
    }

    /** Notes one line; the text is made only if somebody reads the trace. */
    public void note(Supplier<String> line) {
        if (tail.size() == TAIL_EVENTS) {
            tail.removeFirst();
        }
        tail.addLast(line);
        if (follower != null) {
            follower.accept(line.get());
        }
    }

    /** Notes one of the few lines that tell the story: they are kept from the beginning. */
    public void tell(String line) {
        if (story.size() == MOST_STORY_LINES) {
            story.remove(0);
        }
        story.add(line);
        note(line);
    }

    public void note(String line) {
        note(() -> line);
    }

    /** The story, then the tail, oldest first, one event per line. */
    public String text() {
        StringBuilder out = new StringBuilder();
        story.forEach(line -> out.append("  ").append(line).append('\n'));
        for (Supplier<String> line : tail) {
            out.append("  ").append(line.get()).append('\n');
        }
        return out.toString();
    }
}
