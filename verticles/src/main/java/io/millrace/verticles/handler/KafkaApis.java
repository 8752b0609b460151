package io.millrace.verticles.handler;

import io.millrace.membership.image.MetadataImage;
import io.millrace.protocol.ApiRegistry;
import io.millrace.protocol.fetch.FetchRequest;
import io.millrace.protocol.fetch.FetchRequestDecoder;
import io.millrace.protocol.produce.ProduceRequest;
import io.millrace.protocol.produce.ProduceRequestDecoder;
import io.millrace.verticles.listener.RequestDispatcher;
import io.millrace.verticles.listener.RequestDispatcher.BodyDecoder;
import io.millrace.verticles.node.Node;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * The table of handlers: every API that the registry advertises, and who serves it.
 *
 * <p>Thread: the one that assembles the node.
 */
public final class KafkaApis {
    private KafkaApis() {}

    /** Gives every API its handler. */
    public static void serve(Node node, RequestDispatcher dispatcher) {
        int sessionSlots = node.configs().brokerInt(MetadataImage.EMPTY, "max.incremental.fetch.session.cache.slots");
        ApiVersionsHandler versions = new ApiVersionsHandler(node, dispatcher.registry());
        dispatcher
                .serve(ApiKeys.API_VERSIONS, versions)
                .serveUnsupportedApiVersions(versions::handleUnsupported)
                .serve(ApiKeys.FIND_COORDINATOR, new FindCoordinatorHandler(node))
                .serve(ApiKeys.METADATA, new MetadataHandler(node))
                .serve(ApiKeys.INIT_PRODUCER_ID, new InitProducerIdHandler(node))
                .serve(ApiKeys.PRODUCE, produce(dispatcher.registry()), new ProduceHandler(node))
                .serveDetached(ApiKeys.FETCH, fetch(dispatcher.registry()), new FetchHandler(node, sessionSlots))
                .serve(ApiKeys.LIST_OFFSETS, new ListOffsetsHandler(node))
                .serve(ApiKeys.OFFSET_FOR_LEADER_EPOCH, new OffsetForLeaderEpochHandler(node))
                .serve(ApiKeys.DELETE_RECORDS, new DeleteRecordsHandler(node))
                .serve(ApiKeys.ALTER_REPLICA_LOG_DIRS, new AlterReplicaLogDirsHandler(node))
                .serve(ApiKeys.DESCRIBE_LOG_DIRS, new DescribeLogDirsHandler(node))
                .serve(ApiKeys.DESCRIBE_PRODUCERS, new DescribeProducersHandler(node));
        serveGroups(node, dispatcher);
        serveAdministration(node, dispatcher);
    }

    private static void serveGroups(Node node, RequestDispatcher dispatcher) {
        dispatcher
                // These may wait for minutes, and keep nothing of the frame.
                .serveDetached(ApiKeys.JOIN_GROUP, new JoinGroupHandler(node))
                .serveDetached(ApiKeys.SYNC_GROUP, new SyncGroupHandler(node))
                .serve(ApiKeys.HEARTBEAT, new HeartbeatHandler(node))
                .serve(ApiKeys.LEAVE_GROUP, new LeaveGroupHandler(node))
                .serve(ApiKeys.OFFSET_COMMIT, new OffsetCommitHandler(node))
                .serve(ApiKeys.OFFSET_FETCH, new OffsetFetchHandler(node))
                .serve(ApiKeys.OFFSET_DELETE, new OffsetDeleteHandler(node))
                .serve(ApiKeys.DESCRIBE_GROUPS, new DescribeGroupsHandler(node))
                .serve(ApiKeys.LIST_GROUPS, new ListGroupsHandler(node))
                .serve(ApiKeys.DELETE_GROUPS, new DeleteGroupsHandler(node));
    }

    /** Its records are slices of the frame. */
    private static BodyDecoder<ProduceRequest> produce(ApiRegistry registry) {
        ProduceRequestDecoder decoder = new ProduceRequestDecoder(registry.spec(ApiKeys.PRODUCE.id));
        return (body, version, account) -> {
            ProduceRequest request = decoder.decode(version, body);
            account.charge(request.heapBytes());
            return request;
        };
    }

    private static BodyDecoder<FetchRequest> fetch(ApiRegistry registry) {
        FetchRequestDecoder decoder = new FetchRequestDecoder(registry.spec(ApiKeys.FETCH.id));
        return (body, version, account) -> {
            FetchRequest request = decoder.decode(version, body);
            account.charge(request.heapBytes());
            return request;
        };
    }

    private static void serveAdministration(Node node, RequestDispatcher dispatcher) {
        dispatcher
                .serve(ApiKeys.CREATE_TOPICS, new CreateTopicsHandler(node))
                .serve(ApiKeys.DELETE_TOPICS, new DeleteTopicsHandler(node))
                .serve(ApiKeys.CREATE_PARTITIONS, new CreatePartitionsHandler(node))
                .serve(ApiKeys.DESCRIBE_TOPIC_PARTITIONS, new DescribeTopicPartitionsHandler(node))
                .serve(ApiKeys.DESCRIBE_CLUSTER, new DescribeClusterHandler(node))
                .serve(
                        ApiKeys.DESCRIBE_QUORUM,
                        new DescribeQuorumHandler(node, node.config().cluster().voters(), System::currentTimeMillis))
                .serve(ApiKeys.UNREGISTER_BROKER, new UnregisterBrokerHandler(node))
                .serve(ApiKeys.ELECT_LEADERS, new ElectLeadersHandler(node))
                .serve(ApiKeys.ALTER_PARTITION_REASSIGNMENTS, new AlterPartitionReassignmentsHandler(node))
                .serve(ApiKeys.LIST_PARTITION_REASSIGNMENTS, new ListPartitionReassignmentsHandler(node))
                .serve(ApiKeys.DESCRIBE_CONFIGS, new DescribeConfigsHandler(node))
                .serve(ApiKeys.ALTER_CONFIGS, new AlterConfigsHandler(node))
                .serve(ApiKeys.INCREMENTAL_ALTER_CONFIGS, new IncrementalAlterConfigsHandler(node))
                .serve(ApiKeys.LIST_CONFIG_RESOURCES, new ListConfigResourcesHandler(node))
                .serve(ApiKeys.DESCRIBE_ACLS, new DescribeAclsHandler())
                .serve(ApiKeys.DESCRIBE_CLIENT_QUOTAS, new DescribeClientQuotasHandler())
                .serve(ApiKeys.DESCRIBE_USER_SCRAM_CREDENTIALS, new DescribeUserScramCredentialsHandler());
    }
}
