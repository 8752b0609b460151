package io.millrace.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.junit.jupiter.api.Test;

/** The one list of what is served. */
class ApiRegistryTest {
    private final ApiRegistry registry = ApiRegistry.standard(ApiRegistry.DEFAULT_SOCKET_REQUEST_MAX_BYTES);

    @Test
    void everyVersionThatIsAdvertisedIsServedExceptProduceBelow3() {
        for (ApiVersion advertised : registry.advertised()) {
            ApiSpec spec = registry.spec(advertised.apiKey());
            for (short v = advertised.minVersion(); v <= advertised.maxVersion(); v++) {
                boolean oldProduce = spec.api() == Api.PRODUCE && v < 3;
                assertThat(spec.serves(v)).as("%s v%d", spec.name(), v).isEqualTo(!oldProduce);
            }
            assertThat(spec.serves((short) (advertised.maxVersion() + 1))).isFalse();
            assertThat(spec.serves((short) -1)).isFalse();
        }
        assertThat(registry.advertised()).hasSize(42);
        assertThat(registry.advertised().find(Api.PRODUCE.key()).minVersion()).isZero();
    }

    @Test
    void onlyProduceReachesTheLargestFrame() {
        assertThat(registry.maxFrameBytes()).isEqualTo(100 << 20);
        for (ApiSpec spec : registry.specs()) {
            if (spec.api() != Api.PRODUCE) {
                assertThat(spec.maxFrameBytes()).as(spec.name()).isLessThanOrEqualTo(4 << 20);
            }
        }
    }

    @Test
    void aSmallerSocketLimitHoldsForAll() {
        for (ApiSpec spec : ApiRegistry.standard(50_000).specs()) {
            assertThat(spec.maxFrameBytes()).isLessThanOrEqualTo(50_000);
        }
    }

    @Test
    void keysThatAreNotServedHaveNoSpec() {
        for (int key : new int[] {-1, 4, 36, 76, 94, Short.MAX_VALUE, Short.MIN_VALUE}) {
            assertThat(registry.spec((short) key)).as("key %d", key).isNull();
        }
    }

    @Test
    void theSupportTableHasARowPerApi() {
        assertThat(registry.supportTable().lines())
                .hasSize(2 + 42)
                .contains("| 0 | Produce | 3-13 (advertised 0-13) | 102400 KiB |")
                .contains("| 75 | DescribeTopicPartitions | 0 | 2048 KiB |");
    }
}
