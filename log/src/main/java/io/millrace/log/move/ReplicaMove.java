package io.millrace.log.move;

import io.millrace.log.AppendError;
import io.millrace.log.AppendOutcome;
import io.millrace.log.HeapPayload;
import io.millrace.log.LoadOutcome;
import io.millrace.log.LogListener;
import io.millrace.log.PartitionLog;
import io.millrace.log.Payload;
import io.millrace.log.ReadOutcome;
import io.millrace.log.batch.BatchHeader;
import io.millrace.log.store.LogDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * One move of a replica to another log directory of its node. It copies what is written, a piece at a time and whenever its
 * host lets it; when the copy has nearly all, the host holds appends back, the rest is copied, and the copy takes the original's
 * place. Whatever fails before the swap leaves the original as it is.
 *
 * <p>Thread: the owner's.
 */
public final class ReplicaMove implements LogListener {
    private static final int PIECE_BYTES = 1 << 20;
    private static final long RETRY_MS = 200;
    /** Between two looks at whether what was begun before the hold has come to its end; that is milliseconds away. */
    private static final long SETTLE_MS = 5;

    private enum Phase {
        OPENING,
        COPYING,
        /** Appends are held back for the last piece. */
        HELD,
        /** Files get their names; nothing stops it any more. */
        SWAPPING,
        OVER
    }

    private final LogDirectory from;
    private final LogDirectory to;
    private final PartitionLog original;
    private final MoveHost host;
    private Phase phase = Phase.OPENING;
    /** Null while it is being opened. */
    private PartitionLog copy;

    private boolean cancelled;
    private boolean closing;
    private boolean turn;
    private boolean busy;
    private boolean nearEnd;
    /** Counts pauses, so that one that was cut short does not end the next. */
    private long pauses;

    private Runnable whenOver = () -> {};

    public ReplicaMove(LogDirectory from, LogDirectory to, PartitionLog original, MoveHost host) {
        this.from = from;
        this.to = to;
        this.original = original;
        this.host = host;
    }

    public LogDirectory to() {
        return to;
    }

    /** Opens the copy, so that the move is remembered; nothing is copied before {@link #takeTurn}. */
    public void open() {
        to.moving().open(original.id(), original.config(), host.owner(), this::opened);
    }

    private void opened(LoadOutcome outcome) {
        if (outcome instanceof LoadOutcome.Failed failed) {
            over(failed.message());
            return;
        }
        copy = ((LoadOutcome.Loaded) outcome).log();
        copy.setListener(this);
        phase = Phase.COPYING;
        if (cancelled) {
            drop();
        } else if (closing) {
            leaveCopy("the node stops");
        } else {
            step();
        }
    }

    /** It may copy now. */
    public void takeTurn() {
        turn = true;
        step();
    }

    /** Bytes that the copy has. */
    public long copiedBytes() {
        return copy == null ? 0 : copy.sizeBytes();
    }

    /** Records that the copy lacks. */
    public long lag() {
        return Math.max(0, original.assignedEnd() - (copy == null ? original.logStartOffset() : copy.writtenEnd()));
    }

    private void step() {
        if (!turn || busy || !isCopying() || copy.assignedEnd() != copy.writtenEnd()) {
            return;
        }
        if (original.offlineReason() != null || from.offlineReason().isPresent()) {
            leaveCopy("its log directory " + from.path() + " has failed");
            return;
        }
        MoveStep next = MoveStep.next(original, copy);
        if (next instanceof MoveStep.Restart restart) {
            busy = true;
            copy.truncateFullyAndStartAt(restart.offset(), this::goOn);
        } else if (next instanceof MoveStep.Truncate truncate) {
            busy = true;
            copy.truncateTo(truncate.endExclusive(), this::goOn);
        } else if (phase == Phase.COPYING && (nearEnd || next instanceof MoveStep.CaughtUp)) {
            phase = Phase.HELD;
            host.hold();
            step();
        } else if (next instanceof MoveStep.Copy piece) {
            copyFrom(piece.from());
        } else if (host.isSettled() && original.assignedEnd() == original.writtenEnd()) {
            swap();
        } else {
            later(SETTLE_MS);
        }
    }

    /** What was begun for the copy may be gone on with. */
    private boolean isCopying() {
        return phase == Phase.COPYING || phase == Phase.HELD;
    }

    private void goOn() {
        pauses++;
        busy = false;
        step();
    }

    private void later(long delayMs) {
        busy = true;
        long pause = ++pauses;
        host.later(delayMs, () -> {
            if (pause == pauses) {
                goOn();
            }
        });
    }

    private void copyFrom(long offset) {
        long pauseMs = phase == Phase.HELD ? 0 : host.pauseMs();
        if (pauseMs > 0) {
            later(pauseMs);
            return;
        }
        long end = original.writtenEnd();
        int most = Math.min(PIECE_BYTES, original.config().segmentBytes());
        ReadOutcome found = original.read(offset, end, most, true);
        if (found instanceof ReadOutcome.FromMemory memory) {
            nearEnd = append(memory.batches()) && memory.nextOffset() >= end;
            memory.batches().forEach(Payload::release);
        } else if (found instanceof ReadOutcome.FromDisk disk) {
            busy = true;
            disk.read().submitCopy((batches, next) -> copied(batches, next >= end), this::unreadable);
        } else {
            // The original was cut between two looks.
            later(RETRY_MS);
        }
    }

    private void copied(ByteBuffer batches, boolean reachedEnd) {
        busy = false;
        if (!isCopying()) {
            return;
        }
        if (!batches.hasRemaining()) {
            step();
            return;
        }
        nearEnd = append(List.of(HeapPayload.of(batches))) && reachedEnd;
    }

    private void unreadable(IOException failure) {
        busy = false;
        if (isCopying()) {
            leaveCopy(original.id() + " cannot be read: " + failure);
        }
    }

    /** Whether the copy has taken all of them. */
    private boolean append(List<Payload> pieces) {
        for (Payload batches : pieces) {
            if (beginsBelow(batches)) {
                restartBelow(batches);
                return false;
            }
            if (!taken(batches)) {
                return false;
            }
        }
        return true;
    }

    private boolean taken(Payload batches) {
        AppendOutcome outcome = copy.appendReplicated(
                batches, host.wallClockMs(), original.compaction().mayHaveGaps());
        if (outcome instanceof AppendOutcome.Rejected rejected) {
            if (busy) {
                // What is before it on its way to the file brings the move on.
                return false;
            }
            if (rejected.error().retriable() && phase != Phase.HELD) {
                later(RETRY_MS);
            } else {
                leaveCopy(rejected.error() + ": " + rejected.message());
            }
            return false;
        }
        busy = true;
        host.copied(batches.sizeBytes());
        return true;
    }

    /** Records were deleted up to the middle of a batch, and batches are kept whole: an empty copy begins where the batch does. */
    private boolean beginsBelow(Payload batches) {
        ByteBuffer b = batches.bytes();
        return copy.assignedEnd() == copy.logStartOffset()
                && BatchHeader.baseOffset(b, b.position()) < copy.assignedEnd();
    }

    private void restartBelow(Payload batches) {
        byte[] bytes = new byte[batches.sizeBytes()];
        batches.bytes().get(bytes);
        busy = true;
        long base = BatchHeader.baseOffset(ByteBuffer.wrap(bytes), 0);
        copy.truncateFullyAndStartAt(base, () -> {
            busy = false;
            if (isCopying()) {
                taken(HeapPayload.of(bytes));
            }
        });
    }

    @Override
    public void onWritten(long writtenEnd, int bytes) {
        if (copy.assignedEnd() == writtenEnd) {
            goOn();
        }
    }

    @Override
    public void onAppendsFailed(long cutBackTo, AppendError why) {
        if (why == AppendError.OFFLINE) {
            return;
        }
        if (phase == Phase.HELD) {
            // Whoever waits for the replica is not kept waiting for a disk that is full.
            leaveCopy(why + ": " + to.path() + " took nothing more");
        } else {
            later(RETRY_MS);
        }
    }

    @Override
    public void onOffline(String why) {
        if (phase != Phase.SWAPPING) {
            over(why);
        }
    }

    /** The copy is equal, and nothing is appended to either. */
    private void swap() {
        phase = Phase.SWAPPING;
        copy.advanceLogStart(original.logStartOffset());
        copy.noteHighWatermark(original.highWatermark());
        copy.close(this::closed);
    }

    private void closed() {
        if (to.offlineReason().isPresent() || from.offlineReason().isPresent()) {
            over("a log directory has failed");
            return;
        }
        from.moving().mark(original.id(), host.owner(), failure -> {
            if (failure != null) {
                over("its leaving cannot be noted in " + from.path() + ": " + failure);
            } else {
                to.moving().arrive(original.id(), host.owner(), this::arrived);
            }
        });
    }

    private void arrived(IOException failure) {
        if (failure != null) {
            lost("it cannot arrive in " + to.path() + ": " + failure);
            return;
        }
        to.load(original.id(), host.config(), host.owner(), host.tail(), this::loaded);
    }

    private void loaded(LoadOutcome outcome) {
        if (outcome instanceof LoadOutcome.Failed failed) {
            lost(failed.message());
            return;
        }
        PartitionLog log = ((LoadOutcome.Loaded) outcome).log();
        if (log.writtenEnd() != original.writtenEnd()) {
            lost("it ends at " + log.writtenEnd() + " in " + to.path() + ", at " + original.writtenEnd() + " in "
                    + from.path());
            log.close(() -> {});
            return;
        }
        // DeleteRecords and retention do not wait.
        log.advanceLogStart(original.logStartOffset());
        host.swapped(to, log);
        original.delete(() -> {
            from.moving().unmark(original.id());
            over(null);
        });
    }

    /** Which of the two is in force is not known before the next start: neither is used until then. */
    private void lost(String why) {
        original.wentOffline("on its way to " + to.path() + ": " + why);
        over(why);
    }

    /** Takes the copy away again, and calls back when it is gone; a swap that has begun is finished before that. */
    public void cancel(Runnable done) {
        afterwards(done);
        cancelled = true;
        if (isCopying()) {
            drop();
        } else if (phase == Phase.OVER) {
            runWhenOver();
        }
    }

    private void drop() {
        phase = Phase.SWAPPING;
        copy.delete(() -> over("it is not wanted any more"));
    }

    /** Leaves the copy for the next start; a swap that has begun is finished before the callback. */
    public void close(Runnable done) {
        afterwards(done);
        if (isCopying()) {
            leaveCopy("the node stops");
        } else if (phase == Phase.OVER) {
            runWhenOver();
        } else {
            closing = true;
        }
    }

    private void leaveCopy(String why) {
        phase = Phase.SWAPPING;
        copy.close(() -> over(why));
    }

    private void afterwards(Runnable done) {
        Runnable before = whenOver;
        whenOver = () -> {
            before.run();
            done.run();
        };
    }

    private void over(String why) {
        if (phase != Phase.OVER) {
            phase = Phase.OVER;
            host.over(why);
            runWhenOver();
        }
    }

    private void runWhenOver() {
        Runnable then = whenOver;
        whenOver = () -> {};
        then.run();
    }
}
