package io.millrace.membership.config;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Reads the catalog's resources: one setting per line, tab-separated, the columns named in the second line.
 *
 * <p>Thread: any; has no state.
 */
final class CatalogReader {
    private static final String NO_VALUE = "\\N";
    private static final int COLUMNS = 9;

    private CatalogReader() {}

    static SortedMap<String, ConfigDefinition> read(String resource) {
        SortedMap<String, ConfigDefinition> definitions = new TreeMap<>();
        try (InputStream in = CatalogReader.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + resource + " is missing from the jar");
            }
            BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.isEmpty() && !line.startsWith("#")) {
                    ConfigDefinition definition = definition(line);
                    definitions.put(definition.name(), definition);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return definitions;
    }

    private static ConfigDefinition definition(String line) {
        String[] columns = line.split("\t", -1);
        if (columns.length != COLUMNS) {
            throw new IllegalStateException("not " + COLUMNS + " columns: " + line);
        }
        return new ConfigDefinition(
                columns[0],
                ConfigType.valueOf(columns[1]),
                columns[2].equals(NO_VALUE) ? null : columns[2],
                columns[3],
                status(columns[4]),
                updateMode(columns[5]),
                columns[6].equals("internal"),
                ValueRule.of(columns[7]),
                columns[8]);
    }

    private static ConfigStatus status(String text) {
        return switch (text) {
            case "E" -> ConfigStatus.EFFECTIVE;
            case "W" -> ConfigStatus.ACCEPTED_WITH_WARNING;
            case "R" -> ConfigStatus.REFUSED;
            default -> throw new IllegalStateException("no such status: " + text);
        };
    }

    private static UpdateMode updateMode(String text) {
        return switch (text) {
            case "ro" -> UpdateMode.READ_ONLY;
            case "broker" -> UpdateMode.PER_BROKER;
            case "cluster" -> UpdateMode.CLUSTER_WIDE;
            default -> throw new IllegalStateException("no such update mode: " + text);
        };
    }
}
