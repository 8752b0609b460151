package io.millrace.membership;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;

/**
 * The cluster's only authority: an ordered, durable log of records on which a majority of voters agrees.
 *
 * <p>The records are opaque bytes here. What is proposed is either committed on every node in the same place or on
 * none; nothing is handed to anybody before it is committed.
 *
 * <p>Thread: any for the getters and {@link #propose}; stages complete and listeners are called on the quorum's owner.
 */
public interface MetadataQuorum {
    /**
     * Appends the records as one batch, atomically, where whoever decided them has counted on: what a record says may follow
     * from its offset. Where they would lie elsewhere nothing is appended and this node gives its leadership up, since all that
     * is decided from there on would be wrong as well.
     *
     * @param epoch the one that {@link CommitListener#leadershipGained} told of
     * @param baseOffset where the first of the records has to lie
     * @return the committed offset of the last record. Fails with {@link NotLeaderException} when nothing was appended
     *     (ask the leader it names), with {@link UnknownOutcomeException} when leadership was lost meanwhile (the batch
     *     may still be committed: look at the committed state before trying again)
     */
    CompletionStage<Long> propose(int epoch, long baseOffset, List<byte[]> records);

    /**
     * Makes one voter more or less, if this node leads.
     *
     * @return the committed offset of the record that says so. Fails as {@link #propose}, and with {@link
     *     VoterChangeException} when it was refused. A leader that is to remove itself hands over instead and fails with
     *     {@link NotLeaderException}: ask the next one
     */
    CompletionStage<Long> changeVoters(VoterChange change);

    /**
     * Registers the one who applies what is committed; once, before the quorum starts. It is first given the newest
     * snapshot, then every committed batch in order without a gap.
     */
    void onCommit(CommitListener listener);

    /** The newest epoch this node knows. */
    int leaderEpoch();

    /** Who leads the newest epoch, this node included; empty while nobody is known to. */
    OptionalInt leaderId();

    /** Exclusive end of what is committed as far as this node knows. */
    long highWatermark();

    /** What this node, if it leads, knows of the others; empty if it does not. Thread: the quorum's owner. */
    Optional<QuorumDescription> describe();

    /** Stops taking part; what was proposed and is not committed fails as unknown. The log stays. */
    CompletionStage<Void> close();
}
