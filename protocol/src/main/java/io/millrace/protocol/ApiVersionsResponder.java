package io.millrace.protocol;

import java.util.Map;
import java.util.regex.Pattern;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersionCollection;
import org.apache.kafka.common.message.ApiVersionsResponseData.FinalizedFeatureKey;
import org.apache.kafka.common.message.ApiVersionsResponseData.FinalizedFeatureKeyCollection;
import org.apache.kafka.common.message.ApiVersionsResponseData.SupportedFeatureKey;
import org.apache.kafka.common.message.ApiVersionsResponseData.SupportedFeatureKeyCollection;

/**
 * Decides what ApiVersions answers, with all the special rules of the one request that comes before anything is agreed.
 *
 * <p>Thread: any; stateless beside the registry.
 */
public final class ApiVersionsResponder {
    /** Kafka's own pattern for client software names and versions (KIP-511). */
    private static final Pattern SOFTWARE = Pattern.compile("[a-zA-Z0-9](?:[a-zA-Z0-9\\-.]*[a-zA-Z0-9])?");

    private static final short FIRST_WITH_SOFTWARE_NAME = 3;
    private static final short FIRST_WITH_MIN_FEATURE_0 = 4;
    private static final short FIRST_WITH_CLUSTER_CHECK = 5;

    /** Versions of a feature that this build can work with. */
    public record SupportedFeature(short min, short max) {}

    /**
     * Features as the cluster has them.
     *
     * @param finalizedEpoch -1 while unknown; then no finalized feature is sent
     * @param finalized level by name; a level of 0 is not sent, as Kafka does not
     */
    public record Features(
            Map<String, SupportedFeature> supported, long finalizedEpoch, Map<String, Short> finalized) {}

    /** The body and the version it must be encoded in, which is not that of the request when that is unknown. */
    public record Answer(short bodyVersion, ApiVersionsResponseData body) {}

    private final ApiRegistry registry;

    public ApiVersionsResponder(ApiRegistry registry) {
        this.registry = registry;
    }

    /** To a version that is not served: v0, error 35, and the one entry that says what to ask with (KIP-511). */
    public Answer unsupportedVersion() {
        ApiVersionCollection only = new ApiVersionCollection(1);
        only.add(ApiRegistry.advertised(registry.spec(Api.API_VERSIONS.key())));
        return new Answer(
                (short) 0,
                new ApiVersionsResponseData()
                        .setErrorCode(Errors.UNSUPPORTED_VERSION.code())
                        .setApiKeys(only));
    }

    /**
     * To a served version.
     *
     * @param clusterId of this cluster, as clients see it
     * @param nodeId of this broker
     */
    public Answer answer(
            short version, ApiVersionsRequestData request, Features features, String clusterId, int nodeId) {
        if (!valid(version, request)) {
            return error(version, Errors.INVALID_REQUEST);
        }
        if (version >= FIRST_WITH_CLUSTER_CHECK
                && request.clusterId() != null
                && (!request.clusterId().equals(clusterId) || request.nodeId() != nodeId)) {
            return error(version, Errors.REBOOTSTRAP_REQUIRED);
        }
        ApiVersionsResponseData body = new ApiVersionsResponseData().setApiKeys(registry.advertised());
        body.setSupportedFeatures(supported(version, features));
        if (features.finalizedEpoch() >= 0) {
            body.setFinalizedFeaturesEpoch(features.finalizedEpoch());
            body.setFinalizedFeatures(finalized(features));
        }
        return new Answer(version, body);
    }

    private static boolean valid(short version, ApiVersionsRequestData request) {
        // KIP-1242: the cluster and the node are given both or not at all.
        if (version >= FIRST_WITH_CLUSTER_CHECK && (request.clusterId() == null) != (request.nodeId() == -1)) {
            return false;
        }
        return version < FIRST_WITH_SOFTWARE_NAME
                || SOFTWARE.matcher(request.clientSoftwareName()).matches()
                        && SOFTWARE.matcher(request.clientSoftwareVersion()).matches();
    }

    private static Answer error(short version, Errors error) {
        return new Answer(version, new ApiVersionsResponseData().setErrorCode(error.code()));
    }

    /** Before v4 a feature whose lowest version is 0 breaks clients that cannot read it (KAFKA-17011). */
    private static SupportedFeatureKeyCollection supported(short version, Features features) {
        SupportedFeatureKeyCollection keys = new SupportedFeatureKeyCollection();
        features.supported().forEach((name, range) -> {
            if (version >= FIRST_WITH_MIN_FEATURE_0 || range.min() > 0) {
                keys.add(new SupportedFeatureKey()
                        .setName(name)
                        .setMinVersion(range.min())
                        .setMaxVersion(range.max()));
            }
        });
        return keys;
    }

    private static FinalizedFeatureKeyCollection finalized(Features features) {
        FinalizedFeatureKeyCollection keys = new FinalizedFeatureKeyCollection();
        features.finalized().forEach((name, level) -> {
            if (level > 0) {
                keys.add(new FinalizedFeatureKey()
                        .setName(name)
                        .setMinVersionLevel(level)
                        .setMaxVersionLevel(level));
            }
        });
        return keys;
    }
}
