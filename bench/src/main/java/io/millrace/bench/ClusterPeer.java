package io.millrace.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicCollection;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfigCollection;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;

/**
 * Three nodes of one of the two brokers on this machine: folders, ports, processes. Nodes are 1 to 3.
 *
 * <p>Thread: main.
 */
abstract class ClusterPeer implements AutoCloseable {
    static final int NODES = 3;

    private static final int TOPIC_EXISTS = 36;
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(180);

    private final String name;
    private final Path home;
    private final int[] ports = new int[NODES];
    private final Process[] processes = new Process[NODES];

    ClusterPeer(String name, Path work) {
        this.name = name;
        home = work.resolve(name.toLowerCase() + "-cluster");
        Peer.deleteTree(home);
        for (int node = 1; node <= NODES; node++) {
            ports[node - 1] = Peer.freePort();
            try {
                Files.createDirectories(home(node));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        Runtime.getRuntime().addShutdownHook(new Thread(this::killAll));
    }

    /** What a user would run for this node, in the foreground. */
    abstract List<String> command(int node);

    /** Whatever must be done once for empty folders before the first start; not part of any measured time. */
    abstract void prepareEmptyFolders() throws Exception;

    final String name() {
        return name;
    }

    final Path home(int node) {
        return home.resolve("node-" + node);
    }

    final int port(int node) {
        return ports[node - 1];
    }

    final String bootstrap() {
        return "127.0.0.1:" + ports[0] + ",127.0.0.1:" + ports[1] + ",127.0.0.1:" + ports[2];
    }

    /** Seconds from exec of the first node to the first acknowledged produce into a topic with three replicas. */
    final double startEmpty() throws Exception {
        for (int node = 1; node <= NODES; node++) {
            Peer.deleteTree(home(node).resolve("data"));
        }
        prepareEmptyFolders();
        long before = System.nanoTime();
        for (int node = 1; node <= NODES; node++) {
            start(node);
        }
        createTopic("first", 1);
        produceOne("first");
        return (System.nanoTime() - before) / 1e9;
    }

    final void start(int node) throws IOException {
        processes[node - 1] = new ProcessBuilder(command(node))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        home(node).resolve("out.log").toFile()))
                .start();
    }

    /** Sends the signal and returns at once. */
    final void signal(int node, boolean politely) {
        if (politely) {
            processes[node - 1].destroy();
        } else {
            processes[node - 1].destroyForcibly();
        }
    }

    final void awaitEnd(int node) {
        try {
            if (!processes[node - 1].waitFor(120, TimeUnit.SECONDS)) {
                throw new IllegalStateException(name + " does not end");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** CPU time of all nodes. */
    final double cpuSeconds() {
        double sum = 0;
        for (Process process : processes) {
            sum += ProcFs.cpuSeconds(process.pid());
        }
        return sum;
    }

    final List<Long> pids() {
        return Stream.of(processes).map(Process::pid).toList();
    }

    /** Returns when its bytes are gone from the disks, as they are soon. */
    final void deleteTopic(String topic) throws Exception {
        untilAnswered("deletion of " + topic, wire -> {
            wire.ask(
                    new DeleteTopicsRequestData()
                            .setTopics(List.of(new DeleteTopicState().setName(topic)))
                            .setTimeoutMs(60_000),
                    6);
            return Boolean.TRUE;
        });
        Pause.ms(2500);
    }

    private interface Attempt<T> {
        /** Null: not yet. */
        T ask(Wire wire) throws IOException;
    }

    /** Asks one node after the other until one answers. */
    private <T> T untilAnswered(String what, Attempt<T> attempt) throws Exception {
        long deadline = System.nanoTime() + LIMIT_NANOS;
        for (int turn = 0; System.nanoTime() < deadline; turn++) {
            int node = turn % NODES;
            if (!processes[node].isAlive()) {
                requireOneAlive();
                Pause.ms(3);
                continue;
            }
            try (Wire wire = new Wire(ports[node])) {
                T answer = attempt.ask(wire);
                if (answer != null) {
                    return answer;
                }
            } catch (IOException notYet) {
                // The next one is asked.
            }
            Pause.ms(3);
        }
        throw new IllegalStateException(name + ": not within 180 s: " + what);
    }

    private void requireOneAlive() {
        for (Process process : processes) {
            if (process.isAlive()) {
                return;
            }
        }
        throw new IllegalStateException(name + " has ended: see " + home(1).resolve("out.log"));
    }

    final void createTopic(String topic, int partitions) throws Exception {
        untilAnswered("topic " + topic, wire -> {
            CreatableTopicConfigCollection configs = new CreatableTopicConfigCollection();
            configs.add(
                    new CreatableTopicConfig().setName("min.insync.replicas").setValue("2"));
            configs.add(
                    new CreatableTopicConfig().setName("file.delete.delay.ms").setValue("500"));
            CreatableTopicCollection topics = new CreatableTopicCollection();
            topics.add(new CreatableTopic()
                    .setName(topic)
                    .setNumPartitions(partitions)
                    .setReplicationFactor((short) NODES)
                    .setConfigs(configs));
            CreateTopicsResponseData answer =
                    wire.ask(new CreateTopicsRequestData().setTopics(topics).setTimeoutMs(60_000), 7);
            short error = answer.topics().iterator().next().errorCode();
            return error == 0 || error == TOPIC_EXISTS ? Boolean.TRUE : null;
        });
    }

    /** The leader's port for every partition, once all replicas are in sync. */
    final Map<Integer, Integer> leaders(String topic, int partitions) throws Exception {
        return untilAnswered(topic + " whole", wire -> {
            MetadataResponseData metadata = wire.ask(
                    new MetadataRequestData()
                            .setTopics(List.of(new MetadataRequestTopic().setName(topic)))
                            .setAllowAutoTopicCreation(false),
                    9);
            var found = metadata.topics().iterator().next();
            if (found.errorCode() != 0 || found.partitions().size() != partitions) {
                return null;
            }
            Map<Integer, Integer> leaders = new TreeMap<>();
            for (var partition : found.partitions()) {
                if (partition.errorCode() != 0
                        || partition.leaderId() < 1
                        || partition.isrNodes().size() < NODES) {
                    return null;
                }
                leaders.put(partition.partitionIndex(), port(partition.leaderId()));
            }
            return leaders;
        });
    }

    final int nodeOf(int leaderPort) {
        for (int node = 1; node <= NODES; node++) {
            if (port(node) == leaderPort) {
                return node;
            }
        }
        throw new IllegalArgumentException("no node has port " + leaderPort);
    }

    private void produceOne(String topic) throws Exception {
        byte[] frame = ProduceFrames.one(topic, 0, -1, 1, 100);
        untilAnswered("first produce", wire -> {
            wire.send(frame);
            return ProduceFrames.errorIn(wire.receive(null)) == 0 ? Boolean.TRUE : null;
        });
    }

    private void killAll() {
        for (Process process : processes) {
            if (process != null) {
                process.destroyForcibly();
            }
        }
    }

    @Override
    public void close() {
        killAll();
        for (int node = 1; node <= NODES; node++) {
            if (processes[node - 1] != null) {
                awaitEnd(node);
            }
            Peer.deleteTree(home(node).resolve("data"));
        }
    }

    static List<Integer> freePorts(int count) {
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ports.add(Peer.freePort());
        }
        return ports;
    }
}
