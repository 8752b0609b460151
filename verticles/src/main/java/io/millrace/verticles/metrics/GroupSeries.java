package io.millrace.verticles.metrics;

import io.millrace.verticles.metrics.NodeSnapshot.GroupSnapshot;
import io.millrace.verticles.metrics.NodeSnapshot.LogSnapshot;
import io.millrace.verticles.metrics.NodeSnapshot.OffsetSnapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Consumer groups: how many there are in which state, what they have committed, and how far behind they are, under the names
 * of Kafka's coordinator and of kafka_exporter (Grafana's board 7589).
 *
 * <p>Only the coordinator shows a group, so that sums over nodes are right. How far behind is shown where this node also
 * leads the partition.
 *
 * <p>Thread: one scrape at a time.
 */
final class GroupSeries {
    private static final List<String> STATES =
            List.of("preparingrebalance", "completingrebalance", "stable", "empty", "dead");
    private static final String EXPORTER = "kafka_consumergroup_";

    /** One committed offset and what is known of its partition; {@code lag} is -1 when it is led elsewhere. */
    private record Row(String group, OffsetSnapshot offset, long lag, OptionalDouble secondsBehind) {
        String[] labels() {
            return new String[] {
                "consumergroup", group, "topic", offset.topic(), "partition", Integer.toString(offset.partition())
            };
        }
    }

    private record Place(String topic, int partition) {}

    private record Reading(String group, String topic) {}

    private final LagTimes times = new LagTimes();

    void write(MetricsText text, NodeSnapshot node, int maxSeries, long nowMs) {
        writeStates(text, node);
        List<GroupSnapshot> groups = node.groups().each();
        boolean shown = groups.size() <= maxSeries && node.groups().offsets() <= maxSeries;
        text.singleGauge(
                "millrace_group_series_left_out",
                "1 when there are more groups or offsets here than http.partition.series.max and none is shown.",
                shown ? 0 : 1);
        if (!shown) {
            return;
        }
        text.gauge(EXPORTER + "members", "Members of a group.");
        groups.forEach(group -> text.sample(EXPORTER + "members", group.members(), "consumergroup", group.group()));
        writeRows(text, rows(node, nowMs));
    }

    private static void writeStates(MetricsText text, NodeSnapshot node) {
        String prefix = "kafka_coordinator_group_groupmetadatamanager_";
        text.singleGauge(
                prefix + "numgroups",
                "Groups that this node coordinates.",
                node.groups().states().values().stream()
                        .mapToInt(Integer::intValue)
                        .sum());
        for (String state : STATES) {
            text.singleGauge(
                    prefix + "numgroups" + state,
                    "Groups in this state.",
                    node.groups().states().getOrDefault(state, 0));
        }
        text.singleGauge(
                prefix + "numoffsets", "Committed offsets.", node.groups().offsets());
    }

    private List<Row> rows(NodeSnapshot node, long nowMs) {
        Map<Place, Long> ends = new HashMap<>();
        for (LogSnapshot log : node.logs()) {
            if (log.leader()) {
                ends.put(new Place(log.topic(), log.partition()), log.highWatermark());
            }
        }
        List<Row> rows = new ArrayList<>();
        for (GroupSnapshot group : node.groups().each()) {
            for (OffsetSnapshot offset : group.offsets()) {
                Long end = ends.get(new Place(offset.topic(), offset.partition()));
                rows.add(
                        end == null
                                ? new Row(group.group(), offset, -1, OptionalDouble.empty())
                                : new Row(
                                        group.group(),
                                        offset,
                                        Math.max(0, end - offset.committed()),
                                        times.secondsBehind(
                                                offset.topic(), offset.partition(), offset.committed(), end, nowMs)));
            }
        }
        times.forgetUnasked();
        return rows;
    }

    private static void writeRows(MetricsText text, List<Row> rows) {
        text.gauge(EXPORTER + "current_offset", "What a group has committed.");
        rows.forEach(
                row -> text.sample(EXPORTER + "current_offset", row.offset().committed(), row.labels()));
        text.gauge(EXPORTER + "lag", "Records that a group has not read.");
        for (Row row : rows) {
            if (row.lag() >= 0) {
                text.sample(EXPORTER + "lag", row.lag(), row.labels());
            }
        }
        text.gauge(EXPORTER + "lag_seconds", "Age of the next record that a group will read, from earlier scrapes.");
        for (Row row : rows) {
            if (row.secondsBehind().isPresent()) {
                text.sample(EXPORTER + "lag_seconds", row.secondsBehind().getAsDouble(), row.labels());
            }
        }
        Map<Reading, long[]> sums = new LinkedHashMap<>();
        for (Row row : rows) {
            long[] sum =
                    sums.computeIfAbsent(new Reading(row.group(), row.offset().topic()), reading -> new long[2]);
            sum[0] += row.offset().committed();
            sum[1] += Math.max(0, row.lag());
        }
        writeSums(text, sums, "current_offset_sum", "What a group has committed, over the partitions of a topic.", 0);
        writeSums(text, sums, "lag_sum", "Records that a group has not read, over the partitions of a topic.", 1);
    }

    private static void writeSums(MetricsText text, Map<Reading, long[]> sums, String name, String help, int which) {
        text.gauge(EXPORTER + name, help);
        sums.forEach((reading, sum) ->
                text.sample(EXPORTER + name, sum[which], "consumergroup", reading.group(), "topic", reading.topic()));
    }
}
