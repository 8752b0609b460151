package io.millrace.verticles.coordinator;

import io.millrace.verticles.group.GroupCounts;
import io.millrace.verticles.group.GroupProgress;
import java.util.ArrayList;
import java.util.List;

/**
 * What the coordinators of one shard have to say to the metrics.
 *
 * <p>Thread: the shard's while it is filled, then whoever it is given to.
 */
public final class GroupReport {
    private final List<GroupCounts> counts = new ArrayList<>();
    private final List<GroupProgress> progress = new ArrayList<>();
    private int offsetsLeft;

    /** Has room for so many offsets; what is beyond stays untold. */
    GroupReport(int mostOffsets) {
        this.offsetsLeft = mostOffsets;
    }

    void add(GroupCounts ofPartition, List<GroupProgress> ofGroups) {
        counts.add(ofPartition);
        progress.addAll(ofGroups);
        ofGroups.forEach(group -> offsetsLeft -= group.offsets().size());
    }

    int offsetsLeft() {
        return offsetsLeft;
    }

    /** One per partition. */
    public List<GroupCounts> counts() {
        return counts;
    }

    public List<GroupProgress> progress() {
        return progress;
    }
}
