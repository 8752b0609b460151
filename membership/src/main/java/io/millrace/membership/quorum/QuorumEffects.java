package io.millrace.membership.quorum;

import java.util.OptionalInt;

/**
 * What the machine wants done, in this order. The one rule: an effect may show outside (a message, an append) only
 * after every {@link #persist} before it is durable. That is how a vote is on disk before it is answered (rule Q1).
 *
 * <p>Thread: called by the machine's owner, from inside the machine; must not call back into it before it returns.
 */
public interface QuorumEffects {
    void persist(ElectionState election);

    void send(int to, QuorumMessage message);

    /** To the end of the log. Reported back by {@link QuorumMachine#onWritten} and {@link QuorumMachine#onSynced}. */
    void append(QuorumBatch batch);

    /** Before the next append: nothing at or above this offset stays. */
    void truncateTo(long endOffset);

    /** Reads whole batches from the asked position (up to {@code limit}, bounded in size) and sends them in the answer. */
    void answerFetch(int to, QuorumMessage.FetchResponse withoutBatches, long limit);

    /** Sends the asked part of the snapshot. */
    void answerSnapshot(int to, QuorumMessage.SnapshotRequest request);

    /**
     * Keeps a part of the leader's snapshot; with the last part it is checked, made durable, the log is thrown away and
     * goes on at its end. Reported back by {@link QuorumMachine#onSnapshotInstalled}.
     */
    void storeSnapshotPart(LogPosition snapshot, long position, byte[] bytes, boolean last);

    /** The log below this position is covered by a snapshot and may go (rule Q7: only after that one is durable). */
    void trimTo(LogPosition base);

    /** Everything below is committed and may be applied (rule Q5). */
    void committed(long highWatermark);

    /** Everything below was committed when this node first heard from a leader; told once, after {@link #committed}. */
    void caughtUp(long highWatermark);

    /** @param activeFrom proposals make sense when everything below this offset has been applied */
    void leadershipGained(int epoch, long activeFrom);

    void leadershipLost(int epoch);

    void leaderChanged(int epoch, OptionalInt leaderId);

    /** What was promised can no longer be kept: stop at once, answer nothing (rule Q8). */
    void halt(String why);
}
