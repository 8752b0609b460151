package io.millrace.log.move;

import io.millrace.log.EpochEnd;
import io.millrace.log.PartitionLog;

/**
 * What brings a copy of a log nearer to it. Two logs that have a batch of the same epoch at the same offset are equal up to
 * there (KIP-101), so that whatever happened to the original meanwhile is seen from where both end.
 *
 * <p>Thread: the owner's.
 */
sealed interface MoveStep {
    /** Nothing that the copy has is of use: it begins anew at the offset. */
    record Restart(long offset) implements MoveStep {}

    /** The original went another way from there. */
    record Truncate(long endExclusive) implements MoveStep {}

    /** The copy is right as far as it goes. */
    record Copy(long from) implements MoveStep {}

    /** The copy has all that is written. */
    record CaughtUp() implements MoveStep {}

    /** The next step; all that was given to the copy must be written. */
    static MoveStep next(PartitionLog original, PartitionLog copy) {
        long start = original.logStartOffset();
        long end = copy.assignedEnd();
        boolean isEmpty = end == copy.logStartOffset();
        if (isEmpty ? end != start : end < start) {
            return new Restart(start);
        }
        long common = isEmpty ? end : commonEnd(original, copy);
        if (common <= copy.logStartOffset() && !isEmpty) {
            return new Restart(start);
        }
        if (common < end) {
            return new Truncate(common);
        }
        return end == original.writtenEnd() ? new CaughtUp() : new Copy(end);
    }

    /** Up to where they may be equal, at most the copy's end; the step after a cut to there finds out. */
    private static long commonEnd(PartitionLog original, PartitionLog copy) {
        long end = copy.assignedEnd();
        int epoch = copy.epochAt(end - 1);
        EpochEnd theirs = original.endOffsetForEpoch(epoch);
        if (!theirs.isKnown()) {
            return copy.logStartOffset();
        }
        if (theirs.epoch() == epoch) {
            return Math.min(end, theirs.endOffset());
        }
        EpochEnd own = copy.endOffsetForEpoch(theirs.epoch());
        return own.isKnown() ? Math.min(own.endOffset(), theirs.endOffset()) : copy.logStartOffset();
    }
}
