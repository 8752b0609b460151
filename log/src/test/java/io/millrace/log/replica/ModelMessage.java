package io.millrace.log.replica;

import java.util.List;

/**
 * What the nodes of the model send each other; any of it may be lost, doubled or overtaken.
 *
 * <p>Thread: any (immutable).
 */
sealed interface ModelMessage {
    /** {@code offset} and {@code lastEpoch} name the end of the follower's log. */
    record Fetch(int to, int from, int life, long brokerEpoch, int leaderEpoch, int offset, int lastEpoch)
            implements ModelMessage {}

    /** Echoes the fetch; a follower whose log has moved on ignores it. */
    record FetchAnswer(
            Fetch fetch, Outcome outcome, int epoch, int endOffset, List<ModelLog.Entry> entries, long highWatermark)
            implements ModelMessage {
        enum Outcome {
            RECORDS,
            DIVERGING,
            HIGHER_EPOCH,
            NONE
        }
    }

    record Propose(int from, int life, IsrProposal proposal) implements ModelMessage {}

    record ProposeAnswer(int to, int life, int proposalId, IsrAnswer answer) implements ModelMessage {}
}
