package io.millrace.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Row 5: Kafka's own {@code ProducerPerformance} with its defaults, in its own process.
 *
 * <p>Thread: main.
 */
final class PerfTool {
    private static final Pattern RATE = Pattern.compile("records/sec \\(([0-9.]+) MB/sec\\)");

    private PerfTool() {}

    static void run(Peer peer, Path tools, String topic, long bytes, Results results) throws Exception {
        Topics.create(peer, topic, RawProduce.PARTITIONS);
        long records = bytes / 1024;
        double cpuBefore = ProcFs.cpuSeconds(peer.pid());
        Process tool = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-Xmx512M",
                        "-cp",
                        tools.resolve("kafka-tools/lib") + "/*",
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                        "org.apache.kafka.tools.ProducerPerformance",
                        "--topic",
                        topic,
                        "--num-records",
                        String.valueOf(records),
                        "--record-size",
                        "1024",
                        "--throughput",
                        "-1",
                        "--bootstrap-server",
                        "127.0.0.1:" + peer.port(),
                        "--command-property",
                        "acks=all"))
                .redirectErrorStream(true)
                .start();
        String printed = new String(tool.getInputStream().readAllBytes());
        if (tool.waitFor() != 0) {
            throw new IllegalStateException("ProducerPerformance failed:\n" + printed);
        }
        double cpu = ProcFs.cpuSeconds(peer.pid()) - cpuBefore;
        // The last line is the summary; those before it are of five seconds each.
        double rate = 0;
        Matcher matcher = RATE.matcher(printed);
        while (matcher.find()) {
            rate = Double.parseDouble(matcher.group(1)) * 1024 * 1024 / 1e6;
        }
        results.add(peer, "5 ProducerPerformance 1 KiB, acks=all", "CPU-s/GB", "0.45x", cpu / (records * 1024 / 1e9));
        results.add(peer, "5 its rate", "MB/s", "1.0x", rate);
        Topics.delete(peer, topic);
    }
}
