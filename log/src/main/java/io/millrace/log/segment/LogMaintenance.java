package io.millrace.log.segment;

import io.millrace.log.LogConfig;
import java.util.ArrayList;
import java.util.List;

/**
 * Retention: which segments at the start of a log are no longer wanted, by KAFKA's rules. Only whole segments below the
 * high watermark go. When all of them are too old, the active one is rolled first so that it can go too.
 *
 * <p>Thread: the owner's.
 */
final class LogMaintenance {
    private final SegmentedLog log;

    LogMaintenance(SegmentedLog log) {
        this.log = log;
    }

    void retain(long nowMs, long highWatermark) {
        if (log.compaction.isSwapping()) return;
        int gone = belowLogStart(highWatermark);
        if (log.config.delete()) {
            gone = Math.max(gone, tooOld(nowMs, highWatermark));
            gone = Math.max(gone, tooMuch(highWatermark));
        }
        if (gone > 0) remove(gone, nowMs);
    }

    private int belowLogStart(long highWatermark) {
        int count = 0;
        while (count + 1 < log.segments.count() && endOf(count) <= log.logStart && endOf(count) <= highWatermark) {
            count++;
        }
        return count;
    }

    private int tooOld(long nowMs, long highWatermark) {
        long retentionMs = log.config.retentionMs();
        if (retentionMs < 0) return 0;
        int count = 0;
        while (isRemovable(count, highWatermark)) {
            Segment segment = log.segments.get(count);
            if (!segment.summaryKnown) {
                askForSummary(segment, highWatermark);
                break;
            }
            long newest = segment.maxTimestamp >= 0 ? segment.maxTimestamp : segment.createdMs;
            if (nowMs - newest <= retentionMs) break;
            count++;
        }
        return count;
    }

    private int tooMuch(long highWatermark) {
        LogConfig config = log.config;
        if (config.retentionBytes() < 0) return 0;
        long surplus = log.segments.sizeBytes() - config.retentionBytes();
        int count = 0;
        while (isRemovable(count, highWatermark) && surplus - log.segments.get(count).sizeBytes >= 0) {
            surplus -= log.segments.get(count).sizeBytes;
            count++;
        }
        return count;
    }

    private boolean isRemovable(int i, long highWatermark) {
        if (i >= log.segments.count() || endOf(i) > highWatermark) return false;
        boolean active = i == log.segments.count() - 1;
        // Of the active one nothing may be on its way to the file.
        return !active || (log.segments.get(i).sizeBytes > 0 && log.assigned == log.written);
    }

    private long endOf(int i) {
        return i + 1 < log.segments.count() ? log.segments.get(i + 1).baseOffset : log.assigned;
    }

    private void remove(int count, long nowMs) {
        if (count == log.segments.count()) log.appender().roll(nowMs);
        List<Segment> gone = new ArrayList<>(count);
        for (int i = 0; i < count; i++) gone.add(log.segments.removeFirst());
        Segment first = log.segments.first();
        if (first.baseOffset > log.logStart) log.startAt(first.baseOffset);
        DeleteSegmentsTask removal = new DeleteSegmentsTask(log, gone, first);
        log.checkpointing().commitLogStart(() -> log.submit(removal));
    }

    /** Of a segment from before a restart the newest timestamp is in its index file. */
    private void askForSummary(Segment segment, long highWatermark) {
        SegmentSummaries summaries = log.checkpointing().summaries();
        if (summaries.isReading()) return;
        // There may be a thousand more of them behind this one.
        summaries.read(segment, false, () -> log.maintain(log.services.io().nowMs(), highWatermark));
    }
}
