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
}
