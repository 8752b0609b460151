package io.millrace.membership.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Every topic and broker setting of Kafka's by name, read once from a resource, plus Millrace's own.
 *
 * <p>Thread: any.
 */
public final class ConfigCatalog {
    private static final String LISTENER_PREFIX = "listener.name.";

    /** Dynamic in Kafka, which binds anew; here the node's file alone says where it listens. */
    private static final String LISTENERS = "listeners";

    private final SortedMap<String, ConfigDefinition> topics;
    private final SortedMap<String, ConfigDefinition> brokers;

    private ConfigCatalog() {
        topics = Collections.unmodifiableSortedMap(CatalogReader.read("topic-configs.tsv"));
        brokers = Collections.unmodifiableSortedMap(CatalogReader.read("broker-configs.tsv"));
    }

    /** Loads on first use, so that a node that only prints its version does not. */
    private static final class Loaded {
        static final ConfigCatalog CATALOG = new ConfigCatalog();
    }

    /** The one catalog of this version. */
    public static ConfigCatalog get() {
        return Loaded.CATALOG;
    }

    /** The topic config of this name, or null. */
    public ConfigDefinition topic(String name) {
        return topics.get(name);
    }

    /** The broker config of this name, or null. */
    public ConfigDefinition broker(String name) {
        return brokers.get(name);
    }

    /** In alphabetical order, internal ones included. */
    public Collection<ConfigDefinition> topics() {
        return topics.values();
    }

    /** In alphabetical order, internal ones included. */
    public Collection<ConfigDefinition> brokers() {
        return brokers.values();
    }

    /**
     * What is to be said about the broker settings of a node's file; empty when they are all in order. Unknown names
     * are refused: in a file, they are typing errors.
     */
    public List<ConfigProblem> checkNodeSettings(Map<String, String> settings) {
        List<ConfigProblem> problems = new ArrayList<>();
        new TreeMap<>(settings).forEach((name, value) -> {
            ConfigDefinition definition = brokers.get(base(name));
            if (definition == null) {
                problems.add(new ConfigProblem(name, value, true, "Unknown broker config name: " + name));
            } else if (definition.status() == ConfigStatus.REFUSED) {
                problems.add(new ConfigProblem(name, value, true, refusal(name)));
            } else {
                try {
                    definition.check(value);
                    if (definition.status() == ConfigStatus.ACCEPTED_WITH_WARNING) {
                        problems.add(new ConfigProblem(
                                name, value, false, name + " is accepted, but nothing follows from it"));
                    }
                } catch (InvalidConfigException e) {
                    problems.add(new ConfigProblem(name, value, true, e.getMessage() + allowed(definition)));
                }
            }
        });
        return problems;
    }

    /** Throws {@link InvalidConfigException} unless these are known topic configs with allowed values. */
    public void checkTopicConfigs(Map<String, String> configs) {
        List<String> nulls = new ArrayList<>();
        configs.forEach((name, value) -> {
            if (value == null) {
                nulls.add(name);
            }
        });
        if (!nulls.isEmpty()) {
            throw new InvalidConfigException("Null value not supported for topic configs: " + String.join(",", nulls));
        }
        for (String name : configs.keySet()) {
            if (!topics.containsKey(name)) {
                throw new InvalidConfigException("Unknown topic config name: " + name);
            }
        }
        configs.forEach((name, value) -> topics.get(name).check(value));
        checkCompactionLags(configs);
        if (Boolean.parseBoolean(
                configs.getOrDefault("remote.storage.enable", "false").trim())) {
            throw new InvalidConfigException("Tiered Storage functionality is disabled in the broker."
                    + " Topic cannot be configured with remote log storage.");
        }
    }

    private void checkCompactionLags(Map<String, String> configs) {
        long min = topicLong(configs, "min.compaction.lag.ms");
        long max = topicLong(configs, "max.compaction.lag.ms");
        if (min > max) {
            throw new InvalidConfigException("conflict topic config setting min.compaction.lag.ms (" + min
                    + ") > max.compaction.lag.ms (" + max + ")");
        }
    }

    private long topicLong(Map<String, String> configs, String name) {
        return Long.parseLong(
                configs.getOrDefault(name, topics.get(name).defaultValue()).trim());
    }

    /**
     * Throws {@link InvalidConfigException} unless all of these may be set while brokers run: for one broker, or for
     * all of them. As in Kafka, a name that nobody knows is let through (a plugin might read it).
     */
    public void checkDynamicBrokerConfigs(Map<String, String> configs, boolean forOneBroker) {
        refuseWhere(
                configs,
                definition -> definition.status() == ConfigStatus.REFUSED,
                "These configs are not honoured, so they may not be set");
        refuseWhere(configs, definition -> !definition.isDynamic(), "Cannot update these configs dynamically");
        configs.forEach((name, value) -> {
            ConfigDefinition definition = brokers.get(base(name));
            if (definition != null) {
                definition.check(value);
            }
        });
        if (!forOneBroker) {
            refuseWhere(
                    configs,
                    definition -> definition.updateMode() == UpdateMode.PER_BROKER,
                    "Cannot update these configs at default cluster level, broker id must be specified");
        }
        refuseWhere(
                configs, definition -> definition.name().equals(LISTENERS), "Cannot update these configs dynamically");
    }

    private void refuseWhere(Map<String, String> configs, Predicate<ConfigDefinition> wrong, String message) {
        List<String> names = configs.keySet().stream()
                .filter(name -> brokers.get(base(name)) != null && wrong.test(brokers.get(base(name))))
                .sorted()
                .toList();
        if (!names.isEmpty()) {
            throw new InvalidConfigException(message + ": " + names);
        }
    }

    /** A setting for one listener ({@code listener.name.external.ssl.keystore.type}) without its prefix. */
    private static String base(String name) {
        if (!name.startsWith(LISTENER_PREFIX)) {
            return name;
        }
        int dot = name.indexOf('.', LISTENER_PREFIX.length());
        return dot < 0 ? name : name.substring(dot + 1);
    }

    private static String refusal(String name) {
        return name + " is not honoured by this version, so it may not be set";
    }

    private static String allowed(ConfigDefinition definition) {
        String rule = definition.rule().describe();
        return rule.isEmpty() ? "" : " (allowed: " + rule + ")";
    }
}
