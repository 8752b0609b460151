package io.millrace.bench;

import io.millrace.bench.bus.ChildJvm;
import io.millrace.bench.door.ClientLoad;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Row 23, which the goals do not number: records per CPU-second of client and node together, Kafka's Java client at the node's listener and Millrace's own on its
 * event bus, in turn at the same node. Kafka's is measured with its default batch size and with that of the other one.
 *
 * <p>Thread: main.
 */
final class DoorRow {
    static final int ROW = 23;

    private static final List<String> JVM = List.of("-Xms512m", "-Xmx512m", "-XX:+UseSerialGC");
    private static final String OUR_BATCH_BYTES = "229376";

    private DoorRow() {}

    static void run(Path project, Path work, Options options, Results results) throws Exception {
        try (MillracePeer node = MillracePeer.onBus(work, project)) {
            node.startEmpty();
            String bootstrap = "127.0.0.1:" + node.port();
            try (ChildJvm kafka = ChildJvm.start(ClientLoad.class, JVM, "kafka", bootstrap, "0");
                    ChildJvm large = ChildJvm.start(ClientLoad.class, JVM, "kafka", bootstrap, OUR_BATCH_BYTES);
                    ChildJvm bus = ChildJvm.start(ClientLoad.class, JVM, "bus", node.seed(), "0")) {
                Map<String, ChildJvm> clients = new LinkedHashMap<>();
                clients.put("Kafka", kafka);
                clients.put("Kafka, 224 KiB batches", large);
                clients.put("Millrace", bus);
                for (ChildJvm client : clients.values()) {
                    client.await("READY");
                }
                for (int round = -options.warmRounds(); round < options.rounds(); round++) {
                    for (int bytes : new int[] {100, 1024}) {
                        for (Map.Entry<String, ChildJvm> client : clients.entrySet()) {
                            measure(node, client.getKey(), client.getValue(), round, bytes, options, results);
                        }
                    }
                }
            }
        }
    }

    private static void measure(
            MillracePeer node, String name, ChildJvm client, int round, int bytes, Options options, Results results)
            throws Exception {
        String topic = "door-" + bytes + "-" + name.replaceAll("\\W+", "") + "-" + (round + options.warmRounds());
        // About as many seconds of work at either size: small records cost by their number.
        int records = (int) (options.loadBytes() / 2 / (bytes + 300));
        Topics.create(node, topic, ClientLoad.PARTITIONS);
        for (String work : List.of("produce", "consume")) {
            double nodeBefore = ProcFs.cpuSeconds(node.pid());
            client.say(work + " " + topic + " " + records + (work.equals("produce") ? " " + bytes : ""));
            double own = Long.parseLong(client.await("DONE")) / 1e9;
            double both = own + ProcFs.cpuSeconds(node.pid()) - nodeBefore;
            if (round >= 0) {
                String figure = ROW + " " + work + " " + bytes + " B, client and node";
                results.add(name, figure, "records per CPU-s", "1.5x", records / both);
                results.add(name, figure + ": the client's part", "CPU us per record", "-", own / records * 1e6);
                results.add(name, figure + ": the node's part", "CPU us per record", "-", (both - own) / records * 1e6);
            }
        }
        Topics.delete(node, topic);
    }
}
