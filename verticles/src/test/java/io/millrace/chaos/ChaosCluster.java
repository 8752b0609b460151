package io.millrace.chaos;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.Uuid;

/**
 * Three nodes and what a person would ask them from outside, with Kafka's own admin client.
 *
 * <p>Thread: the run's main.
 */
final class ChaosCluster implements AutoCloseable {
    static final int NODES = 3;
    static final int OFFSETS_PARTITIONS = 3;

    private static final int ASK_LIMIT_S = 5;
    private static final Duration SETTLE_LIMIT = Duration.ofSeconds(90);

    private final Network network;
    private final List<ChaosNode> nodes = new ArrayList<>();
    private final Admin admin;

    ChaosCluster(Network network, Path home, Place place) {
        this.network = network;
        Map<String, String> kafka = new HashMap<>(Map.of(
                "min.insync.replicas", "2",
                "default.replication.factor", "3",
                "offsets.topic.num.partitions", Integer.toString(OFFSETS_PARTITIONS),
                "group.initial.rebalance.delay.ms", "0",
                "log.cleaner.backoff.ms", "500",
                "replica.lag.time.max.ms", "3000"));
        kafka.putAll(place.settings());
        for (int id = 1; id <= NODES; id++) {
            nodes.add(new ChaosNode(id, network, home.resolve("node-" + id), kafka));
        }
        Properties settings = new Properties();
        settings.put("bootstrap.servers", bootstrap());
        settings.put("request.timeout.ms", "3000");
        settings.put("default.api.timeout.ms", "4000");
        settings.put("reconnect.backoff.max.ms", "200");
        admin = Admin.create(settings);
    }

    String bootstrap() {
        return nodes.stream().map(ChaosNode::kafkaAddress).collect(Collectors.joining(","));
    }

    Network network() {
        return network;
    }

    ChaosNode node(int id) {
        return nodes.get(id - 1);
    }

    List<ChaosNode> nodes() {
        return nodes;
    }

    void startAll() {
        nodes.forEach(ChaosNode::start);
    }

    /** Whoever has run longest: Hazelcast's oldest member. */
    ChaosNode oldest() {
        return nodes.stream()
                .filter(ChaosNode::isRunning)
                .min(Comparator.comparingLong(ChaosNode::startedNanos))
                .orElseThrow();
    }

    void createTopic(String name, int partitions, Map<String, String> settings) {
        until("topic " + name + " is made", () -> {
            try {
                ask(admin.createTopics(List.of(new NewTopic(name, partitions, (short) NODES).configs(settings)))
                        .all());
                return true;
            } catch (ExecutionException exists) {
                return exists.getCause() instanceof org.apache.kafka.common.errors.TopicExistsException;
            }
        });
    }

    /** Empty when nobody answers or nobody leads. */
    Optional<ChaosNode> leader(String topic, int partition) {
        try {
            Node leader = describe(topic).partitions().get(partition).leader();
            return leader == null || leader.isEmpty() ? Optional.empty() : Optional.of(node(leader.id()));
        } catch (ExecutionException | TimeoutException nobody) {
            return Optional.empty();
        }
    }

    /** Partitions of the topic that the node leads. */
    List<Integer> ledBy(String topic, int node) {
        List<Integer> led = new ArrayList<>();
        try {
            for (TopicPartitionInfo partition : describe(topic).partitions()) {
                if (partition.leader() != null && partition.leader().id() == node) {
                    led.add(partition.partition());
                }
            }
        } catch (ExecutionException | TimeoutException nobody) {
            // Nobody says; none is counted.
        }
        return led;
    }

    /** The high watermark of each partition. */
    long[] ends(String topic, int partitions) {
        long[] ends = new long[partitions];
        until("the ends of " + topic + " are known", () -> {
            for (int partition = 0; partition < partitions; partition++) {
                TopicPartition asked = new TopicPartition(topic, partition);
                ends[partition] = ask(admin.listOffsets(Map.of(asked, OffsetSpec.latest()))
                                .partitionResult(asked))
                        .offset();
            }
            return true;
        });
        return ends;
    }

    /** What the group's coordinator says is committed; 0 where nothing is. */
    long[] committed(String group, String topic, int partitions) {
        long[] committed = new long[partitions];
        until("what " + group + " has committed is known", () -> {
            ask(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata())
                    .forEach((partition, offset) -> {
                        if (partition.topic().equals(topic)) {
                            committed[partition.partition()] = offset.offset();
                        }
                    });
            return true;
        });
        return committed;
    }

    /** The node that coordinates the group. */
    ChaosNode coordinator(String group) {
        ChaosNode[] found = new ChaosNode[1];
        until("the coordinator of " + group + " is known", () -> {
            found[0] = node(ask(admin.describeConsumerGroups(List.of(group))
                            .describedGroups()
                            .get(group))
                    .coordinator()
                    .id());
            return found[0].isRunning();
        });
        return found[0];
    }

    private TopicDescription describe(String topic) throws ExecutionException, TimeoutException {
        return ask(admin.describeTopics(List.of(topic)).allTopicNames()).get(topic);
    }

    ChaosNode controller() {
        Integer[] found = new Integer[1];
        until("a controller is known", () -> {
            int id = ask(admin.describeMetadataQuorum().quorumInfo()).leaderId();
            found[0] = id;
            return id > 0 && node(id).isRunning();
        });
        return node(found[0]);
    }

    /** Gives the vote of a lost disk to the one in its place, step by step as {@code millrace voters --replace} does. */
    void replaceVote(ChaosNode node) {
        Uuid[] fresh = new Uuid[1];
        until("the new disk of node " + node.id() + " votes", () -> {
            QuorumInfo quorum = ask(admin.describeMetadataQuorum().quorumInfo());
            directory(quorum.observers(), node.id()).ifPresent(follows -> fresh[0] = follows);
            Optional<Uuid> votes = directory(quorum.voters(), node.id());
            if (fresh[0] == null || votes.equals(Optional.of(fresh[0]))) {
                return fresh[0] != null;
            }
            ask(
                    votes.isPresent()
                            ? admin.removeRaftVoter(node.id(), votes.get()).all()
                            : admin.addRaftVoter(node.id(), fresh[0], Set.of()).all());
            return false;
        });
    }

    private static Optional<Uuid> directory(List<QuorumInfo.ReplicaState> replicas, int node) {
        return replicas.stream()
                .filter(replica -> replica.replicaId() == node)
                .map(QuorumInfo.ReplicaState::replicaDirectoryId)
                .findFirst();
    }

    /** Every node runs, every partition of the topic has all its replicas in sync. */
    void awaitWhole(String topic) {
        until("every replica of " + topic + " is in sync", () -> {
            if (!nodes.stream().allMatch(ChaosNode::isRunning)) {
                throw new IllegalStateException("a node has ended by itself\n"
                        + nodes.stream().map(ChaosNode::logTail).collect(Collectors.joining("\n")));
            }
            Map<Integer, Integer> inSync = new HashMap<>();
            for (TopicPartitionInfo partition : describe(topic).partitions()) {
                inSync.put(partition.partition(), partition.isr().size());
            }
            return inSync.values().stream().allMatch(size -> size == NODES);
        });
    }

    interface Question {
        boolean ask() throws ExecutionException, TimeoutException;
    }

    /** Asks until it is so; names what did not become so, and why the last answer failed. */
    void until(String what, Question question) {
        long deadline = System.nanoTime() + SETTLE_LIMIT.toNanos();
        Exception last = null;
        while (System.nanoTime() < deadline) {
            try {
                if (question.ask()) {
                    return;
                }
            } catch (ExecutionException | TimeoutException failure) {
                last = failure;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
        throw new IllegalStateException(
                "not within " + SETTLE_LIMIT.toSeconds() + " s: " + what + (last == null ? "" : " (" + last + ")")
                        + "\n" + nodes.stream().map(ChaosNode::logTail).collect(Collectors.joining("\n")));
    }

    private static <T> T ask(KafkaFuture<T> future) throws ExecutionException, TimeoutException {
        try {
            return future.get(ASK_LIMIT_S, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        admin.close(Duration.ZERO);
        nodes.stream().filter(ChaosNode::isRunning).forEach(ChaosNode::kill);
    }
}
