package io.millrace.membership.controller;

import io.millrace.membership.config.ConfigCatalog;
import io.millrace.membership.config.ConfigDefinition;
import io.millrace.membership.config.ConfigType;
import io.millrace.membership.config.EffectiveConfigs;
import io.millrace.membership.config.GroupConfigs;
import io.millrace.membership.config.InvalidConfigException;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.record.ConfigRecord;
import io.millrace.membership.record.ConfigResource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;

/**
 * Answers {@link IncrementalAlterConfigs} and {@link LegacyAlterConfigs}: what was set before and the changes give what
 * is to be set, which is checked as a whole; records are written only for what differs.
 *
 * <p>Thread: the controller's.
 */
final class ConfigChanges {
    private static final String MIN_INSYNC = "min.insync.replicas";

    private final ConfigCatalog catalog;
    private final GroupConfigs groups;
    private final LeaderElection election;

    ConfigChanges(EffectiveConfigs configs, LeaderElection election) {
        this.catalog = configs.catalog();
        this.groups = new GroupConfigs(configs);
        this.election = election;
    }

    AlterConfigsOutcome decide(IncrementalAlterConfigs command, Decision decision) {
        return each(
                command.resources().stream()
                        .map(resource -> new Item(resource.type(), resource.name(), (target, before) -> {
                            checkChanges(resource.changes());
                            return applied(target, before, resource.changes());
                        }))
                        .toList(),
                decision);
    }

    AlterConfigsOutcome decide(LegacyAlterConfigs command, Decision decision) {
        return each(
                command.resources().stream()
                        .map(resource -> new Item(
                                resource.type(), resource.name(), (target, before) -> replaced(resource.configs())))
                        .toList(),
                decision);
    }

    /** One resource of a request: {@code change} turns what is set into what shall be set, or refuses. */
    private record Item(
            byte type, String name, BiFunction<ConfigResource, Map<String, String>, Map<String, String>> change) {
        List<Object> key() {
            return List.of(type, name);
        }
    }

    private AlterConfigsOutcome each(List<Item> items, Decision decision) {
        Set<Object> seen = new HashSet<>();
        Set<Object> repeated = new HashSet<>();
        items.forEach(item -> {
            if (!seen.add(item.key())) {
                repeated.add(item.key());
            }
        });
        List<AlterConfigsOutcome.Result> results = new ArrayList<>();
        for (Item item : items) {
            try {
                if (repeated.contains(item.key())) {
                    throw new Refusal(ControllerError.INVALID_REQUEST, "Each resource must appear at most once.");
                }
                alter(item, decision);
                results.add(new AlterConfigsOutcome.Result(item.type(), item.name(), ControllerError.NONE, null));
            } catch (Refusal refusal) {
                results.add(new AlterConfigsOutcome.Result(
                        item.type(), item.name(), refusal.error(), refusal.getMessage()));
            }
        }
        return new AlterConfigsOutcome(results);
    }

    private void alter(Item item, Decision decision) {
        MetadataImage image = decision.image();
        ConfigResource resource = resource(item, image);
        Map<String, String> before = image.configs(resource);
        Map<String, String> after = item.change().apply(resource, before);
        check(image, resource, before, after);
        Set<String> names = new TreeSet<>(before.keySet());
        names.addAll(after.keySet());
        Set<String> changed = new HashSet<>();
        for (String name : names) {
            if (!Objects.equals(before.get(name), after.get(name))) {
                decision.add(new ConfigRecord(resource, name, after.get(name)));
                changed.add(name);
            }
        }
        election.configsChanged(resource, changed, decision);
    }

    private static ConfigResource resource(Item item, MetadataImage image) {
        ConfigResource.Type type = ConfigResource.Type.fromId(item.type());
        if (type == ConfigResource.Type.TOPIC) {
            checkTopic(item.name(), image);
            return ConfigResource.topic(item.name());
        }
        if (type == ConfigResource.Type.BROKER) {
            checkBroker(item.name(), image);
            return new ConfigResource(type, item.name());
        }
        if (type == ConfigResource.Type.GROUP) {
            if (item.name().isEmpty()) {
                throw new Refusal(ControllerError.INVALID_REQUEST, "Default group resources are not allowed.");
            }
            return new ConfigResource(type, item.name());
        }
        throw new Refusal(
                ControllerError.INVALID_REQUEST, "Unexpected resource type " + (type == null ? "UNKNOWN" : type) + ".");
    }

    private static void checkTopic(String name, MetadataImage image) {
        if (name.isEmpty()) {
            throw new Refusal(ControllerError.INVALID_REQUEST, "Default topic resources are not allowed.");
        }
        String violation = TopicNames.violation(name);
        if (violation != null) {
            throw new Refusal(ControllerError.INVALID_TOPIC_EXCEPTION, violation);
        }
        if (image.topic(name) == null) {
            throw new Refusal(ControllerError.UNKNOWN_TOPIC_OR_PARTITION, "The topic '" + name + "' does not exist.");
        }
    }

    private static void checkBroker(String name, MetadataImage image) {
        if (name.isEmpty()) {
            return;
        }
        int id;
        try {
            id = Integer.parseInt(name);
        } catch (NumberFormatException e) {
            throw new Refusal(ControllerError.INVALID_REQUEST, "Node id must be an integer, but it is: " + name);
        }
        if (image.broker(id) == null) {
            throw new Refusal(ControllerError.INVALID_REQUEST, "No broker with id " + id + " is registered.");
        }
    }

    private static void checkChanges(List<IncrementalAlterConfigs.Change> changes) {
        List<String> nulls = new ArrayList<>();
        Set<String> names = new HashSet<>();
        boolean repeated = false;
        for (IncrementalAlterConfigs.Change change : changes) {
            repeated |= !names.add(change.name());
            if (change.operation() == null) {
                throw new Refusal(
                        ControllerError.INVALID_REQUEST, "Unknown operation type for config: " + change.name());
            }
            if (change.value() == null && change.operation() != IncrementalAlterConfigs.Operation.DELETE) {
                nulls.add(change.name());
            }
        }
        if (!nulls.isEmpty()) {
            throw nullValues(nulls);
        }
        if (repeated) {
            throw new Refusal(ControllerError.INVALID_REQUEST, "Error due to duplicate config keys");
        }
    }

    private static Map<String, String> replaced(List<NamedValue> configs) {
        Map<String, String> after = new TreeMap<>();
        List<String> nulls = new ArrayList<>();
        for (NamedValue config : configs) {
            if (config.value() == null) {
                nulls.add(config.name());
            } else if (after.put(config.name(), config.value()) != null) {
                throw new Refusal(ControllerError.INVALID_REQUEST, "Error due to duplicate config keys");
            }
        }
        if (!nulls.isEmpty()) {
            throw nullValues(nulls);
        }
        return after;
    }

    private static Refusal nullValues(List<String> names) {
        return new Refusal(
                ControllerError.INVALID_REQUEST, "Null value not supported for : " + String.join(",", names));
    }

    private Map<String, String> applied(
            ConfigResource resource, Map<String, String> before, List<IncrementalAlterConfigs.Change> changes) {
        Map<String, String> after = new HashMap<>(before);
        for (IncrementalAlterConfigs.Change change : changes) {
            switch (change.operation()) {
                case SET:
                    after.put(change.name(), change.value());
                    break;
                case DELETE:
                    after.remove(change.name());
                    break;
                default:
                    after.put(change.name(), merged(resource, before, change));
            }
        }
        return after;
    }

    private String merged(ConfigResource resource, Map<String, String> before, IncrementalAlterConfigs.Change change) {
        boolean ofBroker = resource.type() == ConfigResource.Type.BROKER;
        // KAFKA: the lists of groups cannot be changed by parts.
        ConfigDefinition definition =
                switch (resource.type()) {
                    case TOPIC -> catalog.topic(change.name());
                    case BROKER -> catalog.broker(change.name());
                    default -> null;
                };
        if (definition == null || definition.type() != ConfigType.LIST) {
            throw new Refusal(
                    ControllerError.INVALID_CONFIG,
                    !ofBroker
                            ? "Can't " + change.operation() + " to key " + change.name()
                                    + " because its type is not LIST."
                            : "Config value " + change.operation().name().toLowerCase(Locale.ROOT)
                                    + " is not allowed for config key: " + change.name());
        }
        List<String> values = entries(before.getOrDefault(change.name(), definition.defaultValue()));
        for (String entry : entries(change.value())) {
            if (change.operation() == IncrementalAlterConfigs.Operation.SUBTRACT) {
                values.remove(entry);
            } else if (!values.contains(entry)) {
                values.add(entry);
            }
        }
        return String.join(",", values);
    }

    private static List<String> entries(String list) {
        List<String> entries = new ArrayList<>();
        if (list != null) {
            Arrays.stream(list.split(","))
                    .map(String::trim)
                    .filter(entry -> !entry.isEmpty())
                    .forEach(entries::add);
        }
        return entries;
    }

    private void check(
            MetadataImage image, ConfigResource resource, Map<String, String> before, Map<String, String> after) {
        if (resource.type() != ConfigResource.Type.BROKER) {
            try {
                if (resource.type() == ConfigResource.Type.GROUP) {
                    groups.check(image, after);
                } else {
                    catalog.checkTopicConfigs(after);
                }
            } catch (InvalidConfigException e) {
                throw new Refusal(ControllerError.INVALID_CONFIG, e.getMessage());
            }
            return;
        }
        boolean ofAll = resource.equals(ConfigResource.ALL_BROKERS);
        try {
            catalog.checkDynamicBrokerConfigs(after, !ofAll);
        } catch (InvalidConfigException e) {
            // Kafka answers a wrong topic config and a wrong broker config with different codes.
            throw new Refusal(ControllerError.INVALID_REQUEST, e.getMessage());
        }
        checkMinInsync(ofAll, before, after);
    }

    /** All brokers must agree on it, and always know it, for the eligible leaders to be worth anything. */
    private static void checkMinInsync(boolean ofAll, Map<String, String> before, Map<String, String> after) {
        if (ofAll && before.containsKey(MIN_INSYNC) && !after.containsKey(MIN_INSYNC)) {
            throw new Refusal(
                    ControllerError.INVALID_CONFIG,
                    "Cluster-level min.insync.replicas cannot be removed while ELR is enabled.");
        }
        if (!ofAll && !Objects.equals(before.get(MIN_INSYNC), after.get(MIN_INSYNC))) {
            throw new Refusal(
                    ControllerError.INVALID_CONFIG,
                    "Broker-level min.insync.replicas cannot be altered while ELR is enabled.");
        }
    }
}
