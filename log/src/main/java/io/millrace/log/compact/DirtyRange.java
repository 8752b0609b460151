package io.millrace.log.compact;

import java.util.List;

/**
 * Which part of a log may be compacted, and whether it is due, by KAFKA's rules: whole segments below the active one and
 * below everything that may still change; due when the dirty part is larger than {@code min.cleanable.dirty.ratio} of
 * clean and dirty together, or when its oldest record waits longer than {@code max.compaction.lag.ms}; nothing younger
 * than {@code min.compaction.lag.ms}.
 *
 * <p>Thread: any (immutable).
 *
 * @param firstDirty the first offset that no pass has taken in
 * @param end the base offset of the first segment that may not be touched
 * @param overdueMs by how much the longest lag is exceeded, 0 when it is not
 */
public record DirtyRange(
        long firstDirty, long end, long cleanBytes, long dirtyBytes, long overdueMs, double minDirtyRatio) {
    /**
     * @param segments all of the log, the active one last
     * @param stableEnd nothing at or beyond it may be touched: high watermark, last stable offset, durable end
     */
    public static DirtyRange of(
            List<SegmentFacts> segments, long firstDirtyKnown, long stableEnd, CompactionRule rule, long nowMs) {
        long start = segments.get(0).baseOffset();
        SegmentFacts active = segments.get(segments.size() - 1);
        boolean known = firstDirtyKnown >= start && firstDirtyKnown <= active.baseOffset();
        long firstDirty = known ? firstDirtyKnown : start;
        long end = start;
        long clean = 0;
        long dirty = 0;
        long oldest = Long.MAX_VALUE;
        for (int i = 0; i + 1 < segments.size(); i++) {
            SegmentFacts segment = segments.get(i);
            boolean isDirty = segment.endOffset() > firstDirty;
            boolean stays = segment.endOffset() > stableEnd
                    || (isDirty && rule.minLagMs() > 0 && segment.maxTimestamp() > nowMs - rule.minLagMs());
            if (stays) break;
            end = segment.endOffset();
            if (isDirty) {
                dirty += segment.sizeBytes();
                if (segment.firstTimestamp() >= 0) oldest = Math.min(oldest, segment.firstTimestamp());
            } else {
                clean += segment.sizeBytes();
            }
        }
        boolean late = oldest != Long.MAX_VALUE && rule.maxLagMs() < nowMs - oldest;
        long overdue = late ? nowMs - oldest - rule.maxLagMs() : 0;
        return new DirtyRange(firstDirty, end, clean, dirty, overdue, rule.minDirtyRatio());
    }

    public double ratio() {
        return dirtyBytes == 0 ? 0 : (double) dirtyBytes / (cleanBytes + dirtyBytes);
    }

    public boolean isDue() {
        return dirtyBytes > 0 && end > firstDirty && (overdueMs > 0 || ratio() > minDirtyRatio);
    }
}
