package io.millrace.membership.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.FlushMode;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.record.ConfigRecord;
import io.millrace.membership.record.ConfigResource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which value holds, and what DescribeConfigs says about where it comes from (seen on Kafka 4.4). */
class EffectiveConfigsTest {
    private static final ConfigResource OWN = ConfigResource.broker(1);
    private static final ConfigResource ALL = ConfigResource.ALL_BROKERS;
    private static final ConfigResource TOPIC = ConfigResource.topic("t");

    @Test
    void withoutAnySettingTheDefaultHolds() {
        ConfigEntry entry = topicEntry(configs(Map.of()), MetadataImage.EMPTY, "max.message.bytes");

        assertThat(entry.value()).isEqualTo("1048588");
        assertThat(entry.source()).isEqualTo(ConfigSource.DEFAULT);
        assertThat(entry.synonyms())
                .containsExactly(new ConfigEntry.Synonym("message.max.bytes", "1048588", ConfigSource.DEFAULT));
    }

    @Test
    void theStrongestSourceWinsAndAllAreListedInOrder() {
        EffectiveConfigs configs = configs(Map.of("message.max.bytes", "400"));
        MetadataImage image = image(
                new ConfigRecord(TOPIC, "max.message.bytes", "100"),
                new ConfigRecord(OWN, "message.max.bytes", "200"),
                new ConfigRecord(ALL, "message.max.bytes", "300"));

        ConfigEntry entry = topicEntry(configs, image, "max.message.bytes");

        assertThat(entry.value()).isEqualTo("100");
        assertThat(entry.source()).isEqualTo(ConfigSource.DYNAMIC_TOPIC);
        assertThat(entry.synonyms())
                .containsExactly(
                        new ConfigEntry.Synonym("max.message.bytes", "100", ConfigSource.DYNAMIC_TOPIC),
                        new ConfigEntry.Synonym("message.max.bytes", "200", ConfigSource.DYNAMIC_BROKER),
                        new ConfigEntry.Synonym("message.max.bytes", "300", ConfigSource.DYNAMIC_DEFAULT_BROKER),
                        new ConfigEntry.Synonym("message.max.bytes", "400", ConfigSource.STATIC_BROKER),
                        new ConfigEntry.Synonym("message.max.bytes", "1048588", ConfigSource.DEFAULT));
    }

    @Test
    void anotherBrokersSettingDoesNotCountHere() {
        MetadataImage image = image(new ConfigRecord(ConfigResource.broker(2), "message.max.bytes", "200"));

        assertThat(configs(Map.of()).topicValue(image, "t", "max.message.bytes"))
                .isEqualTo("1048588");
    }

    @Test
    void timesInOtherUnitsAreConverted() {
        assertThat(retention(Map.of("log.retention.hours", "24"))).isEqualTo("86400000");
        assertThat(retention(Map.of("log.retention.hours", "24", "log.retention.minutes", "2")))
                .isEqualTo("120000");
        assertThat(retention(Map.of("log.retention.minutes", "2", "log.retention.ms", "77")))
                .isEqualTo("77");
        assertThat(retention(Map.of("log.retention.hours", "-1"))).isEqualTo("-1");
    }

    @Test
    void synonymsOfRetentionAreListedAsKafkaListsThem() {
        EffectiveConfigs configs = configs(Map.of());
        MetadataImage image = image(new ConfigRecord(OWN, "log.retention.ms", "3600000"));

        assertThat(topicEntry(configs, MetadataImage.EMPTY, "retention.ms").synonyms())
                .isEmpty();
        assertThat(topicEntry(configs, image, "retention.ms").synonyms())
                .containsExactly(
                        new ConfigEntry.Synonym("log.retention.ms", "3600000", ConfigSource.DYNAMIC_BROKER),
                        new ConfigEntry.Synonym("log.retention.hours", "168", ConfigSource.DEFAULT));
        assertThat(brokerEntry(configs, image, "log.retention.hours").synonyms())
                .containsExactly(new ConfigEntry.Synonym("log.retention.hours", "168", ConfigSource.DEFAULT));
    }

    @Test
    void thirtySevenTopicConfigsAreShownAndAnInternalOneOnlyWhereItIsSet() {
        EffectiveConfigs configs = configs(Map.of());
        MetadataImage image = image(new ConfigRecord(TOPIC, "internal.segment.bytes", "2000"));

        assertThat(configs.describeTopic(image, "other")).hasSize(37);
        assertThat(configs.describeTopic(image, "t")).hasSize(38);
    }

    @Test
    void threeHundredAndFiftyBrokerConfigsAreShown() {
        List<ConfigEntry> entries = configs(Map.of()).describeBroker(MetadataImage.EMPTY);

        assertThat(entries).hasSize(350);
        assertThat(entries)
                .filteredOn(entry -> entry.name().equals("node.id"))
                .singleElement()
                .satisfies(entry -> {
                    assertThat(entry.value()).isEqualTo("1");
                    assertThat(entry.source()).isEqualTo(ConfigSource.STATIC_BROKER);
                    assertThat(entry.readOnly()).isTrue();
                });
    }

    @Test
    void secretsAreNeverShown() {
        EffectiveConfigs configs = configs(Map.of());
        MetadataImage image = image(new ConfigRecord(ALL, "plugin.secret", "hidden"));

        assertThat(brokerEntry(configs, image, "ssl.keystore.password").sensitive())
                .isTrue();
        assertThat(brokerEntry(configs, image, "plugin.secret").value()).isNull();
        assertThat(configs.describeAllBrokers(image)).singleElement().satisfies(entry -> {
            assertThat(entry.value()).isNull();
            assertThat(entry.sensitive()).isTrue();
            assertThat(entry.type()).isEqualTo(ConfigType.UNKNOWN);
        });
    }

    @Test
    void whatIsSetForAllBrokersIsShownAlone() {
        MetadataImage image = image(new ConfigRecord(ALL, "message.max.bytes", "300"));

        assertThat(configs(Map.of("message.max.bytes", "400")).describeAllBrokers(image))
                .singleElement()
                .satisfies(entry -> assertThat(entry.synonyms())
                        .containsExactly(new ConfigEntry.Synonym(
                                "message.max.bytes", "300", ConfigSource.DYNAMIC_DEFAULT_BROKER)));
    }

    @Test
    void theLogGetsWhatHolds() {
        EffectiveConfigs configs = configs(Map.of("flush.mode", "group", "log.retention.hours", "1"));
        MetadataImage image = image(new ConfigRecord(TOPIC, "segment.bytes", " 2000000 "));

        assertThat(configs.logConfig(image, "t").segmentBytes()).isEqualTo(2_000_000);
        assertThat(configs.logConfig(image, "t").flushMode()).isEqualTo(FlushMode.GROUP);
        assertThat(configs.logConfig(image, "other").retentionMs()).isEqualTo(3_600_000);
    }

    @Test
    void topicsWithoutConfigsShareOneLogConfigUntilABrokerConfigChanges() {
        EffectiveConfigs configs = configs(Map.of());
        MetadataImage image = image(new ConfigRecord(ALL, "message.max.bytes", "300"));
        MetadataImage later = image.replay(9, 1, new ConfigRecord(OWN, "message.max.bytes", "200"));

        assertThat(configs.logConfig(image, "a")).isSameAs(configs.logConfig(image, "b"));
        assertThat(configs.logConfig(image, "a").maxMessageBytes()).isEqualTo(300);
        assertThat(configs.logConfig(later, "a").maxMessageBytes()).isEqualTo(200);
    }

    @Test
    void valuesAreShownAsTheyAreUnderstood() {
        MetadataImage image = image(
                new ConfigRecord(TOPIC, "segment.bytes", " 2000000 "),
                new ConfigRecord(TOPIC, "preallocate", "TRUE"),
                new ConfigRecord(TOPIC, "min.cleanable.dirty.ratio", ".50"));
        EffectiveConfigs configs = configs(Map.of());

        assertThat(configs.topicValue(image, "t", "segment.bytes")).isEqualTo("2000000");
        assertThat(configs.topicValue(image, "t", "preallocate")).isEqualTo("true");
        assertThat(configs.topicValue(image, "t", "min.cleanable.dirty.ratio")).isEqualTo("0.5");
    }

    private static String retention(Map<String, String> nodeSettings) {
        return configs(nodeSettings).topicValue(MetadataImage.EMPTY, "t", "retention.ms");
    }

    private static EffectiveConfigs configs(Map<String, String> nodeSettings) {
        return new EffectiveConfigs(ConfigCatalog.get(), 1, nodeSettings);
    }

    private static MetadataImage image(ConfigRecord... records) {
        MetadataImage image = MetadataImage.EMPTY;
        for (ConfigRecord record : records) {
            image = image.replay(image.highestOffset() + 1, 1, record);
        }
        return image;
    }

    private static ConfigEntry topicEntry(EffectiveConfigs configs, MetadataImage image, String name) {
        return named(configs.describeTopic(image, "t"), name);
    }

    private static ConfigEntry brokerEntry(EffectiveConfigs configs, MetadataImage image, String name) {
        return named(configs.describeBroker(image), name);
    }

    private static ConfigEntry named(List<ConfigEntry> entries, String name) {
        return entries.stream()
                .filter(entry -> entry.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
