package io.millrace.log.segment;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;

/**
 * Learns the timestamps of segments from before a restart, for those who decide by age. Thread: the owner's; reads on the
 * read pool.
 */
final class SegmentTimes {
    private final SegmentedLog log;
    private boolean asked;

    SegmentTimes(SegmentedLog log) {
        this.log = log;
    }

    /** False when some have to be read first, which this sets going. */
    boolean areKnown() {
        if (asked) return false;
        List<Segment> unknown = new ArrayList<>();
        for (int i = 0; i + 1 < log.segments.count(); i++) {
            Segment segment = log.segments.get(i);
            if (!segment.summaryKnown || !segment.firstTimestampKnown) unknown.add(segment);
        }
        if (unknown.isEmpty()) return true;
        List<SegmentView> views = unknown.stream().map(Segment::view).toList();
        asked = log.services.io().read(() -> read(unknown, views));
        return false;
    }

    private void read(List<Segment> segments, List<SegmentView> views) {
        try {
            for (int i = 0; i < views.size(); i++) {
                SegmentView view = views.get(i);
                Segment segment = segments.get(i);
                LoadedIndex index = log.services.indexes().of(view);
                long first = firstTimestamp(view);
                log.owner.execute(() -> {
                    if (segment.writtenBytes != view.bytes()) return;
                    segment.setSummary(index.maxTimestamp(), index.maxTimestampBatch());
                    segment.firstTimestamp = first;
                    segment.firstTimestampKnown = true;
                });
            }
        } catch (NoSuchFileException e) {
            // Deleted meanwhile: the next look does not see it.
        } catch (IOException e) {
            log.services.health().failed("read of log " + log.id, e);
        } finally {
            log.owner.execute(() -> asked = false);
        }
    }

    private long firstTimestamp(SegmentView view) throws IOException {
        var file = log.services.openFiles().acquireForRead(view.file());
        try {
            HeaderWalk walk = new HeaderWalk(file, 0, view.bytes());
            return walk.next() ? walk.maxTimestamp() : Segment.NONE;
        } finally {
            file.release();
        }
    }
}
