package io.millrace.log.segment;

import io.millrace.log.io.LaneTask;

/**
 * Takes back, on the writer and before the first append behind it, what the checkpoint says of a log whose folder was lost.
 *
 * <p>Thread: as {@link LaneTask}.
 */
final class ForgetCheckpointTask extends LaneTask {
    private final SegmentedLog log;

    ForgetCheckpointTask(SegmentedLog log) {
        super(log.lane());
        this.log = log;
    }

    @Override
    protected void onWriter() {
        log.services.checkpoints().forget(log.id);
    }
}
