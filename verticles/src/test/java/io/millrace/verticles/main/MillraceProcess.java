package io.millrace.verticles.main;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One run of {@code Main} in a process of its own, on the class path of the tests.
 *
 * <p>Thread: the test's. Whatever is left when the test ends is killed by {@link #close}.
 */
final class MillraceProcess implements AutoCloseable {
    private static final long LIMIT_MS = 60_000;

    private final Process process;
    private final Path out;
    private final Path err;

    private MillraceProcess(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    static MillraceProcess start(Path folder, Map<String, String> environment, String... words) {
        try {
            Path out = Files.createTempFile(folder, "out", ".txt");
            Path err = Files.createTempFile(folder, "err", ".txt");
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-Xmx256m",
                    "-XX:MaxDirectMemorySize=256m",
                    "-cp",
                    System.getProperty("java.class.path"),
                    "io.millrace.verticles.main.Main"));
            command.addAll(List.of(words));
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile());
            builder.environment().putAll(environment);
            return new MillraceProcess(builder.start(), out, err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for the line that says it serves. */
    MillraceProcess awaitReady() {
        long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LIMIT_MS);
        while (!out().contains(" is ready after ")) {
            if (!process.isAlive() || System.nanoTime() > deadlineNanos) {
                throw new AssertionError("not ready; out: " + out() + " err: " + err());
            }
            try {
                // Polls another process's output: there is nothing to wait on.
                process.waitFor(20, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        return this;
    }

    int exitCode() {
        try {
            if (!process.waitFor(LIMIT_MS, TimeUnit.MILLISECONDS)) {
                throw new AssertionError("does not end; out: " + out() + " err: " + err());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** SIGTERM. */
    MillraceProcess terminate() {
        process.destroy();
        return this;
    }

    /** SIGKILL. */
    void kill() {
        process.destroyForcibly();
        exitCode();
    }

    String out() {
        return read(out);
    }

    String err() {
        return read(err);
    }

    /** The first group of {@code pattern} in the ready line. */
    String told(String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(out());
        if (!matcher.find()) {
            throw new AssertionError(pattern + " is not in " + out());
        }
        return matcher.group(1);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            kill();
        }
    }
}
