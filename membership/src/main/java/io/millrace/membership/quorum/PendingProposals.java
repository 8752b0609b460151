package io.millrace.membership.quorum;

import io.millrace.membership.UnknownOutcomeException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;

/**
 * Proposals that are in the log and not yet committed, in log order.
 *
 * <p>Thread: the owner's.
 */
final class PendingProposals {
    private record Pending(long lastOffset, CompletableFuture<Long> answer) {}

    private final Deque<Pending> pending = new ArrayDeque<>();

    int size() {
        return pending.size();
    }

    void add(long lastOffset, CompletableFuture<Long> answer) {
        pending.addLast(new Pending(lastOffset, answer));
    }

    /** Rule Q5: answered only after commit, and after it was applied here. */
    void completeBelow(long appliedEnd) {
        while (!pending.isEmpty() && pending.peekFirst().lastOffset() < appliedEnd) {
            Pending first = pending.removeFirst();
            first.answer().complete(first.lastOffset());
        }
    }

    void failAll(String why) {
        Deque<Pending> failed = new ArrayDeque<>(pending);
        pending.clear();
        failed.forEach(p -> p.answer().completeExceptionally(new UnknownOutcomeException(why)));
    }
}
