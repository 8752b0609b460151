package io.millrace.verticles.shard;

import io.millrace.protocol.Errors;
import java.util.ArrayList;
import java.util.List;

/**
 * The appends of one replica that wait for their acknowledgement: those with acks=1 for the file, those with acks=all for the
 * high watermark.
 *
 * <p>Thread: the owner of the replica.
 */
final class WaitingAppends {
    private final PendingAcks writtenAcks = new PendingAcks();
    private final PendingAcks committedAcks = new PendingAcks();

    /** The append's group is held until it is settled here. */
    void add(PartitionAppend append, boolean acksAll) {
        (acksAll ? committedAcks : writtenAcks).add(append);
    }

    /** Settles what waited for the file. */
    void written(long endExclusive) {
        settleBelow(writtenAcks, endExclusive, Errors.NONE);
    }

    /** Settles what waited for the high watermark, with an error when that is not enough. */
    void committed(long highWatermark, Errors error) {
        settleBelow(committedAcks, highWatermark, error);
    }

    private static void settleBelow(PendingAcks acks, long endExclusive, Errors error) {
        for (PartitionAppend done = acks.pollBelow(endExclusive); done != null; done = acks.pollBelow(endExclusive)) {
            if (error == Errors.NONE) {
                done.group().settle();
            } else {
                fail(done, error);
            }
        }
    }

    /** Fails what reaches {@code offset}. All are taken out before the first is answered: an answer may let the next in. */
    void failFrom(long offset, Errors error) {
        List<PartitionAppend> cut = new ArrayList<>();
        takeFrom(writtenAcks, offset, cut);
        takeFrom(committedAcks, offset, cut);
        cut.forEach(append -> fail(append, error));
    }

    private static void takeFrom(PendingAcks acks, long offset, List<PartitionAppend> taken) {
        for (PartitionAppend cut = acks.pollYoungestFrom(offset); cut != null; cut = acks.pollYoungestFrom(offset)) {
            taken.add(cut);
        }
    }

    /** Times out what waits too long; false when nothing waits any more. */
    boolean expire(long nowMs) {
        expire(writtenAcks, nowMs);
        expire(committedAcks, nowMs);
        return !writtenAcks.isEmpty() || !committedAcks.isEmpty();
    }

    private static void expire(PendingAcks acks, long nowMs) {
        for (PartitionAppend late = acks.pollExpired(nowMs); late != null; late = acks.pollExpired(nowMs)) {
            fail(late, Errors.REQUEST_TIMED_OUT);
        }
    }

    private static void fail(PartitionAppend append, Errors error) {
        append.fail(error, null);
        append.group().settle();
    }
}
