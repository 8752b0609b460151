package io.millrace.membership.quorum;

/**
 * For how long a leader's disk has not taken what it was given: a full one is tried again and again, and nothing says so.
 *
 * <p>Thread: the owner's.
 */
final class DiskWatch {
    private int epoch = -1;
    /** The end of the log when everything was last seen written; the disk has been waited for since then. */
    private long askedEnd;

    private long sinceMs;

    /** To be asked now and then: it is as exact as that is often. */
    long waitedMs(int leaderEpoch, LogView log, long nowMs) {
        if (leaderEpoch != epoch || log.written() >= askedEnd) {
            epoch = leaderEpoch;
            askedEnd = log.end();
            sinceMs = nowMs;
        }
        return nowMs - sinceMs;
    }
}
