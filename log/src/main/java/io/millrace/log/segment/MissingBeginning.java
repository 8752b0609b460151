package io.millrace.log.segment;

/**
 * What is to be made of a log whose first file begins behind the start that is written down.
 *
 * <p>Thread: any (immutable).
 */
enum MissingBeginning {
    /** Nothing is missing, or it was let go of by intent, or nothing is known of what was promised. */
    NONE,
    /** The power took what was never promised, and left a later segment: the log does not start there (rule L27). */
    NEVER_PROMISED,
    /** What is left stays, and nobody who has more may take its start for the partition's. */
    LOST;

    /**
     * @param checkpoint null for none
     * @param trusted when there is none: whether that means that none is in force
     * @param withdrawn whether there was one once, which a truncation has withdrawn. It vouches for the start of its time, and
     *     nobody knows whether that is the one that is written down: what is missing may have been synced, or let go of
     *     on a full disk, or torn by the power
     * @param logStart that is written down; -1 for none
     * @param first where the first segment begins
     */
    static MissingBeginning of(
            LogCheckpoint checkpoint,
            boolean trusted,
            boolean withdrawn,
            long logStart,
            long first,
            SetAside setAside) {
        if (first <= Math.max(0, logStart) || setAside.reach(logStart, first)) return NONE;
        if (checkpoint != null) return checkpoint.recoveryOffset() <= logStart ? NEVER_PROMISED : LOST;
        if (!trusted) return NONE;
        return withdrawn ? LOST : NEVER_PROMISED;
    }
}
