package io.millrace.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.message.ApiMessageType;
import org.junit.jupiter.api.Test;

/** What is known here of each API is what kafka-clients knows of it. */
class ApiTest {
    private final ApiRegistry registry = ApiRegistry.standard(ApiRegistry.DEFAULT_SOCKET_REQUEST_MAX_BYTES);

    @Test
    void keysNamesHeadersAndMessagesAreThoseOfKafkaClients() {
        for (Api api : Api.values()) {
            ApiMessageType theirs = ApiMessageType.fromApiKey(api.key());

            assertThat(theirs.name()).isEqualTo(api.name());
            assertThat(theirs.name).isEqualTo(api.title());
            for (short v = 0; v <= theirs.highestSupportedVersion(true); v++) {
                assertThat(api.requestHeaderVersion(v)).as("%s v%d", api, v).isEqualTo(theirs.requestHeaderVersion(v));
                assertThat(api.responseHeaderVersion(v))
                        .as("%s v%d", api, v)
                        .isEqualTo(theirs.responseHeaderVersion(v));
            }
            assertThat(api.newRequest()).hasSameClassAs(theirs.newRequest());
        }
    }

    @Test
    void everyApiIsServed() {
        assertThat(registry.specs()).extracting(ApiSpec::api).containsExactlyInAnyOrder(Api.values());
    }

    @Test
    void onlyStableVersionsThatKafkaClientsKnowsAreServed() {
        for (ApiSpec spec : registry.specs()) {
            ApiMessageType theirs = ApiMessageType.fromApiKey(spec.key());

            assertThat(spec.minServed()).as(spec.name()).isGreaterThanOrEqualTo(theirs.lowestSupportedVersion());
            assertThat(spec.max()).as(spec.name()).isLessThanOrEqualTo(theirs.highestSupportedVersion(false));
        }
    }
}
