package io.millrace.log.replica;

/**
 * What a {@link ReplicaMachine} wants done. Called inside the machine's methods, on the owner's thread, after the machine's
 * state is settled: an effect may ask the machine, but must not change it before the call returns.
 *
 * <p>Thread: the owner of the machine.
 */
public interface ReplicaEffects {
    /** The role was taken. Waiters of the former role are answered; a leader's log notes the epoch before any append. */
    void roleChanged(ReplicaRole before, ReplicaRole now);

    /** Consumers may read up to here (exclusive), and acknowledgements that waited for it may be looked at. */
    void highWatermarkAdvanced(long highWatermark);

    /**
     * In-sync replicas are proposed to the controller, which must commit them even where they are the committed ones (that
     * raises the partition epoch). What else it answers, or that no answer came in time, goes to {@link
     * ReplicaMachine#isrProposalAnswered}; the commit itself arrives as a committed record.
     */
    void proposeIsr(IsrProposal proposal);

    /**
     * A safety alarm: a truncation went below what was once readable. The replica goes on, for the leader's log is the
     * truth, but somebody may have read what is gone.
     */
    void truncatedBelowHighWatermark(long highWatermark, long endExclusive);
}
