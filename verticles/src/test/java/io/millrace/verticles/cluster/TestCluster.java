package io.millrace.verticles.cluster;

import io.millrace.oracle.FreePorts;
import io.millrace.verticles.config.HostPort;
import io.millrace.verticles.config.NodeConfig;
import io.millrace.verticles.metrics.BrokerMetrics;
import io.millrace.verticles.node.Broker;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * A cluster of brokers in this JVM: each with a Vert.x and a bus of its own on loopback and free ports, and without Hazelcast,
 * which decides nothing.
 *
 * <p>Thread: the test's.
 */
public final class TestCluster implements AutoCloseable {
    private static final long LIMIT_S = 60;

    private final Path root;
    private final List<NodeConfig.Voter> voters = new ArrayList<>();
    private final Map<Integer, HostPort> buses = new TreeMap<>();
    private final Map<String, String> kafka = new LinkedHashMap<>();
    private final Map<Integer, Running> running = new TreeMap<>();
    /** What nodes have said when they could not go on. */
    private final List<String> halts = new java.util.concurrent.CopyOnWriteArrayList<>();

    private boolean racks;
    private boolean secondDirectories;

    private record Running(Vertx vertx, Broker broker, BusDirectory directory) {}

    /** Nodes 1 to {@code voterCount} vote, as many more as {@code observerCount} says do not. Nothing is started yet. */
    public TestCluster(Path root, int voterCount, int observerCount, Map<String, String> kafka) {
        this.root = root;
        this.kafka.putAll(kafka);
        for (int id = 1; id <= voterCount + observerCount; id++) {
            HostPort bus = new HostPort("127.0.0.1", FreePorts.next());
            buses.put(id, bus);
            if (id <= voterCount) {
                voters.add(new NodeConfig.Voter(id, bus));
            }
        }
    }

    /** Each node stands in a rack of its own, {@code rack-<id>}; before it is started. */
    public TestCluster inRacks() {
        racks = true;
        return this;
    }

    /** Each node has a second log directory; before it is started. */
    public TestCluster withSecondDirectories() {
        secondDirectories = true;
        return this;
    }

    public TestCluster(Path root) {
        this(root, 3, 0, Map.of());
    }

    /** Starts all nodes at once and waits until all of them serve. */
    public TestCluster start() {
        List<Future<Void>> started = new ArrayList<>();
        buses.keySet().stream().filter(id -> !running.containsKey(id)).forEach(id -> started.add(begin(id)));
        await(Future.all(started));
        return this;
    }

    /** Starts one node and waits until it serves. */
    public void start(int id) {
        await(begin(id));
    }

    /** Starts one node; done when it serves. */
    public Future<Void> begin(int id) {
        UUID incarnation = UUID.randomUUID();
        HostPort bus = buses.get(id);
        BusDirectory directory = new BusDirectory();
        voters.stream()
                .filter(voter -> voter.nodeId() != id)
                .forEach(voter -> directory.putIfAbsent(BusNodeId.seed(
                        voter.nodeId(), voter.address().host(), voter.address().port())));
        BusNodeId self = new BusNodeId(id, incarnation, bus.host(), bus.port());
        Vertx vertx = await(Vertx.builder()
                .with(new VertxOptions()
                        .setEventLoopPoolSize(2)
                        .setEventBusOptions(
                                new EventBusOptions().setHost(bus.host()).setPort(bus.port())))
                .withTransport(BusTransport.create().forBuilder())
                .withClusterManager(new DirectClusterManager(self, directory, CompletableFuture::new, 60_000))
                .buildClustered());
        vertx.eventBus().addInboundInterceptor(new ReservedAddresses(self.toString()));
        Broker broker = new Broker(
                vertx, config(id), incarnation, directory, new BrokerMetrics(), why -> halts.add(id + ": " + why));
        running.put(id, new Running(vertx, broker, directory));
        return broker.start();
    }

    private NodeConfig config(int id) {
        HostPort any = new HostPort("127.0.0.1", 0);
        return new NodeConfig(
                id,
                racks ? Optional.of("rack-" + id) : Optional.empty(),
                Optional.empty(),
                List.of(new NodeConfig.Listener("PLAINTEXT", any, any)),
                secondDirectories ? List.of(data(id), secondDirectory(id)) : List.of(data(id)),
                new NodeConfig.Cluster(List.copyOf(voters), buses.get(id), buses.get(id), any, List.of(), "test"),
                Optional.empty(),
                kafka,
                new NodeConfig.Runtime(2, 64 << 20, 16 << 20, 2, 2, 100, 64 << 20, 10_000));
    }

    /** The data folder of a node. */
    public Path data(int id) {
        return root.resolve("node-" + id);
    }

    public Path secondDirectory(int id) {
        return root.resolve("node-" + id + "-second");
    }

    public Broker broker(int id) {
        return running.get(id).broker();
    }

    public Vertx vertx(int id) {
        return running.get(id).vertx();
    }

    public BusDirectory directory(int id) {
        return running.get(id).directory();
    }

    /** The ids of the nodes that run. */
    public List<Integer> ids() {
        return List.copyOf(running.keySet());
    }

    /** Controlled shutdown of one node; its data stay. */
    public void stop(int id) {
        Running node = running.remove(id);
        await(node.broker().stop().eventually(() -> node.vertx().close()));
    }

    /**
     * Takes a node off the network without a word: its bus and its listeners are closed first, so that it can hand over
     * nothing; then its files are closed, because the next life is in the same process.
     */
    public void kill(int id) {
        Running node = running.remove(id);
        await(node.vertx().close());
        try {
            await(node.broker().stop());
        } catch (AssertionError | RuntimeException noVertxAnyMore) {
            node.broker().directories().all().forEach(io.millrace.log.store.LogDirectory::close);
        }
    }

    /** For Kafka's clients: all nodes that run. */
    public String bootstrap() {
        return running.values().stream()
                .map(node -> "127.0.0.1:" + node.broker().advertised().get(0).port())
                .collect(Collectors.joining(","));
    }

    /** The node that all running nodes take for the controller; waits until they agree. */
    public int controller() {
        await(
                "all nodes agree on a controller",
                () -> running.values().stream()
                                        .map(node -> node.broker().controller().controllerId())
                                        .distinct()
                                        .count()
                                == 1
                        && anyone().controller().controllerId().isPresent());
        return anyone().controller().controllerId().getAsInt();
    }

    private Broker anyone() {
        return running.values().iterator().next().broker();
    }

    /** Waits until all nodes know the same metadata. */
    public void awaitSameMetadata() {
        await(
                "all nodes know the same",
                () -> running.values().stream()
                                .map(node -> node.broker().image().highestOffset())
                                .distinct()
                                .count()
                        == 1);
    }

    public List<String> halts() {
        return List.copyOf(halts);
    }

    /** Waits for something that no event tells of. */
    public static void await(String what, BooleanSupplier condition) {
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_S);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadlineNanos) {
                throw new AssertionError("never: " + what);
            }
            try {
                TimeUnit.MILLISECONDS.sleep(5);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    public static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(LIMIT_S, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            throw new AssertionError(failed.getCause());
        } catch (InterruptedException | TimeoutException late) {
            throw new AssertionError(late);
        }
    }

    @Override
    public void close() {
        List.copyOf(running.keySet()).forEach(this::kill);
    }
}
