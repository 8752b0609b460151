package io.millrace.verticles.main;

import io.millrace.verticles.config.ConfigException;
import io.millrace.verticles.config.HostLimits;
import io.millrace.verticles.config.LoadedConfig;
import io.millrace.verticles.config.NodeConfig;
import io.millrace.verticles.config.NodeConfigLoader;
import io.millrace.verticles.metrics.MicrometerSeries;
import io.netty.util.internal.PlatformDependent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code millrace start}: reads the config, starts the node, says in one line what came of it, and stays until a signal.
 *
 * <p>Thread: the main thread.
 */
final class StartCommand {
    /** Not an exit code: the process goes on. */
    static final int RUNNING = -1;

    /** A start takes less than that unless it waits for other nodes. */
    private static final long TELL_AFTER_MS = 2_000;

    private static final Logger log = LoggerFactory.getLogger(StartCommand.class);

    private StartCommand() {}

    static int run(CommandLine.Start start, Ahead ahead) throws Exception {
        ahead.makeMeters();
        Path file = start.configFile().map(Path::of).orElseGet(StartCommand::defaultConfig);
        LoadedConfig loaded = load(file, System.getenv(), start.properties());
        loaded.warnings().forEach(log::warn);
        NodeRuntime node = launch(loaded.config(), ahead::meters);
        ahead.end();
        String ready = node.readyLine(SinceExec.millis());
        System.out.println(ready);
        LogSetup.toFileOnly(ready);
        return RUNNING;
    }

    static LoadedConfig load(Path file, Map<String, String> environment, Map<String, String> properties) {
        HostLimits host =
                new HostLimits(Runtime.getRuntime().availableProcessors(), PlatformDependent.maxDirectMemory());
        return new NodeConfigLoader(host, new CatalogSettings()).load(file, environment, properties);
    }

    /** Starts a node and waits until it serves; from the first moment on a signal stops it cleanly. */
    static NodeRuntime launch(NodeConfig config, Supplier<MicrometerSeries> meters) throws Exception {
        Uncaught.install();
        ProcessSettings.apply(config);
        NodeRuntime node = new NodeRuntime(config, meters.get(), StartCommand::halt);
        Shutdown.onSignal(node, config.runtime().shutdownDeadlineMs());
        Path logFile = config.dataDirectories().get(0).resolve("node.log");
        try {
            awaitStart(node, config.nodeId());
        } catch (ExecutionException e) {
            Exception failure = unwrapped(e.getCause());
            if (!(failure instanceof ConfigException) && Files.isDirectory(logFile.getParent())) {
                LogSetup.toFile(logFile);
            }
            throw failure;
        }
        // Not before: the folder could have been another process's.
        LogSetup.toFile(logFile);
        return node;
    }

    /** However long it takes; whoever watches the terminal is told what is waited for. */
    private static void awaitStart(NodeRuntime node, int nodeId) throws ExecutionException, InterruptedException {
        CompletableFuture<Void> started = node.start().toCompletableFuture();
        String said = "";
        while (true) {
            try {
                started.get(TELL_AFTER_MS, TimeUnit.MILLISECONDS);
                return;
            } catch (TimeoutException waiting) {
                String why = node.notReadyBecause().orElse(said);
                if (!why.equals(said) && !Shutdown.isUnderWay()) {
                    log.info("node {} {}", nodeId, why);
                    said = why;
                }
            }
        }
    }

    /** The node must not go on: its own state cannot be trusted any more. Other nodes go on without it. */
    private static void halt(String why) {
        if (Shutdown.isUnderWay()) {
            return;
        }
        log.error("ending: {}", why);
        new Thread(() -> System.exit(ExitCode.FAILED), "millrace-halt").start();
    }

    private static Exception unwrapped(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof ConfigException wrong ? wrong : new IllegalStateException(cause);
    }

    private static Path defaultConfig() {
        String home = System.getProperty("millrace.home", ".");
        Path file = Path.of(home, "conf", "standalone.json");
        Path here = Path.of("").toAbsolutePath();
        return file.toAbsolutePath().startsWith(here) ? here.relativize(file.toAbsolutePath()) : file;
    }
}
