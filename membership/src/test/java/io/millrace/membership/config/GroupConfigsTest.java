package io.millrace.membership.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.membership.image.MetadataImage;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Settings of groups by Kafka's names, defaults and words. */
class GroupConfigsTest {
    private static GroupConfigs with(Map<String, String> nodeSettings) {
        return new GroupConfigs(new EffectiveConfigs(ConfigCatalog.get(), 1, nodeSettings));
    }

    @Test
    void whatIsNotSetIsTheBrokers() {
        var entries = with(Map.of(
                        "group.consumer.session.timeout.ms", "50000", "group.streams.assignors", "mine, sticky"))
                .describe(MetadataImage.EMPTY, "g");

        assertThat(entries).hasSize(21);
        assertThat(entries)
                .filteredOn(entry -> entry.name().equals("consumer.session.timeout.ms"))
                .singleElement()
                .satisfies(entry -> {
                    assertThat(entry.value()).isEqualTo("50000");
                    assertThat(entry.source()).isEqualTo(ConfigSource.STATIC_BROKER);
                    assertThat(entry.synonyms()).hasSize(2);
                });
        assertThat(entries)
                .filteredOn(entry -> entry.name().equals("streams.assignor.name"))
                .singleElement()
                .satisfies(entry -> assertThat(entry.value()).isEqualTo("mine"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nonsense|1|Unknown group config name: nonsense",
                "consumer.session.timeout.ms|1|consumer.session.timeout.ms must be in the range 45000 to 60000 inclusive.",
                "streams.num.standby.replicas|3|streams.num.standby.replicas must be less than or equal to 2",
                "share.delivery.count.limit|1|Invalid value 1 for configuration share.delivery.count.limit:"
                        + " Value must be at least 2",
            })
    void aWrongOneIsRefusedInKafkasWords(String name, String value, String message) {
        assertThatThrownBy(() -> with(Map.of()).check(MetadataImage.EMPTY, Map.of(name, value)))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessage(message);
    }

    @Test
    void whoIsHeardTooSeldomWouldAlwaysBeTakenForDead() {
        GroupConfigs configs = with(Map.of("group.share.max.heartbeat.interval.ms", "50000"));

        assertThatThrownBy(() -> configs.check(MetadataImage.EMPTY, Map.of("share.heartbeat.interval.ms", "46000")))
                .hasMessage("share.session.timeout.ms must be greater than share.heartbeat.interval.ms");
    }
}
