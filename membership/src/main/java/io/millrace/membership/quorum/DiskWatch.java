package io.millrace.membership.quorum;

/**
 * For how long a leader's disk has not taken what it was given: a full one is tried again and again, and nothing says so.
 *
 * <p>One that is merely slow looks the same, and where all of them are, whoever leads next is no better: so each time that this node
 * hands over it will wait twice as long before it does so again. Else nobody would lead for as long as a first record takes.
 *
 * <p>Thread: the owner's.
 */
final class DiskWatch {
    /** Twice as long so many times at most; half a minute with the usual settings. */
    private static final int MOST_DOUBLINGS = 4;

    private int epoch = -1;
    /** The end of the log when everything was last seen written; the disk has been waited for since then. */
    private long askedEnd;

    private long sinceMs;
    private int handedOver;

    /** To be asked now and then: it is as exact as that is often. */
    long waitedMs(int leaderEpoch, LogView log, long nowMs) {
        if (leaderEpoch != epoch || log.written() >= askedEnd) {
            epoch = leaderEpoch;
            askedEnd = log.end();
            sinceMs = nowMs;
        }
        return nowMs - sinceMs;
    }

    /** How long to wait, of a disk that has given no reason to doubt it for {@code atFirstMs}. */
    long patienceMs(int atFirstMs) {
        return (long) atFirstMs << Math.min(handedOver, MOST_DOUBLINGS);
    }

    /** This node leads no more, since its disk has been waited for too long. */
    void handedOver() {
        handedOver++;
    }
}
