package io.millrace.verticles.group;

import java.util.function.LongConsumer;

/**
 * One thing that happens unless it is put off in time: a member's session, a group's current phase.
 *
 * <p>Thread: the machine's.
 */
final class Deadline {
    static final int NOT_QUEUED = -1;

    private final LongConsumer whenDue;
    /** When it is due; only {@link Deadlines} writes these. */
    long atMs = GroupCoordinatorMachine.NEVER;

    long queuedForMs;
    long sequence;
    int index = NOT_QUEUED;

    Deadline(LongConsumer whenDue) {
        this.whenDue = whenDue;
    }

    boolean armed() {
        return atMs != GroupCoordinatorMachine.NEVER;
    }

    void fire(long nowMs) {
        whenDue.accept(nowMs);
    }
}
