package io.millrace.bench;

import java.nio.file.Path;
import java.util.List;

/**
 * Row 6: Kafka's own {@code ConsumerPerformance} with its defaults, which reads through a consumer group, in its own process.
 *
 * <p>Thread: main.
 */
final class ConsumerTool {
    private static final int RECORD_BYTES = 1024;
    /** {@code fetch.MB.sec} of the summary's line: the group's rebalance does not count. */
    private static final int RATE_COLUMN = 8;

    private ConsumerTool() {}

    static void run(Peer peer, Path tools, String topic, long bytes, Results results) throws Exception {
        Topics.create(peer, topic, RawProduce.PARTITIONS);
        new RawProduce(peer, topic, -1, RECORD_BYTES, 15).run(bytes);
        // Frames hold fifteen records and a little more.
        long records = bytes / RECORD_BYTES * 9 / 10;
        read(peer, tools, topic, records);
        double cpuBefore = ProcFs.cpuSeconds(peer.pid());
        double rate = read(peer, tools, topic, records);
        double cpu = ProcFs.cpuSeconds(peer.pid()) - cpuBefore;
        results.add(peer, "6 ConsumerPerformance 1 KiB", "CPU-s/GB", "0.75x", cpu / (records * RECORD_BYTES / 1e9));
        results.add(peer, "6 its rate", "MB/s", "1.0x", rate);
        Topics.delete(peer, topic);
    }

    private static double read(Peer peer, Path tools, String topic, long records) throws Exception {
        Process tool = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-Xmx512M",
                        "-cp",
                        tools.resolve("kafka-tools/lib") + "/*",
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                        "org.apache.kafka.tools.ConsumerPerformance",
                        "--topic",
                        topic,
                        "--messages",
                        String.valueOf(records),
                        "--timeout",
                        "30000",
                        "--bootstrap-server",
                        "127.0.0.1:" + peer.port()))
                .redirectErrorStream(true)
                .start();
        String printed = new String(tool.getInputStream().readAllBytes());
        if (tool.waitFor() != 0) {
            throw new IllegalStateException("ConsumerPerformance failed:\n" + printed);
        }
        String[] columns = printed.lines()
                .filter(line -> line.matches("\\d{4}-.*"))
                .reduce((first, last) -> last)
                .orElse("")
                .split(",");
        if (columns.length <= RATE_COLUMN) {
            throw new IllegalStateException("ConsumerPerformance said\n" + printed);
        }
        return Double.parseDouble(columns[RATE_COLUMN].trim()) * 1024 * 1024 / 1e6;
    }
}
