package io.millrace.membership.config;

import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Every topic and broker setting of Kafka's by name, read once from a resource, plus Millrace's own.
 *
 * <p>Thread: any.
 */
public final class ConfigCatalog {
    private ConfigCatalog() {}

    /** The one catalog of this version. */
    public static ConfigCatalog get() {
        throw new UnsupportedOperationException();
    }

    /** The topic config of this name, or null. */
    public ConfigDefinition topic(String name) {
        throw new UnsupportedOperationException();
    }

    /** The broker config of this name, or null. */
    public ConfigDefinition broker(String name) {
        throw new UnsupportedOperationException();
    }

    /** In alphabetical order, internal ones included. */
    public Collection<ConfigDefinition> topics() {
        throw new UnsupportedOperationException();
    }

    /** In alphabetical order, internal ones included. */
    public Collection<ConfigDefinition> brokers() {
        throw new UnsupportedOperationException();
    }

    /** What is to be said about the broker settings of a node's file; empty when they are all in order. */
    public List<ConfigProblem> checkNodeSettings(Map<String, String> settings) {
        throw new UnsupportedOperationException();
    }

    /** Throws {@link InvalidConfigException} unless these are known topic configs with allowed values. */
    public void checkTopicConfigs(Map<String, String> configs) {
        throw new UnsupportedOperationException();
    }
}
