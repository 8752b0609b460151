package io.millrace.membership.quorum;

/**
 * What a voter must never forget: the newest epoch it has seen and whom it voted for in it (rule Q1).
 *
 * @param votedId -1 while it has not voted
 *     <p>Thread: immutable.
 */
public record ElectionState(int epoch, int votedId) {
    public static final int NOBODY = -1;
    public static final ElectionState INITIAL = new ElectionState(0, NOBODY);

    /** By hand: a record's own are put together from method handles, which the start would be the first to need. */
    @Override
    public boolean equals(Object other) {
        return other instanceof ElectionState that && epoch == that.epoch && votedId == that.votedId;
    }

    @Override
    public int hashCode() {
        return 31 * epoch + votedId;
    }
}
