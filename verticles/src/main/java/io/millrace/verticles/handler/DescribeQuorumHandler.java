package io.millrace.verticles.handler;

import io.millrace.membership.QuorumDescription;
import io.millrace.membership.QuorumDescription.Replica;
import io.millrace.membership.controller.DescribeQuorum;
import io.millrace.membership.controller.TopicNames;
import io.millrace.protocol.Errors;
import io.millrace.protocol.KafkaIds;
import io.millrace.verticles.config.NodeConfig;
import io.millrace.verticles.node.Node;
import java.util.List;
import java.util.function.LongSupplier;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DescribeQuorumRequestData;
import org.apache.kafka.common.message.DescribeQuorumResponseData;
import org.apache.kafka.common.message.DescribeQuorumResponseData.Listener;
import org.apache.kafka.common.message.DescribeQuorumResponseData.ListenerCollection;
import org.apache.kafka.common.message.DescribeQuorumResponseData.NodeCollection;
import org.apache.kafka.common.message.DescribeQuorumResponseData.PartitionData;
import org.apache.kafka.common.message.DescribeQuorumResponseData.ReplicaState;
import org.apache.kafka.common.message.DescribeQuorumResponseData.TopicData;

/**
 * DescribeQuorum: who leads the metadata quorum, who votes, who only follows, and how far each is (KIP-595, KIP-836). The
 * address of a voter is that of its event bus.
 *
 * <p>Thread: the connection's event loop.
 */
public final class DescribeQuorumHandler implements ApiHandler<DescribeQuorumRequestData> {
    private static final String BUS = "BUS";
    private static final short FIRST_WITH_NODES = 2;

    private final Node node;
    private final List<NodeConfig.Voter> voters;
    private final LongSupplier wallClockMs;

    /** @param wallClockMs what clients compare times with */
    public DescribeQuorumHandler(Node node, List<NodeConfig.Voter> voters, LongSupplier wallClockMs) {
        this.node = node;
        this.voters = voters;
        this.wallClockMs = wallClockMs;
    }

    @Override
    public void handle(DescribeQuorumRequestData request, RequestContext context) {
        if (!isAboutTheMetadataLog(request)) {
            refuse(request, context);
            return;
        }
        ControllerCalls.submit(node.controller(), new DescribeQuorum(), ControllerCalls.DEFAULT_TIMEOUT_MS, context)
                .onComplete(done -> {
                    if (done.succeeded()) {
                        context.respond(told(done.result(), context.version()));
                    } else {
                        Errors error = ControllerErrors.toKafka(done.cause());
                        context.error(error.code());
                        context.respond(new DescribeQuorumResponseData()
                                .setErrorCode(error.code())
                                .setErrorMessage(done.cause().getMessage()));
                    }
                });
    }

    private static boolean isAboutTheMetadataLog(DescribeQuorumRequestData request) {
        return request.topics().size() == 1
                && request.topics().get(0).topicName().equals(TopicNames.METADATA_TOPIC)
                && request.topics().get(0).partitions().size() == 1
                && request.topics().get(0).partitions().get(0).partitionIndex() == 0;
    }

    private static void refuse(DescribeQuorumRequestData request, RequestContext context) {
        Errors error = Errors.UNKNOWN_TOPIC_OR_PARTITION;
        context.error(error.code());
        DescribeQuorumResponseData response = new DescribeQuorumResponseData();
        request.topics().forEach(topic -> response.topics()
                .add(new TopicData()
                        .setTopicName(topic.topicName())
                        .setPartitions(topic.partitions().stream()
                                .map(partition -> new PartitionData()
                                        .setPartitionIndex(partition.partitionIndex())
                                        .setErrorCode(error.code())
                                        .setErrorMessage(error.message()))
                                .toList())));
        context.respond(response);
    }

    private DescribeQuorumResponseData told(QuorumDescription quorum, short version) {
        long nowMs = wallClockMs.getAsLong();
        PartitionData partition = new PartitionData()
                .setPartitionIndex(0)
                .setErrorMessage(null)
                .setLeaderId(quorum.leaderId())
                .setLeaderEpoch(quorum.epoch())
                .setHighWatermark(quorum.highWatermark())
                .setCurrentVoters(quorum.voters().stream()
                        .map(replica -> state(replica, nowMs, version))
                        .toList())
                .setObservers(quorum.observers().stream()
                        .map(replica -> state(replica, nowMs, version))
                        .toList());
        DescribeQuorumResponseData response = new DescribeQuorumResponseData()
                .setErrorMessage(null)
                .setTopics(List.of(
                        new TopicData().setTopicName(TopicNames.METADATA_TOPIC).setPartitions(List.of(partition))));
        if (version >= FIRST_WITH_NODES) {
            response.setNodes(nodes());
        }
        return response;
    }

    private static ReplicaState state(Replica replica, long nowMs, short version) {
        ReplicaState state = new ReplicaState()
                .setReplicaId(replica.nodeId())
                .setLogEndOffset(replica.endOffset())
                .setLastFetchTimestamp(at(replica.sinceFetchMs(), nowMs))
                .setLastCaughtUpTimestamp(at(replica.sinceCaughtUpMs(), nowMs));
        if (version >= FIRST_WITH_NODES) {
            state.setReplicaDirectoryId(
                    replica.directoryId() == null ? Uuid.ZERO_UUID : KafkaIds.toKafka(replica.directoryId()));
        }
        return state;
    }

    private static long at(long sinceMs, long nowMs) {
        return sinceMs == QuorumDescription.NEVER ? -1 : nowMs - sinceMs;
    }

    private NodeCollection nodes() {
        NodeCollection nodes = new NodeCollection(voters.size());
        for (NodeConfig.Voter voter : voters) {
            ListenerCollection listeners = new ListenerCollection(1);
            listeners.add(new Listener()
                    .setName(BUS)
                    .setHost(voter.address().host())
                    .setPort(voter.address().port()));
            nodes.add(new DescribeQuorumResponseData.Node()
                    .setNodeId(voter.nodeId())
                    .setListeners(listeners));
        }
        return nodes;
    }
}
