package io.millrace.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * One of the two brokers that are measured: its folder, its port, its process.
 *
 * <p>Thread: main.
 */
abstract class Peer implements AutoCloseable {
    private final String name;
    private final Path home;
    private final int port = freePort();
    private Process process;

    Peer(String name, Path work) {
        this.name = name;
        home = work.resolve(name.toLowerCase());
        deleteTree(home);
        try {
            Files.createDirectories(home);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            if (process != null) {
                process.destroyForcibly();
            }
        }));
    }

    /** What a user would run, in the foreground. */
    abstract List<String> command();

    /** Whatever must be done once for an empty folder before the first start; not part of any measured time. */
    abstract void prepareEmptyFolder();

    final String name() {
        return name;
    }

    final Path home() {
        return home;
    }

    final int port() {
        return port;
    }

    final long pid() {
        return process.pid();
    }

    /** Starts on an empty folder and returns when a produce was acknowledged. */
    final double startEmpty() throws Exception {
        deleteTree(home.resolve("data"));
        prepareEmptyFolder();
        return start();
    }

    /** Seconds from exec to the first acknowledged produce into the topic {@code first}. */
    final double start() throws Exception {
        long before = System.nanoTime();
        process = new ProcessBuilder(command())
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(home.resolve("out.log").toFile()))
                .start();
        FirstProduce.awaitAck(this, process);
        return (System.nanoTime() - before) / 1e9;
    }

    final void kill() {
        process.destroyForcibly();
        awaitEnd();
    }

    final double terminate() {
        long before = System.nanoTime();
        process.destroy();
        awaitEnd();
        return (System.nanoTime() - before) / 1e9;
    }

    private void awaitEnd() {
        try {
            if (!process.waitFor(120, TimeUnit.SECONDS)) {
                throw new IllegalStateException(name + " does not end");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        if (process != null && process.isAlive()) {
            kill();
        }
        deleteTree(home.resolve("data"));
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void deleteTree(Path root) {
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
