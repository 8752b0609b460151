package io.millrace.protocol;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersionCollection;

/**
 * Every API that is served, with its versions and bounds: ApiVersions, dispatch and the table in the docs are all made
 * from here, so they cannot disagree.
 *
 * <p>Thread: any; immutable.
 */
public final class ApiRegistry {
    /** Kafka's default of {@code socket.request.max.bytes}: the largest Produce. */
    public static final int DEFAULT_SOCKET_REQUEST_MAX_BYTES = 100 << 20;

    /**
     * A few strings of at most 32,767 bytes each (client id, transactional id, software name and version) and numbers.
     */
    static final int FEW_STRINGS_FRAME_BYTES = 160 << 10;

    static final int FEW_STRINGS_FIELDS = 1_000;

    /**
     * Lists of topics: 15,000 topics with names of 100 bytes plus what belongs to each; Kafka's own tools name far fewer
     * in one request, and ask for all topics with an empty list.
     */
    static final int TOPIC_LIST_FRAME_BYTES = 2 << 20;

    static final int TOPIC_LIST_FIELDS = 150_000;

    /**
     * Lists of partitions at 30 to 60 bytes each: one request may name every one of 50,000 partitions, which is this
     * broker's own measure of a large node.
     */
    static final int PARTITION_LIST_FRAME_BYTES = 4 << 20;

    static final int PARTITION_LIST_FIELDS = 400_000;

    /**
     * Requests whose lists become hash collections keyed by name (topics with configs and assignments, altered configs,
     * epochs by topic): 12,000 to 15,000 elements, more than Kafka's controller takes in one request. {@link ProbeBudget}
     * bounds what colliding keys cost.
     */
    static final int KEYED_LIST_FRAME_BYTES = 2 << 20;

    static final int KEYED_LIST_FIELDS = 60_000;

    /**
     * What members of groups send about themselves and to each other: a subscription that names what they own, and the
     * leader's assignment for all. 10,000 members, or 50,000 partitions at 40 bytes each under two protocols.
     */
    static final int GROUP_FRAME_BYTES = 4 << 20;

    static final int GROUP_FIELDS = 60_000;

    /**
     * The bound of a Produce is its partitions, since each carries a batch of at least 61 bytes; 300,000 fields are
     * about 75,000 partitions.
     */
    static final int PRODUCE_FIELDS = 300_000;

    /** Measured at worst: 39, for lists of empty names. */
    static final int HEAP_BYTES_PER_FIELD = 48;

    /** Measured at worst: 55, for topics with empty lists; the hash tables and the guard before them are part of it. */
    static final int KEYED_HEAP_BYTES_PER_FIELD = 72;

    private final ApiSpec[] byKey;
    private final List<ApiSpec> specs;

    private ApiRegistry(List<ApiSpec> specs) {
        this.specs = specs.stream().sorted(Comparator.comparing(ApiSpec::key)).toList();
        int highest = this.specs.get(this.specs.size() - 1).key();
        byKey = new ApiSpec[highest + 1];
        for (ApiSpec spec : specs) {
            if (byKey[spec.key()] != null) {
                throw new IllegalArgumentException(spec.name() + " is registered twice");
            }
            byKey[spec.key()] = spec;
        }
    }

    /** @param socketRequestMaxBytes {@code socket.request.max.bytes}: caps every API, and only Produce may reach it */
    public static ApiRegistry standard(int socketRequestMaxBytes) {
        return new ApiRegistry(List.of(
                new ApiSpec(
                        Api.PRODUCE,
                        (short) 0,
                        (short) 3,
                        (short) 13,
                        socketRequestMaxBytes,
                        PRODUCE_FIELDS,
                        HEAP_BYTES_PER_FIELD),
                partitions(Api.FETCH, 4, 18, socketRequestMaxBytes),
                partitions(Api.LIST_OFFSETS, 1, 11, socketRequestMaxBytes),
                topics(Api.METADATA, 0, 13, socketRequestMaxBytes),
                topics(Api.FIND_COORDINATOR, 0, 6, socketRequestMaxBytes),
                fewStrings(Api.API_VERSIONS, 0, 5, socketRequestMaxBytes),
                keyed(Api.CREATE_TOPICS, 2, 7, socketRequestMaxBytes),
                topics(Api.DELETE_TOPICS, 1, 6, socketRequestMaxBytes),
                partitions(Api.DELETE_RECORDS, 0, 2, socketRequestMaxBytes),
                fewStrings(Api.INIT_PRODUCER_ID, 0, 5, socketRequestMaxBytes),
                keyed(Api.OFFSET_FOR_LEADER_EPOCH, 2, 4, socketRequestMaxBytes),
                keyed(Api.DESCRIBE_CONFIGS, 1, 4, socketRequestMaxBytes),
                keyed(Api.ALTER_CONFIGS, 0, 2, socketRequestMaxBytes),
                keyed(Api.ALTER_REPLICA_LOG_DIRS, 1, 2, socketRequestMaxBytes),
                keyed(Api.DESCRIBE_LOG_DIRS, 1, 5, socketRequestMaxBytes),
                keyed(Api.CREATE_PARTITIONS, 0, 3, socketRequestMaxBytes),
                keyed(Api.INCREMENTAL_ALTER_CONFIGS, 0, 1, socketRequestMaxBytes),
                keyed(Api.ELECT_LEADERS, 0, 2, socketRequestMaxBytes),
                partitions(Api.ALTER_PARTITION_REASSIGNMENTS, 0, 1, socketRequestMaxBytes),
                fewStrings(Api.DESCRIBE_QUORUM, 0, 2, socketRequestMaxBytes),
                fewStrings(Api.UNREGISTER_BROKER, 0, 0, socketRequestMaxBytes),
                fewStrings(Api.ADD_RAFT_VOTER, 0, 1, socketRequestMaxBytes),
                fewStrings(Api.REMOVE_RAFT_VOTER, 0, 0, socketRequestMaxBytes),
                partitions(Api.LIST_PARTITION_REASSIGNMENTS, 0, 0, socketRequestMaxBytes),
                keyed(Api.DESCRIBE_PRODUCERS, 0, 0, socketRequestMaxBytes),
                fewStrings(Api.SASL_HANDSHAKE, 0, 1, socketRequestMaxBytes),
                fewStrings(Api.DESCRIBE_ACLS, 1, 3, socketRequestMaxBytes),
                fewStrings(Api.DESCRIBE_CLIENT_QUOTAS, 0, 1, socketRequestMaxBytes),
                topics(Api.DESCRIBE_USER_SCRAM_CREDENTIALS, 0, 0, socketRequestMaxBytes),
                partitions(Api.OFFSET_COMMIT, 2, 10, socketRequestMaxBytes),
                partitions(Api.OFFSET_FETCH, 1, 10, socketRequestMaxBytes),
                group(Api.JOIN_GROUP, 0, 9, socketRequestMaxBytes),
                fewStrings(Api.HEARTBEAT, 0, 4, socketRequestMaxBytes),
                topics(Api.LEAVE_GROUP, 0, 5, socketRequestMaxBytes),
                group(Api.SYNC_GROUP, 0, 5, socketRequestMaxBytes),
                topics(Api.DESCRIBE_GROUPS, 0, 6, socketRequestMaxBytes),
                fewStrings(Api.LIST_GROUPS, 0, 5, socketRequestMaxBytes),
                topics(Api.DELETE_GROUPS, 0, 3, socketRequestMaxBytes),
                keyed(Api.OFFSET_DELETE, 0, 0, socketRequestMaxBytes),
                fewStrings(Api.DESCRIBE_CLUSTER, 0, 2, socketRequestMaxBytes),
                fewStrings(Api.LIST_CONFIG_RESOURCES, 0, 1, socketRequestMaxBytes),
                topics(Api.DESCRIBE_TOPIC_PARTITIONS, 0, 0, socketRequestMaxBytes)));
    }

    private static ApiSpec fewStrings(Api api, int min, int max, int cap) {
        return spec(api, min, max, Math.min(cap, FEW_STRINGS_FRAME_BYTES), FEW_STRINGS_FIELDS, HEAP_BYTES_PER_FIELD);
    }

    private static ApiSpec topics(Api api, int min, int max, int cap) {
        return spec(api, min, max, Math.min(cap, TOPIC_LIST_FRAME_BYTES), TOPIC_LIST_FIELDS, HEAP_BYTES_PER_FIELD);
    }

    private static ApiSpec partitions(Api api, int min, int max, int cap) {
        return spec(
                api, min, max, Math.min(cap, PARTITION_LIST_FRAME_BYTES), PARTITION_LIST_FIELDS, HEAP_BYTES_PER_FIELD);
    }

    private static ApiSpec keyed(Api api, int min, int max, int cap) {
        return spec(
                api, min, max, Math.min(cap, KEYED_LIST_FRAME_BYTES), KEYED_LIST_FIELDS, KEYED_HEAP_BYTES_PER_FIELD);
    }

    private static ApiSpec group(Api api, int min, int max, int cap) {
        return spec(api, min, max, Math.min(cap, GROUP_FRAME_BYTES), GROUP_FIELDS, KEYED_HEAP_BYTES_PER_FIELD);
    }

    private static ApiSpec spec(Api api, int min, int max, int frameBytes, int fields, int heapPerField) {
        return new ApiSpec(api, (short) min, (short) min, (short) max, frameBytes, fields, heapPerField);
    }

    /** The API of this key, or null when it is not served. */
    public ApiSpec spec(short key) {
        return key >= 0 && key < byKey.length ? byKey[key] : null;
    }

    /** All served APIs by key. */
    public Collection<ApiSpec> specs() {
        return specs;
    }

    /** Largest frame of any API: what a length prefix may say before the API is known. */
    public int maxFrameBytes() {
        return specs.stream().mapToInt(ApiSpec::maxFrameBytes).max().orElseThrow();
    }

    /** What ApiVersions lists; a fresh collection, since Kafka's messages are mutable. */
    public ApiVersionCollection advertised() {
        ApiVersionCollection all = new ApiVersionCollection(specs.size());
        for (ApiSpec spec : specs) {
            all.add(advertised(spec));
        }
        return all;
    }

    static ApiVersion advertised(ApiSpec spec) {
        return new ApiVersion()
                .setApiKey(spec.key())
                .setMinVersion(spec.minAdvertised())
                .setMaxVersion(spec.max());
    }

    /** The support table of the docs, one row per API, ending with a line feed. */
    public String supportTable() {
        StringBuilder table =
                new StringBuilder("| key | API | versions | largest request |\n| --: | --- | --- | --: |\n");
        for (ApiSpec spec : specs) {
            table.append("| ")
                    .append(spec.key())
                    .append(" | ")
                    .append(spec.name())
                    .append(" | ");
            table.append(range(spec.minServed(), spec.max()));
            if (spec.minAdvertised() < spec.minServed()) {
                table.append(" (advertised ")
                        .append(range(spec.minAdvertised(), spec.max()))
                        .append(')');
            }
            table.append(" | ").append(spec.maxFrameBytes() >> 10).append(" KiB |\n");
        }
        return table.toString();
    }

    private static String range(short min, short max) {
        return min == max ? String.valueOf(min) : min + "-" + max;
    }

    @Override
    public String toString() {
        return "ApiRegistry" + Arrays.toString(specs.stream().map(ApiSpec::name).toArray());
    }
}
