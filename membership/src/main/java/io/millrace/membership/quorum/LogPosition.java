package io.millrace.membership.quorum;

/**
 * A prefix of the log: everything below {@code endOffset}, whose last record was written in {@code epoch}. It names a
 * snapshot, a fetch, and how much a candidate has; two logs with an equal position are equal up to there.
 *
 * <p>Ordered as voters compare logs: the later epoch is ahead, then the longer log.
 *
 * <p>Thread: immutable.
 */
public record LogPosition(long endOffset, int epoch) implements Comparable<LogPosition> {
    public static final LogPosition EMPTY = new LogPosition(0, 0);

    @Override
    public int compareTo(LogPosition other) {
        return epoch != other.epoch ? Integer.compare(epoch, other.epoch) : Long.compare(endOffset, other.endOffset);
    }

    @Override
    public String toString() {
        return endOffset + "@" + epoch;
    }
}
