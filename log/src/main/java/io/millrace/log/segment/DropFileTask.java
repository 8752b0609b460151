package io.millrace.log.segment;

import io.millrace.log.io.LaneTask;
import java.io.IOException;

/**
 * Removes what a segment that never got a whole batch may have left: an empty file. Thread: as {@link LaneTask}.
 */
final class DropFileTask extends LaneTask {
    private final SegmentedLog log;
    private final Segment segment;

    DropFileTask(SegmentedLog log, Segment segment) {
        super(log.lane());
        this.log = log;
        this.segment = segment;
    }

    @Override
    protected void onWriter() throws IOException {
        if (log.services.health().isOffline()) return;
        log.services.openFiles().forget(segment.target);
        lane().noteGone(segment.target);
        log.services.disk().delete(segment.target.path());
    }
}
