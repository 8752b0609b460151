package io.millrace.log.io;

import java.util.ArrayList;
import java.util.List;

/**
 * Decides when the logs of a directory move their recovery points, so that a restart scans little: after so many bytes
 * written to the directory or so long after the first of them, never when idle. A log with little to scan waits longer,
 * because a sync per trickle would cost more than the scan.
 *
 * <p>Thread: the writer.
 */
public final class CheckpointPace {
    /** Below this a log waits for {@link #PATIENCE} times the usual time. */
    static final long WORTH_BYTES = 1 << 20;

    static final int PATIENCE = 6;

    private final long limitBytes;
    private final long limitMs;
    private final List<WriteLane> dirty = new ArrayList<>();
    private long bytesSince;
    private long dueMs = WriterWork.NOTHING_DUE;

    public CheckpointPace(long limitBytes, long limitMs) {
        this.limitBytes = limitBytes;
        this.limitMs = limitMs;
    }

    void wrote(WriteLane lane, long bytes, long nowMs) {
        if (!lane.inDirtyList) {
            lane.inDirtyList = true;
            lane.dirtyBytes = 0;
            lane.dirtySinceMs = nowMs;
            dirty.add(lane);
        }
        lane.dirtyBytes += bytes;
        bytesSince += bytes;
        if (dueMs == WriterWork.NOTHING_DUE) dueMs = nowMs + limitMs;
    }

    /** A recovered log whose tail is not known to be synced. */
    public void found(WriteLane lane, long bytes, long nowMs) {
        wrote(lane, bytes, nowMs);
    }

    /** @return when to ask again */
    long dueOrRun(long nowMs) {
        if (bytesSince < limitBytes && nowMs < dueMs) return dueMs;
        if (dirty.isEmpty()) {
            bytesSince = 0;
            dueMs = WriterWork.NOTHING_DUE;
            return dueMs;
        }
        bytesSince = 0;
        int kept = 0;
        for (int i = 0; i < dirty.size(); i++) {
            WriteLane lane = dirty.get(i);
            boolean patient = lane.dirtyBytes < WORTH_BYTES && nowMs - lane.dirtySinceMs < limitMs * PATIENCE;
            if (patient) {
                dirty.set(kept++, lane);
            } else {
                lane.inDirtyList = false;
                lane.owner.execute(lane.client::checkpointDue);
            }
        }
        dirty.subList(kept, dirty.size()).clear();
        dueMs = kept == 0 ? WriterWork.NOTHING_DUE : nowMs + limitMs;
        return dueMs;
    }
}
