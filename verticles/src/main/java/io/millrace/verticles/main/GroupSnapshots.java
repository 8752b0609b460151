package io.millrace.verticles.main;

import io.millrace.verticles.coordinator.GroupReport;
import io.millrace.verticles.group.GroupCounts;
import io.millrace.verticles.group.GroupProgress;
import io.millrace.verticles.metrics.NodeSnapshot.GroupSnapshot;
import io.millrace.verticles.metrics.NodeSnapshot.GroupsSnapshot;
import io.millrace.verticles.metrics.NodeSnapshot.OffsetSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Puts what the coordinators of all shards report into the words of the metrics.
 *
 * <p>Thread: any.
 */
final class GroupSnapshots {
    private GroupSnapshots() {}

    static GroupsSnapshot of(List<GroupReport> reports) {
        Map<String, Integer> states = new TreeMap<>();
        int offsets = 0;
        List<GroupSnapshot> each = new ArrayList<>();
        for (GroupReport report : reports) {
            for (GroupCounts counts : report.counts()) {
                states.merge("preparingrebalance", counts.preparingRebalance(), Integer::sum);
                states.merge("completingrebalance", counts.completingRebalance(), Integer::sum);
                states.merge("stable", counts.stable(), Integer::sum);
                states.merge("empty", counts.empty(), Integer::sum);
                offsets += counts.offsets();
            }
            report.progress().forEach(group -> each.add(group(group)));
        }
        return new GroupsSnapshot(states, offsets, each);
    }

    private static GroupSnapshot group(GroupProgress group) {
        return new GroupSnapshot(
                group.groupId(),
                group.members(),
                group.offsets().stream()
                        .map(one -> new OffsetSnapshot(one.topic(), one.partition(), one.offset()))
                        .toList());
    }
}
