package io.millrace.verticles.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Puts single keys from {@code -D} and the environment into what the file said, and remembers who said what for messages.
 *
 * <p>Keys contain dots ({@code runtime} + {@code event.loops}), so a path is resolved along the schema, not by splitting.
 *
 * <p>Thread: one; used while a config is read.
 */
final class Overrides {
    static final String ENVIRONMENT_PREFIX = "MILLRACE_";

    /** Read by {@code bin/millrace}, not by the node. */
    private static final List<String> LAUNCHER =
            List.of("MILLRACE_HOME", "MILLRACE_HEAP", "MILLRACE_DIRECT", "MILLRACE_JAVA_OPTS", "MILLRACE_CDS");

    /** Kubernetes puts these into every container beside a service that is called millrace or millrace-something. */
    private static final Pattern KUBERNETES =
            Pattern.compile("MILLRACE_.*(SERVICE_HOST|SERVICE_PORT.*|PORT(_\\d+_.*)?)");

    private final ConfigSchema schema;
    private final Map<String, Object> tree;
    private final Map<String, String> sources = new LinkedHashMap<>();

    Overrides(ConfigSchema schema, Map<String, Object> tree) {
        this.schema = schema;
        this.tree = tree;
    }

    void applyEnvironment(Map<String, String> environment) {
        for (Map.Entry<String, String> variable : new TreeMap<>(environment).entrySet()) {
            String name = variable.getKey();
            if (!name.startsWith(ENVIRONMENT_PREFIX) || LAUNCHER.contains(name)) {
                continue;
            }
            Optional<List<String>> keys = environmentPath(schema, name.substring(ENVIRONMENT_PREFIX.length()));
            if (keys.isPresent()) {
                set(keys.get(), variable.getValue(), name + "=" + variable.getValue());
            } else if (!KUBERNETES.matcher(name).matches()) {
                throw new ConfigException(name + ": the environment names a key that the config does not have"
                        + DidYouMean.hint(name, environmentNames(schema, ENVIRONMENT_PREFIX)));
            }
        }
    }

    void applyProperties(Map<String, String> properties) {
        properties.forEach((name, value) -> {
            String source = "-D" + name + "=" + value;
            List<String> keys = path(schema, name)
                    .orElseThrow(() -> new ConfigException(
                            "-D" + name + ": is not a key of the config" + DidYouMean.hint(name, names(schema, ""))));
            set(keys, value, source);
        });
    }

    /** Who gave the value at {@code path}: an override, else {@code file}. */
    String sourceOf(String path, String file) {
        for (Map.Entry<String, String> source : sources.entrySet()) {
            if (path.equals(source.getKey()) || path.startsWith(source.getKey() + "[")) {
                return source.getValue();
            }
        }
        return file + ": " + path;
    }

    private void set(List<String> keys, String text, String source) {
        ConfigSchema rule = schema;
        Map<String, Object> object = tree;
        String path = "";
        for (int i = 0; i < keys.size(); i++) {
            String key = keys.get(i);
            path = ConfigSchema.join(path, key);
            rule = rule.property(key).or(rule::otherProperties).orElseThrow();
            if (i == keys.size() - 1) {
                object.put(key, rule.fromText(text));
                sources.put(path, source);
            } else {
                Object inner = object.computeIfAbsent(key, ignored -> new LinkedHashMap<String, Object>());
                if (!(inner instanceof Map)) {
                    throw new ConfigException(source + ": " + path + " is not an object, so nothing can be set in it");
                }
                object = ConfigSchema.map(inner);
            }
        }
    }

    private static Optional<List<String>> path(ConfigSchema rule, String rest) {
        for (String property : rule.propertyNames()) {
            if (rest.equals(property)) {
                return Optional.of(List.of(property));
            }
            if (rest.startsWith(property + ".")) {
                Optional<List<String>> inside =
                        path(rule.property(property).orElseThrow(), rest.substring(property.length() + 1));
                if (inside.isPresent()) {
                    return prefixed(property, inside);
                }
            }
        }
        if (rule.otherProperties().isEmpty() || rest.isEmpty()) {
            return Optional.empty();
        }
        ConfigSchema other = rule.otherProperties().get();
        if (!other.isA("object")) {
            return Optional.of(List.of(rest));
        }
        int dot = rest.indexOf('.');
        return dot <= 0 ? Optional.empty() : prefixed(rest.substring(0, dot), path(other, rest.substring(dot + 1)));
    }

    private static Optional<List<String>> environmentPath(ConfigSchema rule, String rest) {
        for (String property : rule.propertyNames()) {
            String name = environmentName(property);
            if (rest.equals(name)) {
                return Optional.of(List.of(property));
            }
            if (rest.startsWith(name + "_")) {
                Optional<List<String>> inside =
                        environmentPath(rule.property(property).orElseThrow(), rest.substring(name.length() + 1));
                if (inside.isPresent()) {
                    return prefixed(property, inside);
                }
            }
        }
        if (rule.otherProperties().isEmpty() || rest.isEmpty()) {
            return Optional.empty();
        }
        ConfigSchema other = rule.otherProperties().get();
        if (!other.isA("object")) {
            return KUBERNETES.matcher(ENVIRONMENT_PREFIX + rest).matches()
                    ? Optional.empty()
                    : Optional.of(List.of(rest.toLowerCase(Locale.ROOT).replace('_', '.')));
        }
        for (String leaf : other.propertyNames()) {
            String ending = "_" + environmentName(leaf);
            if (rest.endsWith(ending) && rest.length() > ending.length()) {
                return Optional.of(List.of(rest.substring(0, rest.length() - ending.length()), leaf));
            }
        }
        return Optional.empty();
    }

    private static Optional<List<String>> prefixed(String first, Optional<List<String>> rest) {
        return rest.map(keys -> {
            List<String> all = new ArrayList<>(keys.size() + 1);
            all.add(first);
            all.addAll(keys);
            return all;
        });
    }

    private static List<String> environmentNames(ConfigSchema rule, String prefix) {
        return names(rule, "").stream()
                .map(name -> prefix + environmentName(name))
                .toList();
    }

    private static List<String> names(ConfigSchema rule, String prefix) {
        List<String> names = new ArrayList<>();
        for (String property : rule.propertyNames()) {
            ConfigSchema inside = rule.property(property).orElseThrow();
            String path = ConfigSchema.join(prefix, property);
            if (inside.isA("object")) {
                names.addAll(names(inside, path));
            } else {
                names.add(path);
            }
        }
        return names;
    }

    private static String environmentName(String key) {
        return key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }
}
