package io.millrace.verticles.handler;

import io.millrace.membership.image.MetadataImage;
import io.millrace.protocol.Api;
import io.millrace.protocol.ApiRegistry;
import io.millrace.protocol.fetch.FetchRequest;
import io.millrace.protocol.fetch.FetchRequestDecoder;
import io.millrace.protocol.produce.ProduceRequest;
import io.millrace.protocol.produce.ProduceRequestDecoder;
import io.millrace.verticles.listener.RequestDispatcher;
import io.millrace.verticles.listener.RequestDispatcher.BodyDecoder;
import io.millrace.verticles.node.Node;

/**
 * The table of handlers: every API that the registry advertises, and who serves it.
 *
 * <p>Thread: the one that assembles the node.
 */
public final class KafkaApis {
    private KafkaApis() {}

    /** Gives every API its handler; throws when one has none. */
    public static void serve(Node node, RequestDispatcher dispatcher) {
        int sessionSlots = node.configs().brokerInt(MetadataImage.EMPTY, "max.incremental.fetch.session.cache.slots");
        ApiVersionsHandler versions = new ApiVersionsHandler(node, dispatcher.registry());
        dispatcher
                .serve(Api.API_VERSIONS, versions)
                .serveUnsupportedApiVersions(versions::handleUnsupported)
                .serve(Api.FIND_COORDINATOR, new FindCoordinatorHandler(node))
                .serve(Api.METADATA, new MetadataHandler(node))
                .serve(Api.INIT_PRODUCER_ID, new InitProducerIdHandler(node))
                .serve(Api.PRODUCE, produce(dispatcher.registry()), new ProduceHandler(node))
                .serveDetached(Api.FETCH, fetch(dispatcher.registry()), new FetchHandler(node, sessionSlots))
                .serve(Api.LIST_OFFSETS, new ListOffsetsHandler(node))
                .serve(Api.OFFSET_FOR_LEADER_EPOCH, new OffsetForLeaderEpochHandler(node))
                .serve(Api.DELETE_RECORDS, new DeleteRecordsHandler(node))
                .serve(Api.ALTER_REPLICA_LOG_DIRS, new AlterReplicaLogDirsHandler(node))
                .serve(Api.DESCRIBE_LOG_DIRS, new DescribeLogDirsHandler(node))
                .serve(Api.DESCRIBE_PRODUCERS, new DescribeProducersHandler(node));
        serveGroups(node, dispatcher);
        serveAdministration(node, dispatcher);
        dispatcher.checkComplete();
    }

    private static void serveGroups(Node node, RequestDispatcher dispatcher) {
        dispatcher
                // These may wait for minutes, and keep nothing of the frame.
                .serveDetached(Api.JOIN_GROUP, new JoinGroupHandler(node))
                .serveDetached(Api.SYNC_GROUP, new SyncGroupHandler(node))
                .serve(Api.HEARTBEAT, new HeartbeatHandler(node))
                .serve(Api.LEAVE_GROUP, new LeaveGroupHandler(node))
                .serve(Api.OFFSET_COMMIT, new OffsetCommitHandler(node))
                .serve(Api.OFFSET_FETCH, new OffsetFetchHandler(node))
                .serve(Api.OFFSET_DELETE, new OffsetDeleteHandler(node))
                .serve(Api.DESCRIBE_GROUPS, new DescribeGroupsHandler(node))
                .serve(Api.LIST_GROUPS, new ListGroupsHandler(node))
                .serve(Api.DELETE_GROUPS, new DeleteGroupsHandler(node));
    }

    /** Its records are slices of the frame. */
    private static BodyDecoder<ProduceRequest> produce(ApiRegistry registry) {
        ProduceRequestDecoder decoder = new ProduceRequestDecoder(registry.spec(Api.PRODUCE.key()));
        return (body, version, account) -> {
            ProduceRequest request = decoder.decode(version, body);
            account.charge(request.heapBytes());
            return request;
        };
    }

    private static BodyDecoder<FetchRequest> fetch(ApiRegistry registry) {
        FetchRequestDecoder decoder = new FetchRequestDecoder(registry.spec(Api.FETCH.key()));
        return (body, version, account) -> {
            FetchRequest request = decoder.decode(version, body);
            account.charge(request.heapBytes());
            return request;
        };
    }

    private static void serveAdministration(Node node, RequestDispatcher dispatcher) {
        dispatcher
                .serve(Api.CREATE_TOPICS, new CreateTopicsHandler(node))
                .serve(Api.DELETE_TOPICS, new DeleteTopicsHandler(node))
                .serve(Api.CREATE_PARTITIONS, new CreatePartitionsHandler(node))
                .serve(Api.DESCRIBE_TOPIC_PARTITIONS, new DescribeTopicPartitionsHandler(node))
                .serve(Api.DESCRIBE_CLUSTER, new DescribeClusterHandler(node))
                .serve(
                        Api.DESCRIBE_QUORUM,
                        new DescribeQuorumHandler(node, node.config().cluster().voters(), System::currentTimeMillis))
                .serve(Api.ADD_RAFT_VOTER, new AddRaftVoterHandler(node))
                .serve(Api.REMOVE_RAFT_VOTER, new RemoveRaftVoterHandler(node))
                .serve(Api.UNREGISTER_BROKER, new UnregisterBrokerHandler(node))
                .serve(Api.ELECT_LEADERS, new ElectLeadersHandler(node))
                .serve(Api.ALTER_PARTITION_REASSIGNMENTS, new AlterPartitionReassignmentsHandler(node))
                .serve(Api.LIST_PARTITION_REASSIGNMENTS, new ListPartitionReassignmentsHandler(node))
                .serve(Api.DESCRIBE_CONFIGS, new DescribeConfigsHandler(node))
                .serve(Api.ALTER_CONFIGS, new AlterConfigsHandler(node))
                .serve(Api.INCREMENTAL_ALTER_CONFIGS, new IncrementalAlterConfigsHandler(node))
                .serve(Api.LIST_CONFIG_RESOURCES, new ListConfigResourcesHandler(node))
                .serve(Api.SASL_HANDSHAKE, new SaslHandshakeHandler())
                .serve(Api.DESCRIBE_ACLS, new DescribeAclsHandler())
                .serve(Api.DESCRIBE_CLIENT_QUOTAS, new DescribeClientQuotasHandler())
                .serve(Api.DESCRIBE_USER_SCRAM_CREDENTIALS, new DescribeUserScramCredentialsHandler());
    }
}
