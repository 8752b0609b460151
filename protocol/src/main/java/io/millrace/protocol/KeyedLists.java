package io.millrace.protocol;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.ApiMessageType;

/**
 * Which lists of which requests kafka-clients turns into hash collections, and by which fields they are hashed.
 *
 * <p>Thread: any; immutable.
 */
final class KeyedLists {
    private static final Map<ApiMessageType, Map<String, List<String>>> BY_API = Map.ofEntries(
            Map.entry(
                    ApiMessageType.CREATE_TOPICS,
                    Map.of(
                            "/topics", List.of("name"),
                            "/topics/assignments", List.of("partition_index"),
                            "/topics/configs", List.of("name"))),
            Map.entry(ApiMessageType.CREATE_PARTITIONS, Map.of("/topics", List.of("name"))),
            Map.entry(
                    ApiMessageType.ALTER_CONFIGS,
                    Map.of(
                            "/resources", List.of("resource_type", "resource_name"),
                            "/resources/configs", List.of("name"))),
            Map.entry(
                    ApiMessageType.INCREMENTAL_ALTER_CONFIGS,
                    Map.of(
                            "/resources", List.of("resource_type", "resource_name"),
                            "/resources/configs", List.of("name", "config_operation"))),
            Map.entry(ApiMessageType.OFFSET_FOR_LEADER_EPOCH, Map.of("/topics", List.of("topic"))),
            Map.entry(ApiMessageType.DESCRIBE_LOG_DIRS, Map.of("/topics", List.of("topic"))),
            Map.entry(ApiMessageType.JOIN_GROUP, Map.of("/protocols", List.of("name"))),
            Map.entry(ApiMessageType.OFFSET_DELETE, Map.of("/topics", List.of("name"))),
            Map.entry(ApiMessageType.ELECT_LEADERS, Map.of("/topic_partitions", List.of("topic"))),
            Map.entry(ApiMessageType.DESCRIBE_PRODUCERS, Map.of("/topics", List.of("name"))));

    private static final Map<ApiMessageType, WirePlan[]> PLANS = plans();

    private KeyedLists() {}

    /** Key fields by the path of their list; empty when the request has no such list. */
    static Map<String, List<String>> of(ApiMessageType type) {
        return BY_API.getOrDefault(type, Map.of());
    }

    /** How to walk a request that has such lists; null for others. */
    static WirePlan plan(ApiMessageType type, short version) {
        WirePlan[] versions = PLANS.get(type);
        return versions == null ? null : versions[version];
    }

    private static Map<ApiMessageType, WirePlan[]> plans() {
        Map<ApiMessageType, WirePlan[]> plans = new EnumMap<>(ApiMessageType.class);
        BY_API.forEach((type, lists) -> {
            WirePlan[] versions = new WirePlan[type.highestSupportedVersion(false) + 1];
            for (short v = type.lowestSupportedVersion(); v < versions.length; v++) {
                versions[v] = WirePlan.of(type.requestSchemas()[v], lists);
            }
            plans.put(type, versions);
        });
        return plans;
    }
}
