package io.millrace.membership.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What may be set, and what is said about what may not. The texts are Kafka 4.4's, seen on a running broker. */
class ConfigCatalogTest {
    private final ConfigCatalog catalog = ConfigCatalog.get();

    @Test
    void allSettingsOfKafkaAreThere() {
        assertThat(catalog.topics().stream().filter(each -> !each.internal())).hasSize(37);
        assertThat(catalog.topics()).hasSize(38 + 1);
        assertThat(catalog.brokers().stream().filter(each -> !each.internal())).hasSize(350);
        assertThat(catalog.brokers()).hasSize(379 + 1 + 3);
    }

    @Test
    void everySettingIsDocumentedAndItsDefaultIsAllowed() {
        for (ConfigDefinition definition : catalog.topics()) {
            assertThat(definition.documentation()).as(definition.name()).isNotBlank();
            assertThatCode(() -> definition.check(definition.defaultValue())).doesNotThrowAnyException();
        }
        for (ConfigDefinition definition : catalog.brokers()) {
            assertThat(definition.documentation()).as(definition.name()).isNotBlank();
            assertThatCode(() -> definition.check(definition.defaultValue()))
                    .as(definition.name())
                    .doesNotThrowAnyException();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "retention.ms|abc|Invalid value abc for configuration retention.ms: Not a number of type LONG",
                "retention.ms|-2|Invalid value -2 for configuration retention.ms: Value must be at least -1",
                "prefix|1|Unknown topic config name: prefix",
                "log.retention.ms|5|Unknown topic config name: log.retention.ms",
                "cleanup.policy|foo|Invalid value foo for configuration cleanup.policy: String must be one of: compact, delete",
                "compression.type|foo|Invalid value foo for configuration compression.type: String must be one of:"
                        + " uncompressed, zstd, lz4, snappy, gzip, producer",
                "preallocate|maybe|Invalid value maybe for configuration preallocate: Expected value to be either true or false",
                "segment.bytes|10|Invalid value 10 for configuration segment.bytes: Value must be at least 1048576",
                "min.cleanable.dirty.ratio|2|Invalid value 2.0 for configuration min.cleanable.dirty.ratio:"
                        + " Value must be no more than 1",
                "max.message.bytes|3000000000|Invalid value 3000000000 for configuration max.message.bytes:"
                        + " Not a number of type INT",
                "compression.gzip.level|0|Invalid value 0 for configuration compression.gzip.level:"
                        + " Value must be between 1 and 9 or equal to -1",
                "leader.replication.throttled.replicas|x|Invalid value [x] for configuration"
                        + " leader.replication.throttled.replicas: leader.replication.throttled.replicas must be the literal '*'"
                        + " or a list of replicas in the following format: [partitionId]:[brokerId],[partitionId]:[brokerId],...",
                "remote.storage.enable|true|Tiered Storage functionality is disabled in the broker."
                        + " Topic cannot be configured with remote log storage.",
                "flush.mode|sometimes|Invalid value sometimes for configuration flush.mode: String must be one of:"
                        + " page-cache, group",
            })
    void aWrongTopicConfigIsRefusedInKafkasWords(String name, String value, String message) {
        assertThatThrownBy(() -> catalog.checkTopicConfigs(Map.of(name, value)))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "cleanup.policy|\"\"",
                "cleanup.policy|compact,delete",
                "segment.bytes|\" 2000000 \"",
                "internal.segment.bytes|2000",
                "unclean.leader.election.enable|TRUE",
                "leader.replication.throttled.replicas|*",
                "leader.replication.throttled.replicas|0:1,1:2",
                "flush.mode|group",
                "retention.ms|-1",
            })
    void whatKafkaTakesIsTaken(String name, String value) {
        assertThatCode(() -> catalog.checkTopicConfigs(Map.of(name, value))).doesNotThrowAnyException();
    }

    @Test
    void aNullValueOfATopicConfigIsRefusedByName() {
        Map<String, String> configs = new HashMap<>();
        configs.put("retention.ms", null);

        assertThatThrownBy(() -> catalog.checkTopicConfigs(configs))
                .hasMessage("Null value not supported for topic configs: retention.ms");
    }

    @Test
    void unknownNamesAreNoticedBeforeWrongValues() {
        Map<String, String> configs = new TreeMap<>(Map.of("min.compaction.lag.ms", "x", "zzz", "5"));

        assertThatThrownBy(() -> catalog.checkTopicConfigs(configs)).hasMessage("Unknown topic config name: zzz");
    }

    @Test
    void compactionMayNotBeDelayedLongerThanItMayBe() {
        assertThatThrownBy(() ->
                        catalog.checkTopicConfigs(Map.of("min.compaction.lag.ms", "10", "max.compaction.lag.ms", "5")))
                .hasMessage("conflict topic config setting min.compaction.lag.ms (10) > max.compaction.lag.ms (5)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "authorizer.class.name",
                "sasl.enabled.mechanisms",
                "ssl.keystore.location",
                "listener.name.external.ssl.keystore.location",
                "security.inter.broker.protocol",
                "principal.builder.class",
                "delegation.token.secret.key",
                "client.quota.callback.class"
            })
    void securityThatIsNotHonouredIsRefusedInAFileAndByRequest(String name) {
        assertThat(catalog.checkNodeSettings(Map.of(name, "x")))
                .singleElement()
                .satisfies(problem -> assertThat(problem.refused()).isTrue());
        assertThatThrownBy(() -> catalog.checkDynamicBrokerConfigs(Map.of(name, "x"), true))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining(name);
    }

    @Test
    void aSettingWithoutEffectIsAcceptedWithAWord() {
        List<ConfigProblem> problems = catalog.checkNodeSettings(Map.of("num.io.threads", "16"));

        assertThat(problems).singleElement().satisfies(problem -> {
            assertThat(problem.refused()).isFalse();
            assertThat(problem.message()).contains("num.io.threads");
        });
    }

    @Test
    void aNodesFileMayNotMistypeNamesOrValues() {
        assertThat(catalog.checkNodeSettings(Map.of("num.partition", "3")))
                .singleElement()
                .satisfies(problem -> assertThat(problem.refused()).isTrue());
        assertThat(catalog.checkNodeSettings(Map.of("num.partitions", "0")))
                .singleElement()
                .satisfies(problem -> assertThat(problem.message())
                        .isEqualTo("Invalid value 0 for configuration num.partitions: Value must be at least 1"
                                + " (allowed: at least 1)"));
        assertThat(catalog.checkNodeSettings(Map.of("num.partitions", "3"))).isEmpty();
    }

    @Test
    void whatOnlyTheFileMaySayIsNotChangedWhileRunning() {
        assertThatThrownBy(() -> catalog.checkDynamicBrokerConfigs(Map.of("num.partitions", "3"), true))
                .hasMessage("Cannot update these configs dynamically: [num.partitions]");
        assertThatThrownBy(() -> catalog.checkDynamicBrokerConfigs(Map.of("listeners", "PLAINTEXT://:9"), true))
                .hasMessage("Cannot update these configs dynamically: [listeners]");
        assertThatCode(() -> catalog.checkDynamicBrokerConfigs(Map.of("log.retention.ms", "3"), true))
                .doesNotThrowAnyException();
    }

    @Test
    void whatDiffersFromBrokerToBrokerIsNotSetForAll() {
        assertThatThrownBy(() -> catalog.checkDynamicBrokerConfigs(Map.of("listeners", "PLAINTEXT://:9092"), false))
                .hasMessageStartingWith("Cannot update these configs at default cluster level");
    }

    @Test
    void aNameNobodyKnowsIsLetThroughForBrokersAsKafkaDoes() {
        assertThatCode(() -> catalog.checkDynamicBrokerConfigs(Map.of("my.plugin.x", "3"), true))
                .doesNotThrowAnyException();
    }
}
