package io.millrace.verticles.config;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * From a file, the environment and {@code -D} to a {@link NodeConfig}, or to one sentence about what is wrong.
 *
 * <p>Thread: any; stateless between calls. Reads one file and opens nothing else.
 */
public final class NodeConfigLoader {
    /** Kafka names whose place in a Millrace config is elsewhere: said twice they could disagree. */
    private static final Map<String, String> SAID_ELSEWHERE = Map.ofEntries(
            Map.entry("node.id", "node.id"),
            Map.entry("broker.id", "node.id"),
            Map.entry("broker.rack", "node.rack"),
            Map.entry("listeners", "listeners"),
            Map.entry("advertised.listeners", "listeners.NAME.advertised"),
            Map.entry("log.dir", "data"),
            Map.entry("log.dirs", "data"),
            Map.entry("metadata.log.dir", "data"),
            Map.entry("controller.quorum.voters", "cluster.voters"));

    private final HostLimits host;
    private final KafkaSettings kafka;

    public NodeConfigLoader(HostLimits host, KafkaSettings kafka) {
        this.host = host;
        this.kafka = kafka;
    }

    /**
     * Reads {@code file}.
     *
     * @param environment all of it; only {@code MILLRACE_…} is looked at
     * @param properties the {@code -D} of the command line after {@code start}
     * @throws ConfigException whose message names file and key, the value, and what is allowed
     */
    public LoadedConfig load(Path file, Map<String, String> environment, Map<String, String> properties) {
        Map<String, Object> tree = JsonText.object(file.toString(), read(file));
        ConfigSchema schema = ConfigSchema.node();
        Overrides overrides = new Overrides(schema, tree);
        overrides.applyEnvironment(environment);
        overrides.applyProperties(properties);
        schema.check(tree).ifPresent(wrong -> {
            throw new ConfigException(overrides.sourceOf(wrong.path(), file.toString()) + ": " + wrong.text());
        });
        Map<String, String> settings = kafkaSettings(ConfigSchema.map(tree.get("kafka")), overrides, file);
        List<String> warnings = checkKafka(settings, overrides, file);
        ConfigTree values = new ConfigTree(schema, tree, file, overrides);
        return new LoadedConfig(values.toConfig(host, settings), warnings);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new ConfigException(file + ": there is no such file");
        } catch (AccessDeniedException e) {
            throw new ConfigException(file + ": may not be read by this user");
        } catch (MalformedInputException e) {
            throw new ConfigException(file + ": is not UTF-8 text");
        } catch (IOException e) {
            throw new ConfigException(file + ": cannot be read: " + e.getMessage());
        }
    }

    private static Map<String, String> kafkaSettings(Map<String, Object> section, Overrides overrides, Path file) {
        Map<String, String> settings = new LinkedHashMap<>();
        section.forEach((name, value) -> {
            String elsewhere = SAID_ELSEWHERE.get(name);
            if (elsewhere != null) {
                throw new ConfigException(overrides.sourceOf("kafka." + name, file.toString()) + ": is said under \""
                        + elsewhere + "\" in this config");
            }
            settings.put(name, text(value));
        });
        return settings;
    }

    private List<String> checkKafka(Map<String, String> settings, Overrides overrides, Path file) {
        List<String> warnings = new ArrayList<>();
        for (KafkaSettings.Remark remark : kafka.check(settings)) {
            String line = overrides.sourceOf("kafka." + remark.name(), file.toString()) + ": " + remark.text();
            if (remark.refused()) {
                throw new ConfigException(
                        kafka.names().contains(remark.name())
                                ? line
                                : line + DidYouMean.hint(remark.name(), kafka.names()));
            }
            warnings.add(line);
        }
        return warnings;
    }

    private static String text(Object value) {
        if (value instanceof List<?> list) {
            return String.join(",", list.stream().map(NodeConfigLoader::text).toList());
        }
        return value instanceof java.math.BigDecimal number ? number.toPlainString() : String.valueOf(value);
    }
}
