package io.millrace.bench.door;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;

/**
 * The process of one client: does what its standard input says and tells what processor time it took.
 *
 * <p>Arguments: {@code kafka BOOTSTRAP BATCH_BYTES} or {@code bus SEED BATCH_BYTES}; 0 bytes for the client's default. Lines:
 * {@code produce TOPIC RECORDS BYTES}, {@code consume TOPIC RECORDS}.
 *
 * <p>Thread: main.
 */
public final class ClientLoad {
    /** Partitions of the topics that are loaded. */
    public static final int PARTITIONS = 3;

    /** What a client can do. */
    interface Client {
        /** Appends so many records of so many bytes, without a key; returns when all are acknowledged. */
        void produce(String topic, int records, int bytes) throws Exception;

        /** Reads so many records from the beginning. */
        void consume(String topic, int records) throws Exception;
    }

    private ClientLoad() {}

    public static void main(String[] args) {
        try {
            serve(args);
            System.exit(0);
        } catch (Throwable failed) {
            // Threads of the client would keep the process, and whoever waits for what it says.
            failed.printStackTrace();
            System.exit(1);
        }
    }

    private static void serve(String[] args) throws Exception {
        int batchBytes = Integer.parseInt(args[2]);
        Client client = args[0].equals("kafka") ? new KafkaLoad(args[1], batchBytes) : new BusLoad(args[1], batchBytes);
        System.out.println("READY");
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ");
            long before = cpuNanos();
            if (words[0].equals("produce")) {
                client.produce(words[1], Integer.parseInt(words[2]), Integer.parseInt(words[3]));
            } else {
                client.consume(words[1], Integer.parseInt(words[2]));
            }
            System.out.println("DONE " + (cpuNanos() - before));
        }
    }

    private static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }
}
