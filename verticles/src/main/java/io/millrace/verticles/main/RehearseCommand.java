package io.millrace.verticles.main;

import io.millrace.verticles.config.HostPort;
import io.millrace.verticles.config.LoadedConfig;
import io.millrace.verticles.config.NodeConfig;
import io.millrace.verticles.metrics.MicrometerSeries;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A node's life in small, in a throwaway folder: the classes that it loads are what the class archive holds.
 *
 * <p>Thread: the main thread.
 */
final class RehearseCommand {
    private static final long PATIENCE_SECONDS = 30;

    private RehearseCommand() {}

    static int run() throws Exception {
        Path folder = Files.createTempDirectory("millrace-rehearsal");
        try {
            Path file = Files.writeString(
                    folder.resolve("node.json"),
                    "{\"node\": {\"id\": 1}, \"listeners\": {\"PLAINTEXT\": {\"bind\": \"127.0.0.1:0\"}},"
                            + " \"data\": [\"data\"], \"http\": {\"bind\": \"127.0.0.1:0\"}}");
            LoadedConfig loaded = StartCommand.load(file, Map.of(), Map.of());
            int code = live(loaded.config());
            // A second life finds what the first one left.
            return code + live(loaded.config());
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(path);
                }
            }
        }
    }

    private static int live(NodeConfig config) throws Exception {
        NodeRuntime node = StartCommand.launch(config, MicrometerSeries::new);
        System.out.println(node.readyLine(0));
        HostPort kafka = node.told(config.listener("PLAINTEXT"));
        int code = DemoCommand.run(new CommandLine.Demo(kafka.toString()));
        node.hazelcastAttached().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        CommandLine.Status door = new CommandLine.Status("http://" + node.operatorsDoor());
        code += StatusCommand.run(door) + StatusCommand.show(door, "/metrics");
        node.stop(Duration.ofSeconds(PATIENCE_SECONDS)).toCompletableFuture().get();
        Shutdown.disarm();
        return code;
    }
}
