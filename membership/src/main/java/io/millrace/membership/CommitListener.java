package io.millrace.membership;

import java.util.List;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * Applies what the quorum has committed.
 *
 * <p>Thread: the quorum's owner, one call at a time; must not block. A throw halts the node: state that could not be
 * applied must not be served.
 */
public interface CommitListener {
    /** The next batch. Record {@code i} has offset {@code baseOffset + i}; offsets in between belong to the quorum. */
    void committed(long baseOffset, int epoch, List<byte[]> records);

    /**
     * Everything below {@code endOffset} in a shorter form: forget all state and rebuild it from these records.
     *
     * @param epoch the epoch of the last record it stands for
     */
    void snapshotLoaded(long endOffset, int epoch, List<byte[]> records);

    /**
     * The state as of the last call, as records: taken at once, turned into bytes later on another thread, so it must
     * hold on to something immutable.
     */
    Supplier<List<byte[]>> captureSnapshot();

    /**
     * Everything that was committed when this node first heard from a leader has been handed over: what it knows is no
     * longer older than its start. Told once; not told to a node that leads before.
     */
    default void caughtUp() {}

    /** This node leads, and everything that earlier leaders committed has been handed over: it may now propose. */
    default void leadershipGained(int epoch) {}

    /** Proposals of this epoch that were not answered yet have failed; pending state must be dropped. */
    default void leadershipLost(int epoch) {}

    /** The known leader changed; empty while there is none. */
    default void leaderChanged(int epoch, OptionalInt leaderId) {}
}
