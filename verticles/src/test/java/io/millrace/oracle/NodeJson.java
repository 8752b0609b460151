package io.millrace.oracle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Writes a node's configuration file for a test: two loopback listeners, its data folders, Kafka's own setting names.
 *
 * <p>Thread: any.
 */
final class NodeJson {
    private NodeJson() {}

    static void write(Path file, int port, int secondPort, List<Path> data, Map<String, String> kafkaSettings) {
        String kafka = kafkaSettings.entrySet().stream()
                .filter(entry -> !entry.getKey().equals("broker.rack"))
                .map(entry -> quoted(entry.getKey()) + ": " + quoted(entry.getValue()))
                .collect(Collectors.joining(", "));
        String rack = kafkaSettings.containsKey("broker.rack")
                ? ", \"rack\": " + quoted(kafkaSettings.get("broker.rack"))
                : "";
        String json = """
                {
                  "node": { "id": 1%s },
                  "listeners": {
                    "PLAINTEXT": { "bind": "127.0.0.1:%d" },
                    "SECOND": { "bind": "127.0.0.1:%d" }
                  },
                  "data": [%s],
                  "http": { "bind": "127.0.0.1:0" },
                  "kafka": { %s }
                }
                """.formatted(
                        rack,
                        port,
                        secondPort,
                        data.stream().map(folder -> quoted(folder.toString())).collect(Collectors.joining(", ")),
                        kafka);
        try {
            Files.writeString(file, json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
}
