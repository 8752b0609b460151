package io.millrace.log.segment;

import io.millrace.log.AbortedTransaction;
import io.millrace.log.LogConfig;
import io.millrace.log.compact.LastBatches;
import java.util.List;

/**
 * A log at the moment when a pass of compaction begins. Thread: any (not changed once made).
 *
 * @param segments those that may be touched, from the start of the log on
 * @param views of the same
 * @param firstDirty the first offset that no pass has taken in
 * @param end where the last of the segments ends
 */
record CleaningPlan(
        List<Segment> segments,
        List<SegmentView> views,
        long firstDirty,
        long end,
        LastBatches lastBatches,
        long[] epochStarts,
        List<AbortedTransaction> aborted,
        LogConfig config,
        long nowMs) {}
