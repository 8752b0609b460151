package io.millrace.membership.quorum;

import io.millrace.membership.NotLeaderException;
import io.millrace.membership.UnknownOutcomeException;
import io.millrace.membership.VoterChangeException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Proposals that are in the log and not yet committed, in log order.
 *
 * <p>Thread: the owner's.
 */
final class PendingProposals {
    private static final Logger log = LoggerFactory.getLogger(PendingProposals.class);
    /** A controller that is so far ahead of its disk must wait. */
    private static final int MAX_PENDING = 10_000;

    private record Pending(long lastOffset, CompletableFuture<Long> answer) {}

    private final Deque<Pending> pending = new ArrayDeque<>();

    int size() {
        return pending.size();
    }

    /**
     * Has a proposal appended, and answers when it is committed or at once when it was not appended.
     *
     * @param proposal gives the offset of its last record; empty when this node does not lead
     */
    void begin(Supplier<OptionalLong> proposal, CompletableFuture<Long> answer, Supplier<OptionalInt> leaderId) {
        if (size() >= MAX_PENDING) {
            answer.completeExceptionally(new NotLeaderException(
                    MAX_PENDING + " proposals wait for their commit, nothing was appended", leaderId.get()));
            return;
        }
        try {
            OptionalLong lastOffset = proposal.get();
            if (lastOffset.isPresent()) {
                add(lastOffset.getAsLong(), answer);
            } else {
                answer.completeExceptionally(
                        new NotLeaderException("this node does not lead the metadata quorum", leaderId.get()));
            }
        } catch (NotLeaderException misplaced) {
            log.error("the controller of this node has lost count: {}", misplaced.getMessage());
            answer.completeExceptionally(misplaced);
        } catch (VoterChangeException refused) {
            answer.completeExceptionally(refused);
        }
    }

    private void add(long lastOffset, CompletableFuture<Long> answer) {
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
