package io.millrace.clients;

import io.millrace.oracle.Commands;
import io.millrace.oracle.Side;
import io.millrace.oracle.TestTools;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A {@link ToolProgram} that asks one broker, and its answers in comparable form.
 *
 * <p>Thread: one.
 */
final class ToolShell implements AutoCloseable {
    private final String bootstrap;
    private final UnaryOperator<String> normal;
    private final Process process;
    private final PrintWriter commands;
    private final BufferedReader answers;

    ToolShell(Side side) throws IOException {
        this(side.broker().bootstrap(), side::normal);
    }

    /** Asks these brokers; {@code normal} takes out of an answer what differs from run to run. */
    ToolShell(String bootstrap, UnaryOperator<String> normal) throws IOException {
        this.bootstrap = bootstrap;
        this.normal = normal;
        String own = ToolProgram.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath();
        process = new ProcessBuilder(Commands.java(
                        TestTools.classpath("kafka-tools") + ":" + own,
                        List.of(
                                "-Xmx256m",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-Dlog4j2.level=ERROR",
                                "-Dorg.slf4j.simpleLogger.defaultLogLevel=error"),
                        ToolProgram.class.getName()))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        commands = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
        answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Runs one tool; how wide its columns are does not matter. */
    String run(String main, String... arguments) throws IOException {
        List<String> words = new ArrayList<>(List.of("--bootstrap-server", bootstrap));
        words.addAll(List.of(arguments));
        String answer = runAsIs(main, words.toArray(String[]::new));
        return answer.replace(normal.apply("> --bootstrap-server " + bootstrap), ">");
    }

    /** Runs one tool with these arguments and no other. */
    synchronized String runAsIs(String main, String... arguments) throws IOException {
        List<String> words = new ArrayList<>(List.of(main));
        words.addAll(List.of(arguments));
        commands.println(String.join("\t", words));
        StringBuilder printed = new StringBuilder();
        for (String line = answers.readLine(); line != null; line = answers.readLine()) {
            if (line.startsWith(ToolProgram.END)) {
                String text = normal.apply(printed.toString())
                        .replaceAll("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID")
                        .replaceAll("(?m)^\\s+at .*\n?", "")
                        .replaceAll("[ \t]+", " ")
                        .replaceAll("(?m) $", "")
                        .strip();
                return "> " + normal.apply(String.join(" ", arguments)) + " = "
                        + line.substring(ToolProgram.END.length()) + "\n" + text + "\n";
            }
            printed.append(line).append('\n');
        }
        throw new IllegalStateException("the tools ended in the middle of " + words + ":\n" + printed);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
