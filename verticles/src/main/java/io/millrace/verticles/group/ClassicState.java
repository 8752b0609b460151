package io.millrace.verticles.group;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/**
 * Where a classic group stands. Only what may follow exists as a method:
 *
 * <pre>
 *            +-----------------------------------------------------+
 *            |                    everybody left                   |
 *            v                                                     |
 *  {@link Empty} -- somebody joins --> {@link PreparingRebalance} -- all joined, or time is up --> {@link CompletingRebalance}
 *                                   ^      ^                                          |        |
 *                                   |      +--- joins, leaves, dies, does not sync ---+        |
 *                                   |                                                          |
 *                                   +-- joins, leaves, dies, changes --  {@link Stable}  &lt;-- the leader's assignment is written
 *
 *  each of them -- deleted or unloaded --> {@link Dead}
 * </pre>
 *
 * {@link Empty#preparing} · {@link PreparingRebalance#completing} · {@link PreparingRebalance#empty} · {@link
 * CompletingRebalance#stable} · {@link CompletingRebalance#preparing} · {@link Stable#preparing} · {@link #dead}
 *
 * <p>Thread: the machine's.
 */
sealed interface ClassicState {
    long NO_TIMESTAMP = -1;

    /** The name that tools know (KIP-518). */
    String displayName();

    /** Since when, {@link #NO_TIMESTAMP} when an old record did not say. */
    long sinceMs();

    /** From every state. */
    default Dead dead(long nowMs) {
        return new Dead(nowMs);
    }

    /** Nobody is in the group; what it has committed stays until it expires. */
    record Empty(long sinceMs) implements ClassicState {
        /** The first member: there is time for others, in steps while they come. */
        PreparingRebalance preparing(long nowMs, InitialDelay delay) {
            return new PreparingRebalance(nowMs, delay);
        }

        @Override
        public String displayName() {
            return "Empty";
        }
    }

    /**
     * Members are asked to join anew; waits for all of them, at most as long as they granted.
     *
     * @param initial how long an empty group waits for its first members, else null
     */
    record PreparingRebalance(long sinceMs, InitialDelay initial) implements ClassicState {
        boolean isInitial() {
            return initial != null;
        }

        PreparingRebalance with(InitialDelay delay) {
            return new PreparingRebalance(sinceMs, delay);
        }

        CompletingRebalance completing(long nowMs, Collection<String> memberIds) {
            return new CompletingRebalance(nowMs, new HashSet<>(memberIds));
        }

        Empty empty(long nowMs) {
            return new Empty(nowMs);
        }

        @Override
        public String displayName() {
            return "PreparingRebalance";
        }
    }

    /**
     * The generation is made; waits for the leader's assignment and for it to be written.
     *
     * @param notSynced members that have not asked for their assignment; shrinks
     */
    record CompletingRebalance(long sinceMs, Set<String> notSynced) implements ClassicState {
        Stable stable(long nowMs) {
            return new Stable(nowMs, notSynced);
        }

        PreparingRebalance preparing(long nowMs) {
            return new PreparingRebalance(nowMs, null);
        }

        @Override
        public String displayName() {
            return "CompletingRebalance";
        }
    }

    /**
     * Every member has an assignment.
     *
     * @param notSynced members that have not asked for it; shrinks
     */
    record Stable(long sinceMs, Set<String> notSynced) implements ClassicState {
        PreparingRebalance preparing(long nowMs) {
            return new PreparingRebalance(nowMs, null);
        }

        @Override
        public String displayName() {
            return "Stable";
        }
    }

    /** Taken out of this partition: deleted, or led by another node. */
    record Dead(long sinceMs) implements ClassicState {
        @Override
        public String displayName() {
            return "Dead";
        }
    }

    /**
     * The steps in which an empty group waits for its first members ({@code group.initial.rebalance.delay.ms}): one more
     * step when somebody came during the last, until the rebalance timeout is used up.
     *
     * @param stepMs the step that is running
     * @param remainingMs what may still be added to it
     * @param somebodyCame during this step
     */
    record InitialDelay(int stepMs, int remainingMs, boolean somebodyCame) {
        static InitialDelay first(int delayMs, int rebalanceTimeoutMs) {
            return new InitialDelay(delayMs, Math.max(rebalanceTimeoutMs - delayMs, 0), false);
        }

        InitialDelay joined() {
            return new InitialDelay(stepMs, remainingMs, true);
        }

        boolean hasNext() {
            return somebodyCame && remainingMs > 0;
        }

        InitialDelay next(int delayMs) {
            return new InitialDelay(Math.min(delayMs, remainingMs), Math.max(remainingMs - stepMs, 0), false);
        }
    }
}
