package io.millrace.membership.config;

import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.record.ConfigResource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * The settings of single groups (KIP-848, KIP-932, KIP-1071), which any name may have before there is such a group. What is
 * not set is the broker's setting of the same name behind {@code group.}; where the broker has bounds, they hold.
 *
 * <p>They are for the protocols of groups that are not served here: kept, checked and shown as Kafka does, and nothing follows
 * from them.
 *
 * <p>Thread: any.
 */
public final class GroupConfigs {
    private static final String PREFIX = "group.";
    private static final String ASSIGNOR = "streams.assignor.name";
    private static final String ASSIGNORS = "group.streams.assignors";
    private static final String STANDBYS = "streams.num.standby.replicas";
    private static final String MAX_STANDBYS = "group.streams.max.standby.replicas";
    private static final List<String> KINDS = List.of("consumer", "share", "streams");

    private static final SortedMap<String, ConfigDefinition> DEFINITIONS =
            Collections.unmodifiableSortedMap(CatalogReader.read("group-configs.tsv"));

    private final EffectiveConfigs configs;

    public GroupConfigs(EffectiveConfigs configs) {
        this.configs = configs;
    }

    /** All that DescribeConfigs shows of a group, with sources and synonyms; the group need not exist. */
    public List<ConfigEntry> describe(MetadataImage image, String group) {
        Map<String, String> set = image.configs(new ConfigResource(ConfigResource.Type.GROUP, group));
        List<ConfigEntry> entries = new ArrayList<>();
        for (ConfigDefinition definition : DEFINITIONS.values()) {
            String own = canonical(definition, set.get(definition.name()));
            if (!definition.internal() || own != null) {
                entries.add(entry(image, definition, own));
            }
        }
        return entries;
    }

    private ConfigEntry entry(MetadataImage image, ConfigDefinition definition, String own) {
        List<ConfigEntry.Synonym> synonyms = new ArrayList<>();
        if (own != null) {
            synonyms.add(new ConfigEntry.Synonym(definition.name(), own, ConfigSource.GROUP));
        }
        String broker = brokerName(definition.name());
        if (broker == null) {
            synonyms.add(new ConfigEntry.Synonym(definition.name(), definition.defaultValue(), ConfigSource.DEFAULT));
        } else {
            synonyms.addAll(configs.brokerSynonyms(image, broker));
        }
        return new ConfigEntry(
                definition.name(),
                own == null ? fallback(image, definition) : own,
                synonyms.get(0).source(),
                false,
                false,
                definition.type(),
                definition.documentation(),
                synonyms);
    }

    /** What holds for a group that has not set it. */
    private String fallback(MetadataImage image, ConfigDefinition definition) {
        String broker = brokerName(definition.name());
        if (broker == null) {
            return definition.defaultValue();
        }
        String value = configs.brokerValue(image, broker);
        return broker.equals(ASSIGNORS) ? value.split(",")[0].trim() : value;
    }

    /** The broker's setting that stands in; null for none. */
    private String brokerName(String name) {
        String broker = name.equals(ASSIGNOR) ? ASSIGNORS : PREFIX + name;
        return configs.catalog().broker(broker) == null ? null : broker;
    }

    private static String canonical(ConfigDefinition definition, String value) {
        return value == null ? null : ConfigValue.canonical(definition.name(), definition.type(), value);
    }

    /** Throws {@link InvalidConfigException} unless a group may have these. */
    public void check(MetadataImage image, Map<String, String> values) {
        for (String name : values.keySet()) {
            if (!DEFINITIONS.containsKey(name)) {
                throw new InvalidConfigException("Unknown group config name: " + name);
            }
        }
        values.forEach((name, value) -> DEFINITIONS.get(name).check(value));
        values.forEach((name, value) -> checkBounds(image, name, value));
        KINDS.forEach(kind -> checkSession(image, kind, values));
    }

    private void checkBounds(MetadataImage image, String name, String value) {
        if (name.equals(STANDBYS) && Long.parseLong(value.trim()) > configs.brokerLong(image, MAX_STANDBYS)) {
            throw new InvalidConfigException(
                    name + " must be less than or equal to " + configs.brokerLong(image, MAX_STANDBYS));
        }
        String kind = name.substring(0, name.indexOf('.'));
        String rest = name.substring(kind.length() + 1);
        String min = PREFIX + kind + ".min." + rest;
        String max = PREFIX + kind + ".max." + rest;
        if (configs.catalog().broker(min) != null && configs.catalog().broker(max) != null) {
            long low = configs.brokerLong(image, min);
            long high = configs.brokerLong(image, max);
            long number = Long.parseLong(value.trim());
            if (number < low || number > high) {
                throw new InvalidConfigException(name + " must be in the range " + low + " to " + high + " inclusive.");
            }
        }
    }

    private void checkSession(MetadataImage image, String kind, Map<String, String> values) {
        String session = kind + ".session.timeout.ms";
        String heartbeat = kind + ".heartbeat.interval.ms";
        if (number(image, session, values) <= number(image, heartbeat, values)) {
            throw new InvalidConfigException(session + " must be greater than " + heartbeat);
        }
    }

    private long number(MetadataImage image, String name, Map<String, String> values) {
        String value = values.get(name);
        return value == null ? configs.brokerLong(image, PREFIX + name) : Long.parseLong(value.trim());
    }
}
