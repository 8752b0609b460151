package io.millrace.protocol;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.message.AddRaftVoterRequestData;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.protocol.types.Schema;

/**
 * Which lists of which requests kafka-clients turns into hash collections, and by which fields they are hashed.
 *
 * <p>Thread: any; immutable.
 */
final class KeyedLists {
    private static final Map<Api, Map<String, List<String>>> BY_API = Map.ofEntries(
            Map.entry(
                    Api.CREATE_TOPICS,
                    Map.of(
                            "/topics", List.of("name"),
                            "/topics/assignments", List.of("partition_index"),
                            "/topics/configs", List.of("name"))),
            Map.entry(Api.CREATE_PARTITIONS, Map.of("/topics", List.of("name"))),
            Map.entry(
                    Api.ALTER_CONFIGS,
                    Map.of(
                            "/resources", List.of("resource_type", "resource_name"),
                            "/resources/configs", List.of("name"))),
            Map.entry(
                    Api.INCREMENTAL_ALTER_CONFIGS,
                    Map.of(
                            "/resources", List.of("resource_type", "resource_name"),
                            "/resources/configs", List.of("name", "config_operation"))),
            Map.entry(Api.OFFSET_FOR_LEADER_EPOCH, Map.of("/topics", List.of("topic"))),
            Map.entry(Api.ALTER_REPLICA_LOG_DIRS, Map.of("/dirs", List.of("path"), "/dirs/topics", List.of("name"))),
            Map.entry(Api.DESCRIBE_LOG_DIRS, Map.of("/topics", List.of("topic"))),
            Map.entry(Api.JOIN_GROUP, Map.of("/protocols", List.of("name"))),
            Map.entry(Api.OFFSET_DELETE, Map.of("/topics", List.of("name"))),
            Map.entry(Api.ELECT_LEADERS, Map.of("/topic_partitions", List.of("topic"))),
            Map.entry(Api.ADD_RAFT_VOTER, Map.of("/listeners", List.of("name"))),
            Map.entry(Api.DESCRIBE_PRODUCERS, Map.of("/topics", List.of("name"))));

    private static final Map<Api, WirePlan[]> PLANS = new ConcurrentHashMap<>();

    private KeyedLists() {}

    /** Key fields by the path of their list; empty when the request has no such list. */
    static Map<String, List<String>> of(Api api) {
        return BY_API.getOrDefault(api, Map.of());
    }

    /** How to walk a request that has such lists, made with the first of its API; null for others. */
    static WirePlan plan(Api api, short version) {
        if (!BY_API.containsKey(api)) {
            return null;
        }
        WirePlan[] versions = PLANS.get(api);
        return (versions == null ? PLANS.computeIfAbsent(api, KeyedLists::plans) : versions)[version];
    }

    private static WirePlan[] plans(Api api) {
        Schema[] schemas = schemas(api);
        WirePlan[] versions = new WirePlan[schemas.length];
        for (int v = 0; v < versions.length; v++) {
            versions[v] = schemas[v] == null ? null : WirePlan.of(schemas[v], of(api));
        }
        return versions;
    }

    /** By version; null for those that kafka-clients does not know any more. */
    private static Schema[] schemas(Api api) {
        return switch (api) {
            case CREATE_TOPICS -> CreateTopicsRequestData.SCHEMAS;
            case CREATE_PARTITIONS -> CreatePartitionsRequestData.SCHEMAS;
            case ALTER_CONFIGS -> AlterConfigsRequestData.SCHEMAS;
            case INCREMENTAL_ALTER_CONFIGS -> IncrementalAlterConfigsRequestData.SCHEMAS;
            case OFFSET_FOR_LEADER_EPOCH -> OffsetForLeaderEpochRequestData.SCHEMAS;
            case ALTER_REPLICA_LOG_DIRS -> AlterReplicaLogDirsRequestData.SCHEMAS;
            case DESCRIBE_LOG_DIRS -> DescribeLogDirsRequestData.SCHEMAS;
            case JOIN_GROUP -> JoinGroupRequestData.SCHEMAS;
            case OFFSET_DELETE -> OffsetDeleteRequestData.SCHEMAS;
            case ELECT_LEADERS -> ElectLeadersRequestData.SCHEMAS;
            case ADD_RAFT_VOTER -> AddRaftVoterRequestData.SCHEMAS;
            case DESCRIBE_PRODUCERS -> DescribeProducersRequestData.SCHEMAS;
            default -> throw new IllegalArgumentException(api + " has no keyed lists");
        };
    }
}
