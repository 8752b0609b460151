package io.millrace.oracle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;

/**
 * The process side of a {@link Broker}: ports, folder, log file, start, wait until it answers, kill by pid.
 *
 * <p>Thread: the test that started it. A process that a test run leaves behind is killed by a shutdown hook.
 */
public abstract class BrokerProcess implements Broker {
    private static final long START_LIMIT_MS = 60_000;
    private static final long STOP_LIMIT_MS = 30_000;

    private final String name;
    private final int port = FreePorts.next();
    private final int secondPort = FreePorts.next();
    private final Path home;
    private Process process;

    protected BrokerProcess(String name) {
        this.name = name;
        try {
            Path parent = TestTools.projectDirectory().resolve("target/brokers");
            Files.createDirectories(parent);
            home = Files.createTempDirectory(parent, name.toLowerCase().replaceAll("[^a-z0-9]+", "-") + "-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            if (process != null) {
                process.destroyForcibly();
            }
        }));
    }

    /** The command that runs the broker in the foreground. */
    protected abstract List<String> command();

    protected Map<String, String> environment() {
        return Map.of();
    }

    protected final Path home() {
        return home;
    }

    protected final void start() {
        try {
            ProcessBuilder builder = new ProcessBuilder(command())
                    .directory(TestTools.projectDirectory().toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(logFile().toFile()));
            builder.environment().putAll(environment());
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        awaitAnswer();
    }

    private void awaitAnswer() {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(START_LIMIT_MS);
        while (System.nanoTime() < deadline) {
            if (!process.isAlive()) {
                throw new IllegalStateException(
                        name + " ended with exit code " + process.exitValue() + "; its log ends with\n" + logTail());
            }
            try (WireClient client = WireClient.to(port)) {
                MetadataResponseData metadata =
                        client.ask(new MetadataRequestData().setTopics(new ArrayList<>()), (short) 9);
                if (!metadata.brokers().isEmpty() && metadata.controllerId() >= 0) {
                    return;
                }
            } catch (IOException e) {
                // Not listening yet: asked again until the limit.
            }
            pauseMs(20);
        }
        process.destroyForcibly();
        throw new IllegalStateException(
                name + " did not answer within " + START_LIMIT_MS + " ms; its log ends with\n" + logTail());
    }

    private String logTail() {
        try {
            List<String> lines = Files.readAllLines(logFile(), StandardCharsets.UTF_8);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
        } catch (IOException e) {
            return "(no log: " + e + ")";
        }
    }

    private static void pauseMs(long ms) {
        try {
            Thread.sleep(ms);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public int secondPort() {
        return secondPort;
    }

    @Override
    public long pid() {
        return process.pid();
    }

    @Override
    public Path dataDirectory() {
        return home.resolve("data");
    }

    /** The log directories of these names, or the data folder itself for none. */
    final List<Path> folders(List<String> names) {
        return names.isEmpty()
                ? List.of(dataDirectory())
                : names.stream().map(dataDirectory()::resolve).toList();
    }

    @Override
    public Path logFile() {
        return home.resolve("broker.out");
    }

    @Override
    public void kill() {
        process.destroyForcibly();
        awaitEnd();
    }

    @Override
    public void terminate() {
        process.destroy();
        awaitEnd();
    }

    private void awaitEnd() {
        try {
            if (!process.waitFor(STOP_LIMIT_MS, TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException(name + " did not end within " + STOP_LIMIT_MS + " ms\n" + logTail());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void startAgain() {
        start();
    }

    @Override
    public void close() {
        if (process != null && process.isAlive()) {
            kill();
        }
        // -Dmillrace.keep=true leaves the data for a look at it.
        if (!Boolean.getBoolean("millrace.keep")) {
            deleteTree(dataDirectory());
        }
    }

    public static void deleteTree(Path root) {
        if (!Files.exists(root)) {
            return;
        }
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
