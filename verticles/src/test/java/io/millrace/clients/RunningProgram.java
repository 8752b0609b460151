package io.millrace.clients;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A client in a process of its own that runs until it is killed; what it prints goes to a file.
 *
 * <p>Thread: the test's. A process that a test run leaves behind is killed by a shutdown hook.
 */
final class RunningProgram implements AutoCloseable {
    private static final long STOP_LIMIT_S = 20;

    private final Process process;
    private final Path out;

    private RunningProgram(Process process, Path out) {
        this.process = process;
        this.out = out;
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    }

    static RunningProgram start(List<String> command, Path out) throws IOException {
        return start(command, out, Map.of());
    }

    static RunningProgram start(List<String> command, Path out, Map<String, String> environment) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(out.toFile()));
        builder.environment().putAll(environment);
        return new RunningProgram(builder.start(), out);
    }

    void requireAlive() throws IOException {
        if (!process.isAlive()) {
            throw new IllegalStateException("ended with " + process.exitValue() + ":\n" + output());
        }
    }

    String output() throws IOException {
        return Files.exists(out) ? Files.readString(out, StandardCharsets.UTF_8) : "";
    }

    List<String> lines() throws IOException {
        return output().lines().toList();
    }

    /** SIGKILL; returns when the process is gone. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** SIGTERM; an error when the process does not end. */
    void terminate() throws Exception {
        process.destroy();
        if (!process.waitFor(STOP_LIMIT_S, TimeUnit.SECONDS)) {
            throw new IllegalStateException("does not end by SIGTERM:\n" + output());
        }
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }
}
