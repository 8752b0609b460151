package io.millrace.membership.config;

import io.millrace.log.LogConfig;
import io.millrace.membership.image.MetadataImage;
import java.util.List;
import java.util.Map;

/**
 * Which value of a config holds for this node: set for the topic, for this broker, for all brokers, in the node's
 * file, or the default, in this order and through Kafka's synonyms (a topic's {@code retention.ms} falls back to
 * {@code log.retention.ms}, {@code log.retention.minutes}, {@code log.retention.hours}).
 *
 * <p>Thread: any; the image is passed in.
 */
public final class EffectiveConfigs {
    public EffectiveConfigs(ConfigCatalog catalog, int brokerId, Map<String, String> nodeSettings) {}

    /** All topic configs that DescribeConfigs shows (37), with sources and synonyms. Works for unknown topics too. */
    public List<ConfigEntry> describeTopic(MetadataImage image, String topic) {
        throw new UnsupportedOperationException();
    }

    /** As above, with {@code overrides} in place of what is set for the topic: for a topic that is being created. */
    public List<ConfigEntry> describeTopic(MetadataImage image, Map<String, String> overrides) {
        throw new UnsupportedOperationException();
    }

    /** This broker's configs; what is set for another broker is known to that broker alone. */
    public List<ConfigEntry> describeBroker(MetadataImage image) {
        throw new UnsupportedOperationException();
    }

    /** What is set for all brokers (the resource with an empty name): only what was set, nothing else. */
    public List<ConfigEntry> describeAllBrokers(MetadataImage image) {
        throw new UnsupportedOperationException();
    }

    /** How this node keeps the partitions of a topic. */
    public LogConfig logConfig(MetadataImage image, String topic) {
        throw new UnsupportedOperationException();
    }

    /** The value that holds for a topic config; null only where the default is. */
    public String topicValue(MetadataImage image, String topic, String name) {
        throw new UnsupportedOperationException();
    }

    /** The value that holds for a broker config; null only where the default is. */
    public String brokerValue(MetadataImage image, String name) {
        throw new UnsupportedOperationException();
    }

    public int brokerInt(MetadataImage image, String name) {
        return Integer.parseInt(brokerValue(image, name).trim());
    }

    public long brokerLong(MetadataImage image, String name) {
        return Long.parseLong(brokerValue(image, name).trim());
    }

    public boolean brokerBoolean(MetadataImage image, String name) {
        return Boolean.parseBoolean(brokerValue(image, name).trim());
    }
}
