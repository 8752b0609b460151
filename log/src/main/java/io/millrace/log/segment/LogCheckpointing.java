package io.millrace.log.segment;

import io.millrace.log.io.LaneTask;
import io.millrace.log.io.SyncCallback;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Moves a log's recovery point. A checkpoint describes the log at its assigned end; it is handed through the writer behind
 * the appends it covers, then through a sync, and only then kept. It is dropped when one of those appends failed or the log
 * was cut meanwhile.
 *
 * <p>Thread: the owner's.
 */
final class LogCheckpointing {
    private static final byte[] NONE = {};

    private final SegmentedLog log;
    /** Of this many truncations the owner knows; syncs that began before the last one do not count. */
    private long truncations;

    /** Everything below was synced, as far as is known. */
    private long onDisk;

    private long unsyncedSinceMs = -1;
    /** Made with the first use. */
    private SegmentSummaries summaries;

    LogCheckpointing(SegmentedLog log) {
        this.log = log;
    }

    void synced(long syncedEnd, long truncationsThen) {
        if (truncationsThen != truncations) return;
        onDisk = Math.max(onDisk, syncedEnd);
        settle();
    }

    /** The news of a sync may come before the news of the writes it covers: it counts when both are here. */
    void settle() {
        long end = Math.min(onDisk, log.written);
        if (end <= log.synced) return;
        log.synced = end;
        unsyncedSinceMs = -1;
        log.listener.onSynced(end);
    }

    /** From now on other bytes may stand at these offsets. */
    void cut(long endExclusive) {
        truncations++;
        onDisk = Math.min(onDisk, endExclusive);
    }

    /** The cut that was announced went further back, to the start of a batch. */
    void cutFurther(long endExclusive) {
        onDisk = Math.min(onDisk, endExclusive);
    }

    /**
     * Recovery left bytes that the process before wrote and perhaps never synced. Nor may it have synced where it ended a
     * segment, if what is synced ends with that one.
     */
    void syncFound(long bytes) {
        List<SegmentView> found = new ArrayList<>();
        for (int i = Math.max(0, log.segments.floorIndex(log.synced - 1)); i < log.segments.count(); i++) {
            found.add(log.segments.get(i).view());
        }
        boolean now = log.config.syncsBeforeAck();
        log.submit(new LaneTask(log.lane()) {
            @Override
            protected void onWriter() {
                for (SegmentView segment : found) lane().noteFound(segment.file(), segment.endOffset());
                log.services.pace().found(lane(), bytes, log.services.io().steadyMs());
                if (now) log.services.syncer().request(lane(), null);
            }
        });
    }

    /** {@code flush.ms} */
    void syncWhenDue(long nowMs) {
        if (log.config.flushMs() == Long.MAX_VALUE) return;
        if (unsyncedSinceMs < 0) {
            unsyncedSinceMs = nowMs;
        } else if (nowMs - unsyncedSinceMs >= log.config.flushMs()) {
            unsyncedSinceMs = nowMs;
            requestSync();
        }
    }

    void requestSync() {
        log.submit(new LaneTask(log.lane()) {
            @Override
            protected void onWriter() {
                log.services.syncer().request(lane(), null);
            }
        });
    }

    void checkpoint() {
        if (log.busy || log.ended || log.offlineReason() != null || log.segments.isEmpty()) return;
        log.submit(task(null));
    }

    SegmentSummaries summaries() {
        if (summaries == null) summaries = new SegmentSummaries(log);
        return summaries;
    }

    /** A checkpoint follows as soon as it is known which record of the segment is the newest. */
    void summarize(Segment active, boolean urgent) {
        summaries().read(active, urgent, this::checkpoint);
    }

    /** After a cut of which nobody could read so far what it has left: as long as that is missing there is no checkpoint. */
    void missSummary() {
        Segment active = log.segments.active();
        if (!active.summaryKnown && !summaries().isReading()) summarize(active, false);
    }

    /** @param done also told, on the sync pool, whether all is durable now; null for nobody */
    LaneTask task(SyncCallback done) {
        LogCheckpoint checkpoint = take();
        long generation = log.appender().generation();
        return new LaneTask(log.lane()) {
            @Override
            protected void onWriter() throws IOException {
                boolean valid = checkpoint != null && !lane().isDropped(generation);
                long truncationsThen = lane().truncations();
                log.services.syncer().request(lane(), durable -> {
                    if (durable && valid) {
                        log.services.checkpoints().commit(checkpoint, () -> lane().truncations() == truncationsThen);
                    }
                    if (done != null) done.synced(durable);
                });
            }
        };
    }

    /** @param then run on the sync pool when the start is durable, unless the log was emptied meanwhile; null for nothing */
    void commitLogStart(Runnable then) {
        long start = log.logStart;
        int emptiedBefore = log.timesEmptied;
        log.services.io().sync(() -> log.services
                .checkpoints()
                .commitLogStart(log.id, start, () -> log.timesEmptied == emptiedBefore, then));
    }

    LaneTask forgetting() {
        return new LaneTask(log.lane()) {
            @Override
            protected void onWriter() {
                log.services.checkpoints().forget(log.id);
            }
        };
    }

    /** The log as it is at its assigned end; null when there is nothing to say, or not all of it known right after a cut. */
    LogCheckpoint take() {
        Segment active = log.segments.active();
        if (active == null || !active.summaryKnown) return null;
        return new LogCheckpoint(
                log.id,
                log.logStart,
                log.assigned,
                active.baseOffset,
                active.sizeBytes,
                active.maxTimestamp,
                active.maxTimestampBatch,
                active.firstTimestamp,
                active.createdMs,
                log.epochs.epochs(),
                log.epochs.starts(),
                log.producers.isEmpty() ? NONE : log.producers.snapshot(log.assigned),
                log.aborted == null ? NONE : bytes(log.aborted.encode()),
                log.highWatermark);
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
