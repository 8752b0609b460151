package io.millrace.verticles.coordinator;

import io.millrace.verticles.group.GroupCoordinatorMachine;
import java.util.function.Consumer;

/**
 * Something that a group's machine is asked; it answers at once or later.
 *
 * <p>Thread: the shard's loop.
 *
 * @param <R> the answer
 */
@FunctionalInterface
public interface GroupQuestion<R> {
    /** Puts the question; {@code nowMs} is the machine's time, and {@code answer} takes its answer. */
    void ask(GroupCoordinatorMachine machine, long nowMs, Consumer<R> answer);
}
