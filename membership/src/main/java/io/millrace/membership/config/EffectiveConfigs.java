package io.millrace.membership.config;

import io.millrace.log.LogConfig;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.record.ConfigResource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Which value of a config holds for this node: set for the topic, for this broker, for all brokers, in the node's
 * file, or the default, in this order and through Kafka's synonyms (a topic's {@code retention.ms} falls back to
 * {@code log.retention.ms}, {@code log.retention.minutes}, {@code log.retention.hours}).
 *
 * <p>Thread: any; the image is passed in.
 */
public final class EffectiveConfigs {
    private final ConfigCatalog catalog;
    private final ConfigResource self;
    private final Map<String, String> nodeSettings;

    /** What topics without configs of their own have: nearly all, so it is worked out once per change of brokers'. */
    private volatile PlainTopics plainTopics;

    private record PlainTopics(Map<String, String> own, Map<String, String> all, LogConfig config) {}

    /** {@code nodeSettings} are the broker settings of the node's file under Kafka's names. */
    public EffectiveConfigs(ConfigCatalog catalog, int brokerId, Map<String, String> nodeSettings) {
        this.catalog = catalog;
        this.self = ConfigResource.broker(brokerId);
        Map<String, String> settings = new HashMap<>(nodeSettings);
        settings.putIfAbsent("node.id", Integer.toString(brokerId));
        settings.putIfAbsent("broker.id", Integer.toString(brokerId));
        this.nodeSettings = Map.copyOf(settings);
    }

    public ConfigCatalog catalog() {
        return catalog;
    }

    /** All topic configs that DescribeConfigs shows (37), with sources and synonyms. Works for unknown topics too. */
    public List<ConfigEntry> describeTopic(MetadataImage image, String topic) {
        return describeTopic(image, image.configs(ConfigResource.topic(topic)));
    }

    /** As above, with {@code overrides} in place of what is set for the topic: for a topic that is being created. */
    public List<ConfigEntry> describeTopic(MetadataImage image, Map<String, String> overrides) {
        List<ConfigEntry> entries = new ArrayList<>();
        for (ConfigDefinition definition : catalog.topics()) {
            if (!definition.internal() || overrides.containsKey(definition.name())) {
                entries.add(topicEntry(image, definition, overrides));
            }
        }
        return entries;
    }

    private ConfigEntry topicEntry(MetadataImage image, ConfigDefinition definition, Map<String, String> overrides) {
        List<ConfigEntry.Synonym> synonyms = new ArrayList<>();
        String override = overrides.get(definition.name());
        if (override != null) {
            synonyms.add(new ConfigEntry.Synonym(definition.name(), override, ConfigSource.DYNAMIC_TOPIC));
        }
        List<TopicSynonyms.Synonym> chain = TopicSynonyms.ofTopic(definition.name());
        if (!chain.isEmpty()) {
            synonyms.addAll(brokerSynonyms(image, chain.get(0).brokerName()));
        }
        return new ConfigEntry(
                definition.name(),
                topicValue(image, definition, overrides),
                synonyms.isEmpty() ? ConfigSource.DEFAULT : synonyms.get(0).source(),
                false,
                false,
                definition.type(),
                definition.documentation(),
                synonyms);
    }

    /** This broker's configs; what is set for another broker is known to that broker alone. */
    public List<ConfigEntry> describeBroker(MetadataImage image) {
        List<ConfigEntry> entries = new ArrayList<>();
        for (ConfigDefinition definition : catalog.brokers()) {
            boolean set = rawBrokerValue(image, definition.name()) != null;
            if (!definition.internal() || set) {
                entries.add(brokerEntry(image, definition));
            }
        }
        TreeSet<String> unknown =
                new TreeSet<>(image.configs(ConfigResource.ALL_BROKERS).keySet());
        unknown.addAll(image.configs(self).keySet());
        unknown.removeIf(name -> catalog.broker(name) != null);
        unknown.forEach(name -> entries.add(unknownEntry(image, name)));
        return entries;
    }

    private ConfigEntry brokerEntry(MetadataImage image, ConfigDefinition definition) {
        List<ConfigEntry.Synonym> synonyms = brokerSynonyms(image, definition.name());
        return new ConfigEntry(
                definition.name(),
                definition.isSensitive() ? null : brokerValue(image, definition.name()),
                synonyms.isEmpty() ? ConfigSource.DEFAULT : synonyms.get(0).source(),
                !definition.isDynamic(),
                definition.isSensitive(),
                definition.type(),
                definition.documentation(),
                synonyms);
    }

    /** A name that nobody knows may be a secret of somebody's plugin: its value is not shown. */
    private ConfigEntry unknownEntry(MetadataImage image, String name) {
        ConfigSource source = image.configs(self).containsKey(name)
                ? ConfigSource.DYNAMIC_BROKER
                : ConfigSource.DYNAMIC_DEFAULT_BROKER;
        return new ConfigEntry(
                name,
                null,
                source,
                true,
                true,
                ConfigType.UNKNOWN,
                "",
                List.of(new ConfigEntry.Synonym(name, null, source)));
    }

    /** What is set for all brokers (the resource with an empty name): only what was set, nothing else. */
    public List<ConfigEntry> describeAllBrokers(MetadataImage image) {
        Map<String, String> set = image.configs(ConfigResource.ALL_BROKERS);
        List<ConfigEntry> entries = new ArrayList<>();
        for (String name : new TreeSet<>(set.keySet())) {
            ConfigDefinition definition = catalog.broker(name);
            boolean sensitive = definition == null || definition.isSensitive();
            String value = sensitive ? null : set.get(name);
            entries.add(new ConfigEntry(
                    name,
                    value,
                    ConfigSource.DYNAMIC_DEFAULT_BROKER,
                    definition == null || !definition.isDynamic(),
                    sensitive,
                    definition == null ? ConfigType.UNKNOWN : definition.type(),
                    definition == null ? "" : definition.documentation(),
                    List.of(new ConfigEntry.Synonym(name, value, ConfigSource.DYNAMIC_DEFAULT_BROKER))));
        }
        return entries;
    }

    /**
     * As Kafka lists them: every name of the setting at one source before the next source, and nothing in front of the
     * asked name, so that a value given in hours does not appear as a synonym of the one in milliseconds.
     */
    List<ConfigEntry.Synonym> brokerSynonyms(MetadataImage image, String name) {
        List<String> chain = TopicSynonyms.ofBroker(name);
        List<ConfigEntry.Synonym> synonyms = new ArrayList<>();
        addSynonyms(synonyms, chain, image.configs(self), ConfigSource.DYNAMIC_BROKER);
        addSynonyms(synonyms, chain, image.configs(ConfigResource.ALL_BROKERS), ConfigSource.DYNAMIC_DEFAULT_BROKER);
        addSynonyms(synonyms, chain, nodeSettings, ConfigSource.STATIC_BROKER);
        for (String each : chain) {
            ConfigDefinition definition = catalog.broker(each);
            if (definition.defaultValue() != null) {
                synonyms.add(synonym(definition, definition.defaultValue(), ConfigSource.DEFAULT));
            }
        }
        int first = 0;
        while (first < synonyms.size() && !synonyms.get(first).name().equals(name)) {
            first++;
        }
        return List.copyOf(synonyms.subList(first, synonyms.size()));
    }

    private void addSynonyms(
            List<ConfigEntry.Synonym> synonyms, List<String> chain, Map<String, String> values, ConfigSource source) {
        for (String name : chain) {
            String value = values.get(name);
            if (value != null) {
                synonyms.add(synonym(catalog.broker(name), value, source));
            }
        }
    }

    private static ConfigEntry.Synonym synonym(ConfigDefinition definition, String value, ConfigSource source) {
        return new ConfigEntry.Synonym(definition.name(), definition.isSensitive() ? null : value, source);
    }

    /** How this node keeps the partitions of a topic. */
    public LogConfig logConfig(MetadataImage image, String topic) {
        Map<String, String> overrides = image.configs(ConfigResource.topic(topic));
        if (!overrides.isEmpty()) {
            return LogConfig.from(topicValues(image, overrides));
        }
        Map<String, String> own = image.configs(self);
        Map<String, String> all = image.configs(ConfigResource.ALL_BROKERS);
        PlainTopics plain = plainTopics;
        if (plain == null || plain.own != own || plain.all != all) {
            plain = new PlainTopics(own, all, LogConfig.from(topicValues(image, overrides)));
            plainTopics = plain;
        }
        return plain.config;
    }

    private Map<String, String> topicValues(MetadataImage image, Map<String, String> overrides) {
        Map<String, String> values = new HashMap<>();
        for (ConfigDefinition definition : catalog.topics()) {
            String value = topicValue(image, definition, overrides);
            if (value != null) {
                values.put(definition.name(), value);
            }
        }
        String testSegmentBytes = values.remove("internal.segment.bytes");
        if (testSegmentBytes != null) {
            values.put("segment.bytes", testSegmentBytes);
        }
        return values;
    }

    /** The value that holds for a topic config; null only where the default is. */
    public String topicValue(MetadataImage image, String topic, String name) {
        ConfigDefinition definition = catalog.topic(name);
        if (definition == null) {
            throw new IllegalArgumentException("no such topic config: " + name);
        }
        return topicValue(image, definition, image.configs(ConfigResource.topic(topic)));
    }

    private String topicValue(MetadataImage image, ConfigDefinition definition, Map<String, String> overrides) {
        String value = overrides.get(definition.name());
        if (value == null) {
            for (TopicSynonyms.Synonym synonym : TopicSynonyms.ofTopic(definition.name())) {
                value = synonym.convert(rawBrokerValue(image, synonym.brokerName()));
                if (value != null) {
                    break;
                }
            }
        }
        return ConfigValue.canonical(
                definition.name(), definition.type(), value == null ? definition.defaultValue() : value);
    }

    /** The value that holds for a broker config; null only where the default is. */
    public String brokerValue(MetadataImage image, String name) {
        ConfigDefinition definition = catalog.broker(name);
        if (definition == null) {
            throw new IllegalArgumentException("no such broker config: " + name);
        }
        String value = rawBrokerValue(image, name);
        return ConfigValue.canonical(name, definition.type(), value == null ? definition.defaultValue() : value);
    }

    private String rawBrokerValue(MetadataImage image, String name) {
        String value = image.configs(self).get(name);
        if (value == null) {
            value = image.configs(ConfigResource.ALL_BROKERS).get(name);
        }
        return value == null ? nodeSettings.get(name) : value;
    }

    public int brokerInt(MetadataImage image, String name) {
        return Integer.parseInt(brokerValue(image, name));
    }

    public long brokerLong(MetadataImage image, String name) {
        return Long.parseLong(brokerValue(image, name));
    }

    /** For settings that have no default. */
    public long brokerLong(MetadataImage image, String name, long whenUnset) {
        String value = brokerValue(image, name);
        return value == null ? whenUnset : Long.parseLong(value);
    }

    public boolean brokerBoolean(MetadataImage image, String name) {
        return Boolean.parseBoolean(brokerValue(image, name));
    }
}
