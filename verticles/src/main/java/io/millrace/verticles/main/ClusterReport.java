package io.millrace.verticles.main;

import io.millrace.membership.QuorumDescription;
import io.millrace.membership.controller.DescribeQuorum;
import io.millrace.membership.image.BrokerImage;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.image.PartitionImage;
import io.millrace.membership.image.TopicImage;
import io.millrace.verticles.node.Node;
import io.vertx.core.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * The cluster in a few lines for a person: who is in it, who decides, how far its voters are behind, what lacks replicas.
 *
 * <p>All but the voters' lag is this node's own knowledge; that is the controller's, wherever it is.
 *
 * <p>Thread: any.
 */
final class ClusterReport {
    private static final long CONTROLLER_MS = 2_000;
    private static final String OBSERVER = "observer";
    /** Said of a node whose vote belongs to another disk of it. */
    private static final String EMPTIED = ", cannot vote: its data folder is not the one that it voted with\n";

    private ClusterReport() {}

    /** Never fails: what cannot be found out is said to be unknown. */
    static Future<String> of(Node node) {
        MetadataImage image = node.image();
        return node.controller()
                .submit(new DescribeQuorum())
                .timeout(CONTROLLER_MS, TimeUnit.MILLISECONDS)
                .map(ClusterReport::quorum)
                .otherwise("no controller answers: what follows is what this node knew last\n")
                .map(quorum -> "cluster " + node.clusterId() + ", seen by node " + node.brokerId() + "\n" + quorum
                        + brokers(image) + partitions(image));
    }

    private static String quorum(QuorumDescription quorum) {
        return "controller " + quorum.leaderId() + ", epoch " + quorum.epoch() + ", committed to "
                + quorum.highWatermark() + "\n" + replicas("voter", quorum, quorum.voters())
                + replicas(OBSERVER, quorum, quorum.observers());
    }

    private static String replicas(
            String role, QuorumDescription quorum, Iterable<QuorumDescription.Replica> replicas) {
        long end = quorum.voters().stream()
                .filter(voter -> voter.nodeId() == quorum.leaderId())
                .mapToLong(QuorumDescription.Replica::endOffset)
                .findFirst()
                .orElse(quorum.highWatermark());
        StringBuilder lines = new StringBuilder();
        for (QuorumDescription.Replica replica : replicas) {
            lines.append(role).append(' ').append(replica.nodeId());
            if (replica.endOffset() < 0) {
                lines.append(" has not been heard of\n");
            } else {
                lines.append(" lags by ")
                        .append(Math.max(0, end - replica.endOffset()))
                        .append(role.equals(OBSERVER) && isVoter(replica, quorum) ? EMPTIED : "\n");
            }
        }
        return lines.toString();
    }

    private static boolean isVoter(QuorumDescription.Replica replica, QuorumDescription quorum) {
        return quorum.voters().stream().anyMatch(voter -> voter.nodeId() == replica.nodeId());
    }

    private static String brokers(MetadataImage image) {
        return image.brokers().values().stream()
                .map(broker -> "broker " + broker.id() + " " + state(broker)
                        + broker.listeners().stream()
                                .map(one -> ", " + one.name() + " " + one.host() + ":" + one.port())
                                .collect(Collectors.joining())
                        + "\n")
                .collect(Collectors.joining());
    }

    private static String state(BrokerImage broker) {
        if (broker.fenced()) {
            return "fenced";
        }
        return broker.inControlledShutdown() ? "leaving" : "active";
    }

    private static String partitions(MetadataImage image) {
        int all = 0;
        int lacking = 0;
        int leaderless = 0;
        for (TopicImage topic : image.topics()) {
            for (PartitionImage partition : topic.partitions()) {
                all++;
                lacking += partition.isr().length < partition.replicas().length ? 1 : 0;
                leaderless += partition.hasLeader() ? 0 : 1;
            }
        }
        return "partitions " + all + ", under-replicated " + lacking + ", without a leader " + leaderless + "\n";
    }
}
