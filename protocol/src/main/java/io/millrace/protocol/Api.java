package io.millrace.protocol;

import org.apache.kafka.common.message.AddRaftVoterRequestData;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DescribeAclsRequestData;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeQuorumRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.ListConfigResourcesRequestData;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.RemoveRaftVoterRequestData;
import org.apache.kafka.common.message.SaslHandshakeRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * The APIs of Kafka's protocol that are served: their keys, and from which version on their headers are flexible (KIP-482).
 *
 * <p>kafka-clients has all this too ({@code ApiMessageType}, {@code ApiKeys}), but whoever touches that loads the schemas of every
 * message of the protocol: a quarter of a start without a class archive. Here a message is loaded by its first request.
 * {@code ApiTest} holds the two against each other.
 *
 * <p>Thread: any; immutable.
 */
public enum Api {
    PRODUCE(0, "Produce", 9),
    FETCH(1, "Fetch", 12),
    LIST_OFFSETS(2, "ListOffsets", 6),
    METADATA(3, "Metadata", 9),
    OFFSET_COMMIT(8, "OffsetCommit", 8),
    OFFSET_FETCH(9, "OffsetFetch", 6),
    FIND_COORDINATOR(10, "FindCoordinator", 3),
    JOIN_GROUP(11, "JoinGroup", 6),
    HEARTBEAT(12, "Heartbeat", 4),
    LEAVE_GROUP(13, "LeaveGroup", 4),
    SYNC_GROUP(14, "SyncGroup", 4),
    DESCRIBE_GROUPS(15, "DescribeGroups", 5),
    LIST_GROUPS(16, "ListGroups", 3),
    SASL_HANDSHAKE(17, "SaslHandshake", Api.NEVER),
    API_VERSIONS(18, "ApiVersions", 3),
    CREATE_TOPICS(19, "CreateTopics", 5),
    DELETE_TOPICS(20, "DeleteTopics", 4),
    DELETE_RECORDS(21, "DeleteRecords", 2),
    INIT_PRODUCER_ID(22, "InitProducerId", 2),
    OFFSET_FOR_LEADER_EPOCH(23, "OffsetForLeaderEpoch", 4),
    DESCRIBE_ACLS(29, "DescribeAcls", 2),
    DESCRIBE_CONFIGS(32, "DescribeConfigs", 4),
    ALTER_CONFIGS(33, "AlterConfigs", 2),
    ALTER_REPLICA_LOG_DIRS(34, "AlterReplicaLogDirs", 2),
    DESCRIBE_LOG_DIRS(35, "DescribeLogDirs", 2),
    CREATE_PARTITIONS(37, "CreatePartitions", 2),
    DELETE_GROUPS(42, "DeleteGroups", 2),
    ELECT_LEADERS(43, "ElectLeaders", 2),
    INCREMENTAL_ALTER_CONFIGS(44, "IncrementalAlterConfigs", 1),
    ALTER_PARTITION_REASSIGNMENTS(45, "AlterPartitionReassignments", 0),
    LIST_PARTITION_REASSIGNMENTS(46, "ListPartitionReassignments", 0),
    OFFSET_DELETE(47, "OffsetDelete", Api.NEVER),
    DESCRIBE_CLIENT_QUOTAS(48, "DescribeClientQuotas", 1),
    DESCRIBE_USER_SCRAM_CREDENTIALS(50, "DescribeUserScramCredentials", 0),
    DESCRIBE_QUORUM(55, "DescribeQuorum", 0),
    DESCRIBE_CLUSTER(60, "DescribeCluster", 0),
    DESCRIBE_PRODUCERS(61, "DescribeProducers", 0),
    UNREGISTER_BROKER(64, "UnregisterBroker", 0),
    LIST_CONFIG_RESOURCES(74, "ListConfigResources", 0),
    DESCRIBE_TOPIC_PARTITIONS(75, "DescribeTopicPartitions", 0),
    ADD_RAFT_VOTER(80, "AddRaftVoter", 0),
    REMOVE_RAFT_VOTER(81, "RemoveRaftVoter", 0);

    private static final short NEVER = Short.MAX_VALUE;

    private final short key;
    private final String title;
    private final short firstFlexible;

    Api(int key, String title, int firstFlexible) {
        this.key = (short) key;
        this.title = title;
        this.firstFlexible = (short) firstFlexible;
    }

    /** What stands in the header of its requests. */
    public short key() {
        return key;
    }

    /** Its name in Kafka's documentation: {@code ListOffsets}. */
    public String title() {
        return title;
    }

    /** The name of the API with this key; {@code Unknown} when none is served under it. */
    public static String titleOf(int key) {
        for (Api api : values()) {
            if (api.key == key) {
                return api.title;
            }
        }
        return "Unknown";
    }

    short requestHeaderVersion(short version) {
        return (short) (version >= firstFlexible ? 2 : 1);
    }

    /** ApiVersions always gets header v0: its sender does not know yet what the broker can do (KIP-511). */
    short responseHeaderVersion(short version) {
        return (short) (version >= firstFlexible && this != API_VERSIONS ? 1 : 0);
    }

    /** An empty request of kafka-clients' class. */
    ApiMessage newRequest() {
        return switch (this) {
            case PRODUCE -> new ProduceRequestData();
            case FETCH -> new FetchRequestData();
            case LIST_OFFSETS -> new ListOffsetsRequestData();
            case METADATA -> new MetadataRequestData();
            case OFFSET_COMMIT -> new OffsetCommitRequestData();
            case OFFSET_FETCH -> new OffsetFetchRequestData();
            case FIND_COORDINATOR -> new FindCoordinatorRequestData();
            case JOIN_GROUP -> new JoinGroupRequestData();
            case HEARTBEAT -> new HeartbeatRequestData();
            case LEAVE_GROUP -> new LeaveGroupRequestData();
            case SYNC_GROUP -> new SyncGroupRequestData();
            case DESCRIBE_GROUPS -> new DescribeGroupsRequestData();
            case LIST_GROUPS -> new ListGroupsRequestData();
            case SASL_HANDSHAKE -> new SaslHandshakeRequestData();
            case API_VERSIONS -> new ApiVersionsRequestData();
            case CREATE_TOPICS -> new CreateTopicsRequestData();
            case DELETE_TOPICS -> new DeleteTopicsRequestData();
            case DELETE_RECORDS -> new DeleteRecordsRequestData();
            case INIT_PRODUCER_ID -> new InitProducerIdRequestData();
            case OFFSET_FOR_LEADER_EPOCH -> new OffsetForLeaderEpochRequestData();
            case DESCRIBE_ACLS -> new DescribeAclsRequestData();
            case DESCRIBE_CONFIGS -> new DescribeConfigsRequestData();
            case ALTER_CONFIGS -> new AlterConfigsRequestData();
            case ALTER_REPLICA_LOG_DIRS -> new AlterReplicaLogDirsRequestData();
            case DESCRIBE_LOG_DIRS -> new DescribeLogDirsRequestData();
            case CREATE_PARTITIONS -> new CreatePartitionsRequestData();
            case DELETE_GROUPS -> new DeleteGroupsRequestData();
            case ELECT_LEADERS -> new ElectLeadersRequestData();
            case INCREMENTAL_ALTER_CONFIGS -> new IncrementalAlterConfigsRequestData();
            case ALTER_PARTITION_REASSIGNMENTS -> new AlterPartitionReassignmentsRequestData();
            case LIST_PARTITION_REASSIGNMENTS -> new ListPartitionReassignmentsRequestData();
            case OFFSET_DELETE -> new OffsetDeleteRequestData();
            case DESCRIBE_CLIENT_QUOTAS -> new DescribeClientQuotasRequestData();
            case DESCRIBE_USER_SCRAM_CREDENTIALS -> new DescribeUserScramCredentialsRequestData();
            case DESCRIBE_QUORUM -> new DescribeQuorumRequestData();
            case DESCRIBE_CLUSTER -> new DescribeClusterRequestData();
            case DESCRIBE_PRODUCERS -> new DescribeProducersRequestData();
            case UNREGISTER_BROKER -> new UnregisterBrokerRequestData();
            case LIST_CONFIG_RESOURCES -> new ListConfigResourcesRequestData();
            case DESCRIBE_TOPIC_PARTITIONS -> new DescribeTopicPartitionsRequestData();
            case ADD_RAFT_VOTER -> new AddRaftVoterRequestData();
            case REMOVE_RAFT_VOTER -> new RemoveRaftVoterRequestData();
        };
    }
}
