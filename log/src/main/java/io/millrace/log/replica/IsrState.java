package io.millrace.log.replica;

import io.millrace.log.replica.IsrProposal.Member;
import java.util.List;

/**
 * The in-sync replicas that are committed, and the proposal under way.
 *
 * <p>An addition counts at once, because the controller may have committed it already; a removal counts only when
 * committed. One proposal at a time, and every copy of it says the same, down to the broker epochs: a member that restarts
 * meanwhile must be refused, not be taken in its new life.
 *
 * <p>A refused addition is not over: another copy of it may still be on its way (sent again after a timeout, or by a retry
 * below), be accepted once the member is eligible again, and make an in-sync replica of one that the leader has stopped
 * waiting for. So a <em>barrier</em> is proposed first, the committed ISR itself: the controller commits it like any other,
 * and the raised partition epoch keeps older copies out.
 *
 * <p>Thread: the owner's.
 */
final class IsrState {
    private static final int NO_COPY = -1;

    private int[] committed;
    private int partitionEpoch;

    /** Null when nothing is under way. */
    private List<Member> proposed;

    /** The copy whose answer is awaited. */
    private int awaited = NO_COPY;

    private boolean barrier;
    private long notBeforeMs = Long.MIN_VALUE;

    IsrState(int[] committed, int partitionEpoch) {
        this.committed = committed;
        this.partitionEpoch = partitionEpoch;
    }

    int[] committed() {
        return committed;
    }

    int partitionEpoch() {
        return partitionEpoch;
    }

    boolean isPending() {
        return proposed != null;
    }

    /** Committed, or added by the proposal under way. */
    boolean isMaximal(int brokerId) {
        return Members.contains(committed, brokerId) || isProposed(brokerId);
    }

    private boolean isProposed(int brokerId) {
        if (proposed != null) {
            for (int i = 0; i < proposed.size(); i++) {
                if (proposed.get(i).brokerId() == brokerId) {
                    return true;
                }
            }
        }
        return false;
    }

    int maximalSize() {
        int size = committed.length;
        if (proposed != null) {
            for (Member member : proposed) {
                size += Members.contains(committed, member.brokerId()) ? 0 : 1;
            }
        }
        return size;
    }

    /** A committed record settles whatever was under way: older copies are compared by partition epoch and refused. */
    void commit(int[] isr, int newPartitionEpoch, long nextNotBeforeMs) {
        committed = isr;
        partitionEpoch = newPartitionEpoch;
        // After a refusal the same proposal waits: whoever refused it may know more than this node does yet.
        settle(barrier ? nextNotBeforeMs : Long.MIN_VALUE);
    }

    private void settle(long nextNotBeforeMs) {
        proposed = null;
        awaited = NO_COPY;
        barrier = false;
        notBeforeMs = nextNotBeforeMs;
    }

    boolean mayPropose(long nowMs) {
        return proposed == null && nowMs >= notBeforeMs;
    }

    /** Until then nothing new is proposed. */
    long notBeforeMs() {
        return notBeforeMs;
    }

    void propose(List<Member> members) {
        proposed = members;
    }

    /** When the next copy of the proposal under way is due; MAX_VALUE when none is. */
    long nextCopyMs() {
        return proposed == null || awaited != NO_COPY ? Long.MAX_VALUE : notBeforeMs;
    }

    /** The next copy; its answer is then awaited. */
    List<Member> copy(int proposalId) {
        awaited = proposalId;
        return barrier ? Members.unnamed(committed) : proposed;
    }

    void answered(int proposalId, IsrAnswer answer, long nextNotBeforeMs) {
        if (proposalId != awaited) {
            return;
        }
        awaited = NO_COPY;
        notBeforeMs = nextNotBeforeMs;
        if (answer != IsrAnswer.NOT_APPLIED) {
            // UNKNOWN: sent again. SUPERSEDED: the record that did it is on its way and settles it.
            return;
        }
        if (maximalSize() == committed.length) {
            settle(nextNotBeforeMs);
        } else if (!barrier) {
            barrier = true;
            notBeforeMs = Long.MIN_VALUE;
        }
    }
}
