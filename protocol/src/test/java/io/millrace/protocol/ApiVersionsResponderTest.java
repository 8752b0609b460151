package io.millrace.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.ApiVersionsResponder.Answer;
import io.millrace.protocol.ApiVersionsResponder.Features;
import io.millrace.protocol.ApiVersionsResponder.SupportedFeature;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.Map;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules of the one request that comes before anything is agreed. */
class ApiVersionsResponderTest {
    private static final Features FEATURES = new Features(
            Map.of(
                    "metadata.version", new SupportedFeature((short) 7, (short) 31),
                    "group.version", new SupportedFeature((short) 0, (short) 1)),
            12,
            Map.of("metadata.version", (short) 31, "group.version", (short) 0));

    private final ApiRegistry registry = ApiRegistry.standard(1 << 20);
    private final ApiVersionsResponder responder = new ApiVersionsResponder(registry);

    private static ApiVersionsRequestData request() {
        return new ApiVersionsRequestData().setClientSoftwareName("a-client.x").setClientSoftwareVersion("1.0");
    }

    private ApiVersionsResponseData answer(int version, ApiVersionsRequestData request) {
        Answer answer = responder.answer((short) version, request, FEATURES, "cluster", 1);
        assertThat(answer.bodyVersion()).isEqualTo((short) version);
        return answer.body();
    }

    @Test
    void anUnknownVersionIsAnsweredInV0WithItsOwnEntryOnly() {
        Answer answer = responder.unsupportedVersion();
        ByteBuf frame = new MessageCodec(registry)
                .encodeResponse(
                        UnpooledByteBufAllocator.DEFAULT,
                        5,
                        ApiMessageType.API_VERSIONS.apiKey(),
                        answer.bodyVersion(),
                        answer.body());

        // length, correlation id, error 35, one entry: key 18, versions 0 to 5
        assertThat(ByteBufUtil.hexDump(frame))
                .isEqualTo("00000010" + "00000005" + "0023" + "00000001" + "0012" + "0000" + "0005");
    }

    @Test
    void responseHeaderIsV0EvenWhereTheBodyIsFlexible() {
        assertThat(registry.spec((short) 18).responseHeaderVersion((short) 5)).isZero();
        assertThat(registry.spec((short) 3).responseHeaderVersion((short) 13)).isEqualTo((short) 1);
    }

    @Test
    void featuresWithMinimum0AreLeftOutBelowV4() {
        assertThat(answer(3, request()).supportedFeatures()).hasSize(1);
        assertThat(answer(3, request()).supportedFeatures().find("group.version"))
                .isNull();
        assertThat(answer(4, request()).supportedFeatures()).hasSize(2);
    }

    @Test
    void finalizedFeaturesComeWithTheirEpoch() {
        ApiVersionsResponseData body = answer(4, request());

        assertThat(body.finalizedFeaturesEpoch()).isEqualTo(12);
        assertThat(body.finalizedFeatures()).hasSize(1);
        assertThat(body.finalizedFeatures().find("metadata.version").maxVersionLevel())
                .isEqualTo((short) 31);
    }

    @Test
    void anUnknownEpochMeansNoFinalizedFeature() {
        Features unknown = new Features(FEATURES.supported(), -1, FEATURES.finalized());

        ApiVersionsResponseData body =
                responder.answer((short) 4, request(), unknown, "cluster", 1).body();

        assertThat(body.finalizedFeaturesEpoch()).isEqualTo(-1);
        assertThat(body.finalizedFeatures()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "-a", "a-", "a b", "a/b", "ä"})
    void illegalSoftwareNamesAreAnInvalidRequest(String illegal) {
        assertThat(answer(3, request().setClientSoftwareName(illegal)).errorCode())
                .isEqualTo(Errors.INVALID_REQUEST.code());
        assertThat(answer(5, request().setClientSoftwareVersion(illegal)).errorCode())
                .isEqualTo(Errors.INVALID_REQUEST.code());
        assertThat(answer(0, request().setClientSoftwareName(illegal)).errorCode())
                .isZero();
    }

    @Test
    void aClientThatMeantAnotherClusterOrNodeMustBootstrapAgain() {
        assertThat(answer(5, request().setClusterId("cluster").setNodeId(1)).errorCode())
                .isZero();
        assertThat(answer(5, request().setClusterId("other").setNodeId(1)).errorCode())
                .isEqualTo(Errors.REBOOTSTRAP_REQUIRED.code());
        assertThat(answer(5, request().setClusterId("cluster").setNodeId(2)).errorCode())
                .isEqualTo(Errors.REBOOTSTRAP_REQUIRED.code());
    }

    @Test
    void clusterIdAndNodeIdComeTogetherOrNotAtAll() {
        assertThat(answer(5, request().setClusterId("cluster")).errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
        assertThat(answer(5, request().setNodeId(1)).errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
    }
}
