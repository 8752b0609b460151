package io.millrace.verticles.metrics;

import io.millrace.verticles.metrics.NodeSnapshot.GroupSnapshot;
import io.millrace.verticles.metrics.NodeSnapshot.LogSnapshot;
import io.millrace.verticles.metrics.NodeSnapshot.OffsetSnapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Consumer groups: how many there are in which state, what they have committed, and how far behind they are, under the names
 * of Kafka's coordinator and of kafka_exporter (Grafana's board 7589).
 *
 * <p>Only the coordinator shows a group, so that sums over nodes are right. How far behind is shown of the partitions that have a replica
 * here, whoever leads them: a follower's high watermark is the leader's as of its last fetch. Of others it is not known here, and the sum
 * of such a topic is left out.
 *
 * <p>Thread: one scrape at a time.
 */
final class GroupSeries {
    private static final List<String> STATES =
            List.of("preparingrebalance", "completingrebalance", "stable", "empty", "dead");
    private static final String EXPORTER = "kafka_consumergroup_";

    /** One committed offset and how far that is behind; not known of a partition without a replica here. */
    private record Row(String group, OffsetSnapshot offset, long lag, double secondsBehind) {
        private static final long NOT_KNOWN = -1;

        boolean isKnown() {
            return lag != NOT_KNOWN;
        }

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
            ends.merge(new Place(log.topic(), log.partition()), log.highWatermark(), Math::max);
        }
        List<Row> rows = new ArrayList<>();
        for (GroupSnapshot group : node.groups().each()) {
            for (OffsetSnapshot offset : group.offsets()) {
                Long end = ends.get(new Place(offset.topic(), offset.partition()));
                rows.add(
                        end == null
                                ? new Row(group.group(), offset, Row.NOT_KNOWN, 0)
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
            if (row.isKnown()) {
                text.sample(EXPORTER + "lag", row.lag(), row.labels());
            }
        }
        text.gauge(
                EXPORTER + "lag_seconds",
                "Age of the next record that a group will read, or more; from earlier scrapes.");
        for (Row row : rows) {
            if (row.isKnown()) {
                text.sample(EXPORTER + "lag_seconds", row.secondsBehind(), row.labels());
            }
        }
        Map<Reading, Long> offsets = new LinkedHashMap<>();
        Map<Reading, Long> lags = new LinkedHashMap<>();
        Set<Reading> partlyKnown = new HashSet<>();
        for (Row row : rows) {
            Reading reading = new Reading(row.group(), row.offset().topic());
            offsets.merge(reading, row.offset().committed(), Long::sum);
            lags.merge(reading, row.lag(), Long::sum);
            if (!row.isKnown()) {
                partlyKnown.add(reading);
            }
        }
        lags.keySet().removeAll(partlyKnown);
        writeSums(text, offsets, "current_offset_sum", "What a group has committed, over the partitions of a topic.");
        writeSums(text, lags, "lag_sum", "Records that a group has not read, over the partitions of a topic.");
    }

    private static void writeSums(MetricsText text, Map<Reading, Long> sums, String name, String help) {
        text.gauge(EXPORTER + name, help);
        sums.forEach((reading, sum) ->
                text.sample(EXPORTER + name, sum, "consumergroup", reading.group(), "topic", reading.topic()));
    }
}
