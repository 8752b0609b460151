package io.millrace.verticles.metrics;

import io.millrace.membership.image.BrokerImage;
import io.millrace.membership.image.PartitionImage;
import io.millrace.membership.image.TopicImage;
import io.millrace.membership.record.Listener;
import io.millrace.verticles.metrics.NodeSnapshot.DirectorySnapshot;

/**
 * The cluster as this node knows it: controller, brokers, partitions without a leader; and this node's state and folders.
 *
 * <p>Thread: one scrape at a time.
 */
final class ClusterSeries {
    /** Kafka's broker states: running, and starting before the broker is unfenced. */
    private static final int RUNNING = 3;

    private static final int STARTING = 1;

    private ClusterSeries() {}

    static void write(MetricsText text, NodeSnapshot node) {
        boolean active = node.controllerId().orElse(-1) == node.brokerId();
        String controller = "kafka_controller_kafkacontroller_";
        text.singleGauge(controller + "activecontrollercount", "1 on the active controller.", active ? 1 : 0);
        text.singleGauge(
                controller + "globaltopiccount",
                "Topics, on the active controller.",
                active ? node.image().topicCount() : 0);
        text.singleGauge(
                controller + "globalpartitioncount",
                "Partitions, on the active controller.",
                active ? node.image().partitionCount() : 0);
        int offline = 0;
        int notPreferred = 0;
        for (TopicImage topic : node.image().topics()) {
            for (PartitionImage partition : topic.partitions()) {
                offline += partition.hasLeader() ? 0 : 1;
                notPreferred += partition.leader() == partition.preferredLeader() ? 0 : 1;
            }
        }
        text.singleGauge(controller + "offlinepartitionscount", "Partitions without a leader.", active ? offline : 0);
        text.singleGauge(
                controller + "preferredreplicaimbalancecount",
                "Partitions not led by their first replica.",
                active ? notPreferred : 0);
        long fenced = node.image().brokers().values().stream()
                .filter(BrokerImage::fenced)
                .count();
        long brokers = node.image().brokers().size();
        text.singleGauge(controller + "fencedbrokercount", "Registered brokers that may not lead.", fenced);
        text.singleGauge(controller + "activebrokercount", "Registered brokers that may lead.", brokers - fenced);
        text.singleCounter(
                "kafka_controller_controllerstats_uncleanleaderelections_total",
                "Leaders elected outside the in-sync replicas.",
                node.uncleanElections());
        text.singleGauge("kafka_brokers", "Brokers that are up.", brokers - fenced);
        text.gauge("kafka_broker_info", "1 for every registered broker.");
        for (BrokerImage broker : node.image().brokers().values()) {
            for (Listener listener : broker.listeners()) {
                text.sample(
                        "kafka_broker_info",
                        1,
                        "id",
                        Integer.toString(broker.id()),
                        "address",
                        listener.host() + ":" + listener.port());
            }
        }
        text.singleGauge(
                "kafka_server_kafkaserver_brokerstate",
                "3 when running, 1 while starting.",
                node.running() ? RUNNING : STARTING);
        writeQuorum(text, node);
        writeDirectories(text, node);
    }

    private static void writeQuorum(MetricsText text, NodeSnapshot node) {
        String quorum = "kafka_server_raftmetrics_";
        text.singleGauge(
                quorum + "current_leader",
                "The broker that leads the metadata quorum, -1 for none.",
                node.controllerId().orElse(-1));
        text.singleGauge(
                quorum + "current_epoch",
                "Leader epoch of the newest applied record.",
                node.image().highestEpoch());
        text.singleGauge(
                quorum + "high_watermark",
                "End of the committed metadata that this node has applied.",
                node.image().highestOffset() + 1);
    }

    private static void writeDirectories(MetricsText text, NodeSnapshot node) {
        text.singleGauge(
                "kafka_log_logmanager_offlinelogdirectorycount",
                "Data folders that failed.",
                node.directories().stream().filter(DirectorySnapshot::offline).count());
        text.gauge("kafka_log_logmanager_logdirectoryoffline", "1 when the folder failed.");
        for (DirectorySnapshot folder : node.directories()) {
            text.sample(
                    "kafka_log_logmanager_logdirectoryoffline",
                    folder.offline() ? 1 : 0,
                    "logDirectory",
                    folder.path());
        }
        text.gauge("millrace_storage_total_bytes", "Size of the folder's device.");
        for (DirectorySnapshot folder : node.directories()) {
            text.sample("millrace_storage_total_bytes", folder.totalBytes(), "directory", folder.path());
        }
        text.gauge("millrace_storage_free_bytes", "Free space on the folder's device.");
        for (DirectorySnapshot folder : node.directories()) {
            text.sample("millrace_storage_free_bytes", folder.usableBytes(), "directory", folder.path());
        }
    }
}
