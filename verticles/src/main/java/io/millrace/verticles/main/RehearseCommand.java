package io.millrace.verticles.main;

import io.millrace.verticles.config.HostPort;
import io.millrace.verticles.config.LoadedConfig;
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
            NodeRuntime node = StartCommand.launch(loaded.config());
            System.out.println(node.readyLine(0));
            HostPort kafka = node.told(loaded.config().listener("PLAINTEXT"));
            int demo = DemoCommand.run(new CommandLine.Demo(kafka.toString()));
            node.hazelcastAttached().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            CommandLine.Status door = new CommandLine.Status("http://" + node.operatorsDoor());
            int status = StatusCommand.run(door) + StatusCommand.show(door, "/metrics");
            Shutdown.disarm();
            node.stop(Duration.ofSeconds(PATIENCE_SECONDS)).toCompletableFuture().get();
            return Math.max(demo, status);
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(path);
                }
            }
        }
    }
}
