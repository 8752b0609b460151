package io.millrace.verticles.handler;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.membership.record.ConfigResource;
import io.millrace.protocol.Api;
import io.millrace.protocol.Errors;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.ListConfigResourcesRequestData;
import org.apache.kafka.common.message.ListConfigResourcesResponseData;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Settings are shown with where they come from, and changed. */
class ConfigAdministrationTest {
    private static final byte TOPIC = 2;
    private static final byte BROKER = 4;

    private final FakeNode node = new FakeNode(Map.of("log.retention.hours", "3"));

    @BeforeEach
    void oneTopic() {
        node.create("t", 1);
    }

    private DescribeConfigsResult describe(int version, byte type, String name, List<String> keys) {
        DescribeConfigsResponseData response = Asked.of(
                new DescribeConfigsHandler(node),
                Api.DESCRIBE_CONFIGS,
                version,
                new DescribeConfigsRequestData()
                        .setIncludeSynonyms(true)
                        .setIncludeDocumentation(version >= 3)
                        .setResources(List.of(new DescribeConfigsResource()
                                .setResourceType(type)
                                .setResourceName(name)
                                .setConfigurationKeys(keys))));
        assertThat(response.results()).hasSize(1);
        return response.results().get(0);
    }

    private static DescribeConfigsResourceResult entry(DescribeConfigsResult result, String name) {
        return result.configs().stream()
                .filter(config -> config.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void aTopicHasAll37ConfigsWithTheirSources(int version) {
        DescribeConfigsResult result = describe(version, TOPIC, "t", null);

        assertThat(result.configs()).hasSize(37);
        DescribeConfigsResourceResult retention = entry(result, "retention.ms");
        assertThat(retention.value()).isEqualTo("10800000");
        assertThat(entry(result, "cleanup.policy").value()).isEqualTo("delete");
        assertThat(entry(result, "cleanup.policy").configSource()).isEqualTo((byte) 5);
        if (version >= 3) {
            assertThat(retention.configType()).isEqualTo((byte) 5);
            assertThat(retention.documentation()).isNotBlank();
        }
    }

    @Test
    void aNodeHasItsBrokerConfigsAndOnlyItsOwn() {
        assertThat(describe(4, BROKER, "1", null).configs()).hasSizeGreaterThan(300);
        assertThat(entry(describe(4, BROKER, "1", null), "log.retention.hours").configSource())
                .isEqualTo((byte) 4);
        assertThat(describe(4, BROKER, "2", null).errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
        assertThat(describe(4, BROKER, "one", null).errorMessage())
                .isEqualTo("Broker id must be an integer, but it is: one");
    }

    @Test
    void keysFilter() {
        assertThat(describe(4, TOPIC, "t", List.of("segment.bytes", "no.such")).configs())
                .extracting(DescribeConfigsResourceResult::name)
                .containsExactly("segment.bytes");
        assertThat(describe(4, TOPIC, "t", List.of()).configs()).hasSize(37);
    }

    @ParameterizedTest
    @CsvSource({
        "2, absent, UNKNOWN_TOPIC_OR_PARTITION",
        "2, a bad name, INVALID_TOPIC_EXCEPTION",
        "99, x, INVALID_REQUEST",
        "0, x, INVALID_REQUEST",
        "16, metrics, INVALID_REQUEST",
        "32, '', INVALID_REQUEST"
    })
    void whatCannotBeDescribedIsNamedByItsError(byte type, String name, Errors expected) {
        DescribeConfigsResult result = describe(4, type, name, null);

        assertThat(Errors.forCode(result.errorCode())).isEqualTo(expected);
        // Kafka says nothing more of a topic that is not there.
        assertThat(result.errorMessage().isEmpty()).isEqualTo(expected == Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(result.configs()).isEmpty();
    }

    private IncrementalAlterConfigsResponseData alter(
            int version, boolean validateOnly, byte type, String resource, String name, int operation, String value) {
        IncrementalAlterConfigsRequestData.AlterConfigsResource changes =
                new IncrementalAlterConfigsRequestData.AlterConfigsResource()
                        .setResourceType(type)
                        .setResourceName(resource);
        changes.configs()
                .add(new IncrementalAlterConfigsRequestData.AlterableConfig()
                        .setName(name)
                        .setConfigOperation((byte) operation)
                        .setValue(value));
        IncrementalAlterConfigsRequestData request =
                new IncrementalAlterConfigsRequestData().setValidateOnly(validateOnly);
        request.resources().add(changes);
        return Asked.of(new IncrementalAlterConfigsHandler(node), Api.INCREMENTAL_ALTER_CONFIGS, version, request);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void singleConfigsAreSetExtendedAndDeleted(int version) {
        assertThat(alter(version, false, TOPIC, "t", "cleanup.policy", 2, "compact")
                        .responses()
                        .get(0)
                        .errorCode())
                .isZero();
        assertThat(entry(describe(4, TOPIC, "t", null), "cleanup.policy").value())
                .isEqualTo("delete,compact");
        alter(version, false, TOPIC, "t", "cleanup.policy", 3, "delete");
        assertThat(entry(describe(4, TOPIC, "t", null), "cleanup.policy").value())
                .isEqualTo("compact");
        alter(version, false, TOPIC, "t", "cleanup.policy", 1, null);
        assertThat(entry(describe(4, TOPIC, "t", null), "cleanup.policy").configSource())
                .isEqualTo((byte) 5);
    }

    @Test
    void validatingChangesNothing() {
        assertThat(alter(1, true, TOPIC, "t", "retention.ms", 0, "5")
                        .responses()
                        .get(0)
                        .errorCode())
                .isZero();
        assertThat(node.image().configs(ConfigResource.topic("t"))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "2, t, no.such.config, 0, 1, INVALID_CONFIG",
        "2, t, retention.ms, 0, soon, INVALID_CONFIG",
        "2, t, retention.ms, 9, 1, INVALID_REQUEST",
        "2, absent, retention.ms, 0, 1, UNKNOWN_TOPIC_OR_PARTITION",
        "99, t, retention.ms, 0, 1, INVALID_REQUEST"
    })
    void wrongChangesAreRefused(byte type, String resource, String name, int operation, String value, Errors expected) {
        var response = alter(1, false, type, resource, name, operation, value)
                .responses()
                .get(0);

        assertThat(Errors.forCode(response.errorCode())).isEqualTo(expected);
        assertThat(response.errorMessage()).isNotBlank();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void theOldWayReplacesEverything(int version) {
        alter(1, false, TOPIC, "t", "retention.ms", 0, "5");
        AlterConfigsRequestData.AlterConfigsResource changes = new AlterConfigsRequestData.AlterConfigsResource()
                .setResourceType(TOPIC)
                .setResourceName("t");
        changes.configs()
                .add(new AlterConfigsRequestData.AlterableConfig()
                        .setName("segment.ms")
                        .setValue("7000"));
        AlterConfigsRequestData request = new AlterConfigsRequestData();
        request.resources().add(changes);

        AlterConfigsResponseData response =
                Asked.of(new AlterConfigsHandler(node), Api.ALTER_CONFIGS, version, request);

        assertThat(response.responses().get(0).errorCode()).isZero();
        assertThat(node.image().configs(ConfigResource.topic("t"))).isEqualTo(Map.of("segment.ms", "7000"));
    }

    private ListConfigResourcesResponseData list(int version, Byte... types) {
        return Asked.of(
                new ListConfigResourcesHandler(node),
                Api.LIST_CONFIG_RESOURCES,
                version,
                new ListConfigResourcesRequestData().setResourceTypes(List.of(types)));
    }

    @Test
    void whatHasConfigsIsListed() {
        assertThat(list(1).configResources())
                .extracting(resource -> resource.resourceType() + " " + resource.resourceName())
                .containsExactly("2 t", "4 1", "8 1");
        assertThat(list(1, (byte) 2).configResources()).hasSize(1);
        assertThat(list(0).configResources()).isEmpty();
        assertThat(list(1, (byte) 77).errorCode()).isEqualTo(Errors.UNSUPPORTED_VERSION.code());
    }
}
