package io.millrace.membership.quorum;

import java.util.Optional;

/**
 * The log as the machine sees it: no bytes, only where it begins and ends, how far it is written and synced, and its
 * epochs.
 *
 * <p>{@code base.endOffset <= synced <= written <= end}.
 *
 * <p>Thread: the owner's.
 */
final class LogView {
    /** How a fetch position relates to this log. */
    sealed interface PrefixCheck {
        record Same() implements PrefixCheck {}

        record Diverged(LogPosition leaderEnd) implements PrefixCheck {}

        record TooOld() implements PrefixCheck {}
    }

    private final EpochHistory history;
    private LogPosition base;
    private long end;
    private long written;
    private long synced;

    /** A log as it was found on disk: everything in it is synced. */
    LogView(LogPosition base, EpochHistory history, long end) {
        this.base = base;
        this.history = history;
        this.end = end;
        this.written = end;
        this.synced = end;
    }

    long end() {
        return end;
    }

    long written() {
        return written;
    }

    long synced() {
        return synced;
    }

    LogPosition base() {
        return base;
    }

    /** The end with the last record's epoch; the base when the log is empty. */
    LogPosition position() {
        return end == base.endOffset() ? base : new LogPosition(end, history.lastEpoch());
    }

    void append(QuorumBatch batch) {
        if (batch.baseOffset() != end || batch.epoch() < position().epoch()) {
            throw new IllegalStateException("batch " + batch + " does not follow " + position());
        }
        history.note(batch.epoch(), batch.baseOffset());
        end = batch.endOffset();
    }

    void writtenTo(long offset) {
        written = Math.max(written, Math.min(offset, end));
    }

    void syncedTo(long offset) {
        writtenTo(offset);
        synced = Math.max(synced, Math.min(offset, end));
    }

    void truncateTo(long endOffset) {
        if (endOffset < base.endOffset() || endOffset > end) {
            throw new IllegalStateException("truncation to " + endOffset + " outside of " + base + " to " + end);
        }
        history.truncateTo(endOffset);
        end = endOffset;
        written = Math.min(written, end);
        synced = Math.min(synced, end);
    }

    void trimTo(LogPosition newBase) {
        if (newBase.endOffset() > base.endOffset()) {
            history.trimTo(newBase);
            base = newBase;
        }
    }

    void resetTo(LogPosition newBase) {
        history.resetTo(newBase);
        base = newBase;
        end = newBase.endOffset();
        written = end;
        synced = end;
    }

    LogPosition positionAt(long offset) {
        return offset == base.endOffset() ? base : new LogPosition(offset, history.epochBefore(offset));
    }

    /** Whether another log that ends at the position is a prefix of this one (rule Q7: also exactly at the base). */
    PrefixCheck check(LogPosition other) {
        if (other.endOffset() < base.endOffset()) {
            return new PrefixCheck.TooOld();
        }
        if (other.endOffset() == base.endOffset()) {
            return other.epoch() == base.epoch() ? new PrefixCheck.Same() : new PrefixCheck.TooOld();
        }
        Optional<LogPosition> ours = endOf(other.epoch());
        if (ours.isEmpty()) {
            return new PrefixCheck.TooOld();
        }
        boolean same = ours.get().epoch() == other.epoch() && ours.get().endOffset() >= other.endOffset();
        return same ? new PrefixCheck.Same() : new PrefixCheck.Diverged(ours.get());
    }

    /** The newest epoch of this log that is not after the asked one, and its end. */
    Optional<LogPosition> endOf(int epoch) {
        Optional<LogPosition> found = history.endOf(epoch, end);
        // An empty log has no epochs of its own; its base still tells where the shared prefix ends.
        return found.isEmpty() && epoch >= base.epoch() ? Optional.of(base) : found;
    }
}
