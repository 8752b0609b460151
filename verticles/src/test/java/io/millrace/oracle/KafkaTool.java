package io.millrace.oracle;

import java.util.ArrayList;
import java.util.List;

/**
 * One of Kafka's command line tools, by its main class, in a process of its own.
 *
 * <p>Thread: the test's; waits for the tool's end.
 */
public final class KafkaTool {
    private KafkaTool() {}

    /** Its exit code and all that it prints, without what may differ between two brokers. */
    public static String run(Side side, String main, String... arguments) {
        List<String> all = new ArrayList<>();
        if (!List.of(arguments).contains("--bootstrap-server") && !main.endsWith("Performance")) {
            all.addAll(List.of("--bootstrap-server", side.broker().bootstrap()));
        }
        all.addAll(List.of(arguments));
        Commands.Result result = Commands.run(Commands.java(
                TestTools.classpath("kafka-tools"),
                List.of(
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=error"),
                main,
                all.toArray(String[]::new)));
        return "exit " + result.exitCode() + "\n" + side.normal(result.output() + result.errors());
    }
}
