package io.millrace.verticles.metrics;

import io.millrace.membership.image.PartitionImage;
import io.millrace.membership.image.TopicImage;
import io.millrace.verticles.metrics.NodeSnapshot.LogSnapshot;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/**
 * One series per partition: Kafka's log and partition names, and those of kafka_exporter, which Grafana's board 7589 shows.
 *
 * <p>A partition's state in the cluster is shown by its leader only, so that sums over nodes are right.
 *
 * <p>Thread: one scrape at a time.
 */
final class PartitionSeries {
    /** A replica here that leads, beside what the cluster has decided about its partition. */
    private record Led(LogSnapshot log, PartitionImage partition) {
        boolean isUnderReplicated() {
            return partition.isr().length < partition.replicas().length;
        }

        int neededInSync() {
            return Math.min(log.minIsr(), partition.replicas().length);
        }
    }

    private PartitionSeries() {}

    static void write(MetricsText text, NodeSnapshot node, int maxPartitions) {
        List<Led> led = node.logs().stream()
                .filter(LogSnapshot::leader)
                .map(log -> new Led(log, partition(node, log)))
                .filter(pair -> pair.partition() != null)
                .toList();
        writeCounts(text, node, led);
        boolean shown = node.logs().size() <= maxPartitions;
        text.singleGauge(
                "millrace_partition_series_left_out",
                "1 when this node has more partitions than http.partition.series.max and shows none one by one.",
                shown ? 0 : 1);
        if (shown) {
            writeLogs(text, node.logs());
            writeLed(text, led);
        }
        writeTopics(text, node, maxPartitions);
    }

    private static PartitionImage partition(NodeSnapshot node, LogSnapshot log) {
        TopicImage topic = node.image().topic(log.topic());
        return topic == null ? null : topic.partition(log.partition());
    }

    private static void writeCounts(MetricsText text, NodeSnapshot node, List<Led> led) {
        String prefix = "kafka_server_replicamanager_";
        text.singleGauge(
                prefix + "partitioncount", "Replicas on this node.", node.logs().size());
        text.singleGauge(prefix + "leadercount", "Partitions that this node leads.", led.size());
        text.singleGauge(
                prefix + "underreplicatedpartitions",
                "Led partitions with a replica out of sync.",
                led.stream().filter(Led::isUnderReplicated).count());
        text.singleGauge(
                prefix + "underminisrpartitioncount",
                "Led partitions that refuse acks=all.",
                led.stream()
                        .filter(one -> one.partition().isr().length < one.neededInSync())
                        .count());
        text.singleGauge(
                prefix + "atminisrpartitioncount",
                "Led partitions that one more lost replica makes refuse acks=all.",
                led.stream()
                        .filter(one -> one.partition().isr().length == one.neededInSync())
                        .count());
        text.singleGauge(
                prefix + "offlinereplicacount",
                "Replicas on data folders that are offline.",
                Math.max(
                        replicasOf(node, partition -> partition.isLostAt(node.brokerId())),
                        replicasOf(node, partition -> true) - node.logs().size()));
        text.singleGauge(
                prefix + "reassigningpartitions",
                "Led partitions that are being moved.",
                led.stream().filter(one -> one.partition().isReassigning()).count());
        text.singleGauge(
                prefix + "produceridcount",
                "Producers whose last batches are remembered, summed over partitions.",
                node.logs().stream().mapToInt(LogSnapshot::producers).sum());
        text.singleGauge(
                "kafka_server_replicafetchermanager_maxlag",
                "The most records that a follower on this node lacks.",
                node.logs().stream().mapToLong(LogSnapshot::lag).max().orElse(0));
        text.singleGauge(prefix + "partitionswithlatetransactionscount", "0: there are no transactions yet.", 0);
    }

    private static long replicasOf(NodeSnapshot node, Predicate<PartitionImage> such) {
        return node.image().topics().stream()
                .flatMap(topic -> topic.partitions().stream())
                .filter(partition -> partition.isReplica(node.brokerId()) && such.test(partition))
                .count();
    }

    private static void writeLogs(MetricsText text, List<LogSnapshot> logs) {
        log(text, logs, "kafka_log_log_size", "Bytes of segment files.", LogSnapshot::sizeBytes);
        log(text, logs, "kafka_log_log_logendoffset", "The next offset to be written.", LogSnapshot::logEndOffset);
        log(text, logs, "kafka_log_log_logstartoffset", "The oldest offset.", LogSnapshot::logStartOffset);
        log(text, logs, "kafka_log_log_numlogsegments", "Segments.", LogSnapshot::segments);
        log(
                text,
                logs,
                "kafka_cluster_partition_laststableoffsetlag",
                "Records that readers of committed transactions do not see yet.",
                one -> one.highWatermark() - one.lastStableOffset());
    }

    private static void log(
            MetricsText text, List<LogSnapshot> logs, String name, String help, ToDoubleFunction<LogSnapshot> value) {
        text.gauge(name, help);
        for (LogSnapshot log : logs) {
            text.sample(name, value.applyAsDouble(log), "topic", log.topic(), "partition", "" + log.partition());
        }
    }

    private static void writeLed(MetricsText text, List<Led> led) {
        String kafka = "kafka_cluster_partition_";
        led(text, led, kafka + "replicascount", "Replicas.", one -> one.partition()
                .replicas()
                .length);
        led(text, led, kafka + "insyncreplicascount", "Replicas in sync.", one -> one.partition()
                .isr()
                .length);
        led(
                text,
                led,
                kafka + "underreplicated",
                "1 when a replica is out of sync.",
                one -> bit(one.isUnderReplicated()));
        led(
                text,
                led,
                kafka + "underminisr",
                "1 when acks=all is refused.",
                one -> bit(one.partition().isr().length < one.neededInSync()));
        led(
                text,
                led,
                kafka + "atminisr",
                "1 when one more lost replica makes acks=all refused.",
                one -> bit(one.partition().isr().length == one.neededInSync()));
        String exporter = "kafka_topic_partition_";
        led(text, led, exporter + "current_offset", "The high watermark.", one -> one.log()
                .highWatermark());
        led(text, led, exporter + "oldest_offset", "The oldest offset.", one -> one.log()
                .logStartOffset());
        led(text, led, exporter + "in_sync_replica", "Replicas in sync.", one -> one.partition()
                .isr()
                .length);
        led(text, led, exporter + "leader", "The leader's broker id.", one -> one.partition()
                .leader());
        led(
                text,
                led,
                exporter + "leader_is_preferred",
                "1 when the first replica leads.",
                one -> bit(one.partition().leader() == one.partition().preferredLeader()));
        led(text, led, exporter + "replicas", "Replicas.", one -> one.partition()
                .replicas()
                .length);
        led(
                text,
                led,
                exporter + "under_replicated_partition",
                "1 when a replica is out of sync.",
                one -> bit(one.isUnderReplicated()));
    }

    private static void led(MetricsText text, List<Led> led, String name, String help, ToDoubleFunction<Led> value) {
        text.gauge(name, help);
        for (Led one : led) {
            text.sample(
                    name,
                    value.applyAsDouble(one),
                    "topic",
                    one.log().topic(),
                    "partition",
                    "" + one.log().partition());
        }
    }

    private static void writeTopics(MetricsText text, NodeSnapshot node, int maxPartitions) {
        text.gauge("kafka_topic_partitions", "Partitions of a topic, shown by the leader of its first one.");
        if (node.image().topicCount() > maxPartitions) {
            return;
        }
        for (TopicImage topic : node.image().topics()) {
            PartitionImage first = topic.partition(0);
            if (first != null && first.leader() == node.brokerId()) {
                text.sample("kafka_topic_partitions", topic.partitionCount(), "topic", topic.name());
            }
        }
    }

    private static int bit(boolean set) {
        return set ? 1 : 0;
    }
}
