package io.millrace.membership.quorum;

import io.millrace.membership.CommitListener;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands the listener what is committed, in order and without a gap (rule Q5), and has a snapshot taken now and then.
 *
 * <p>Thread: the owner's.
 */
final class CommittedReader {
    private static final int READ_BYTES = 1024 * 1024;
    private static final Logger log = LoggerFactory.getLogger(CommittedReader.class);

    private final QuorumStore store;
    private final LoadedQuorum loaded;
    private final long snapshotBytes;
    private final PendingProposals pending;
    private final LongFunction<Optional<VoterSet>> votersAt;
    private final Consumer<LogPosition> snapshotWritten;
    private final Consumer<String> halt;
    private CommitListener listener;
    private LogPosition applied;
    private long target;
    private boolean reading;
    private boolean writingSnapshot;
    private boolean stopped;
    private long bytesSinceSnapshot;
    /** Of the newest snapshot's records; set on the thread that encodes it. */
    private volatile long lastSnapshotBytes;
    /** Counts replacements, so that a read begun before one is not applied after it. */
    private int generation;

    /** Told when everything below is applied; {@link Long#MAX_VALUE} when there is nothing to tell. */
    private long tellCaughtUpAt = Long.MAX_VALUE;

    private int leadingEpoch = -1;
    private long activeFrom;
    private boolean active;

    CommittedReader(
            QuorumStore store,
            LoadedQuorum loaded,
            long snapshotBytes,
            PendingProposals pending,
            LongFunction<Optional<VoterSet>> votersAt,
            Consumer<LogPosition> snapshotWritten,
            Consumer<String> halt) {
        this.store = store;
        this.loaded = loaded;
        this.snapshotBytes = snapshotBytes;
        this.pending = pending;
        this.votersAt = votersAt;
        this.snapshotWritten = snapshotWritten;
        this.halt = halt;
        this.applied = loaded.log().snapshot();
        this.target = applied.endOffset();
        this.lastSnapshotBytes = sizeOf(loaded.snapshotRecords());
    }

    private static long sizeOf(List<byte[]> records) {
        return records.stream().mapToLong(one -> one.length).sum();
    }

    void setListener(CommitListener newListener) {
        if (listener != null) {
            throw new IllegalStateException("the quorum has a listener already");
        }
        listener = newListener;
    }

    void start() {
        if (listener == null) {
            throw new IllegalStateException("nobody applies what the quorum commits");
        }
        if (applied.endOffset() > 0) {
            tell(() -> listener.snapshotLoaded(applied.endOffset(), applied.epoch(), loaded.snapshotRecords()));
        }
    }

    void stop() {
        stopped = true;
    }

    void applyTo(long highWatermark) {
        target = Math.max(target, highWatermark);
        readOn();
    }

    private void readOn() {
        if (stopped || reading || applied.endOffset() >= target) {
            return;
        }
        reading = true;
        int begunIn = generation;
        store.read(applied.endOffset(), target, READ_BYTES, batches -> {
            reading = false;
            if (stopped) {
                return;
            }
            if (begunIn == generation) {
                if (batches.isEmpty()) {
                    halt.accept("committed records from " + applied.endOffset() + " to " + target
                            + " are not in the metadata log");
                    return;
                }
                batches.forEach(this::apply);
                pending.completeBelow(applied.endOffset());
                tellWhenCaughtUp();
                activateWhenApplied();
                snapshotWhenWorthWhile();
            }
            readOn();
        });
    }

    private void apply(QuorumBatch batch) {
        if (stopped) {
            return;
        }
        if (batch.baseOffset() != applied.endOffset()) {
            halt.accept("the metadata log has " + batch + " where " + applied.endOffset() + " should follow");
            return;
        }
        if (!batch.control()) {
            tell(() -> listener.committed(batch.baseOffset(), batch.epoch(), batch.records()));
            bytesSinceSnapshot += batch.sizeBytes();
        }
        applied = new LogPosition(batch.endOffset(), batch.epoch());
    }

    /** Not before as much was applied as the last one holds: a large state is not written again for every small change. */
    private void snapshotWhenWorthWhile() {
        if (stopped || writingSnapshot || bytesSinceSnapshot < Math.max(snapshotBytes, lastSnapshotBytes)) {
            return;
        }
        writingSnapshot = true;
        bytesSinceSnapshot = 0;
        LogPosition at = applied;
        int begunIn = generation;
        Supplier<List<byte[]>> records = listener.captureSnapshot();
        Supplier<List<byte[]>> measured = () -> {
            List<byte[]> all = records.get();
            lastSnapshotBytes = sizeOf(all);
            return all;
        };
        store.writeSnapshot(at, votersAt.apply(at.endOffset()), measured, () -> {
            writingSnapshot = false;
            if (!stopped && begunIn == generation) {
                snapshotWritten.accept(at);
            }
        });
    }

    /** Another node's snapshot took the place of the log. */
    void replaceBy(LogPosition snapshot, List<byte[]> records) {
        generation++;
        applied = snapshot;
        target = Math.max(target, snapshot.endOffset());
        bytesSinceSnapshot = 0;
        tell(() -> listener.snapshotLoaded(snapshot.endOffset(), snapshot.epoch(), records));
        tellWhenCaughtUp();
    }

    void caughtUpAt(long highWatermark) {
        tellCaughtUpAt = highWatermark;
        tellWhenCaughtUp();
    }

    private void tellWhenCaughtUp() {
        if (applied.endOffset() >= tellCaughtUpAt && !stopped) {
            tellCaughtUpAt = Long.MAX_VALUE;
            tell(listener::caughtUp);
        }
    }

    void leadershipGained(int epoch, long activeFromOffset) {
        leadingEpoch = epoch;
        activeFrom = activeFromOffset;
        activateWhenApplied();
    }

    private void activateWhenApplied() {
        if (!active && leadingEpoch >= 0 && applied.endOffset() >= activeFrom && !stopped) {
            active = true;
            tell(() -> listener.leadershipGained(leadingEpoch));
        }
    }

    void leadershipLost(int epoch) {
        leadingEpoch = -1;
        if (active) {
            active = false;
            tell(() -> listener.leadershipLost(epoch));
        }
    }

    void leaderChanged(int epoch, OptionalInt leaderId) {
        tell(() -> listener.leaderChanged(epoch, leaderId));
    }

    private void tell(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException failure) {
            log.error("committed metadata could not be applied from offset {} on", applied.endOffset(), failure);
            halt.accept(
                    "committed metadata could not be applied from offset " + applied.endOffset() + " on: " + failure);
        }
    }
}
