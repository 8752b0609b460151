package io.millrace.verticles.handler;

import io.millrace.membership.config.ConfigCatalog;
import io.millrace.membership.config.EffectiveConfigs;
import io.millrace.membership.controller.BrokerHeartbeat;
import io.millrace.membership.controller.ControllerCommand;
import io.millrace.membership.controller.ControllerException;
import io.millrace.membership.controller.ControllerMachine;
import io.millrace.membership.controller.ControllerOptions;
import io.millrace.membership.controller.ControllerOutcome;
import io.millrace.membership.controller.CreateTopics;
import io.millrace.membership.controller.RegisterBroker;
import io.millrace.membership.image.ImageBuilder;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.placement.SpreadPlacement;
import io.millrace.membership.record.Listener;
import io.millrace.membership.record.MetadataRecord;
import io.millrace.verticles.config.NodeConfig;
import io.millrace.verticles.coordinator.GroupCoordinators;
import io.millrace.verticles.coordinator.OffsetsTopic;
import io.millrace.verticles.metrics.BrokerMetrics;
import io.millrace.verticles.node.ControllerGateway;
import io.millrace.verticles.node.Node;
import io.millrace.verticles.shard.LogDirectories;
import io.millrace.verticles.shard.Shards;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;

/**
 * Broker 1 of a cluster whose real controller machine commits at once; it has no shards and no directories.
 *
 * <p>Thread: the test's.
 */
class FakeNode implements Node, ControllerGateway {
    static final String CLUSTER_ID = "2V5Yjz6sQXm6dqkFc0nQ2w";
    static final String LISTENER = "EXTERNAL";

    private final EffectiveConfigs configs;
    private final ControllerMachine machine;
    private final OffsetsTopic offsetsTopic;
    private MetadataImage image = MetadataImage.EMPTY;
    private long nextTopicId = 100;
    private ControllerException failure;
    private boolean silent;
    private long nowMs;
    private long msPerCommand;

    FakeNode(Map<String, String> settings) {
        configs = new EffectiveConfigs(ConfigCatalog.get(), 1, settings);
        offsetsTopic = new OffsetsTopic(this::image, configs, this::controller);
        machine = new ControllerMachine(
                new ControllerOptions(CLUSTER_ID, 1, 10_000),
                configs,
                new SpreadPlacement(),
                () -> new UUID(0x1000, nextTopicId++));
        commit(machine.becomeController(image, 0, 0));
        register(1, true);
    }

    FakeNode() {
        this(Map.of());
    }

    /** Registers one more broker, which stays fenced unless it is {@code live}. */
    void register(int id, boolean live) {
        submit(new RegisterBroker(
                CLUSTER_ID,
                id,
                new UUID(7, id),
                List.of(new Listener(LISTENER, "host-" + id, 9090 + id, "PLAINTEXT")),
                "rack-" + id,
                List.of(new UUID(8, id)),
                -1));
        if (live) {
            long epoch = image.broker(id).epoch();
            submit(new BrokerHeartbeat(id, epoch, image.highestOffset(), false, false, List.of()));
        }
    }

    void create(String topic, int partitions) {
        submit(new CreateTopics(List.of(CreateTopics.NewTopic.of(topic, partitions, 1, Map.of())), false));
    }

    /** From now on every command fails with this. */
    void failWith(ControllerException why) {
        failure = why;
    }

    /** From now on no command is answered. */
    void fallSilent() {
        silent = true;
    }

    /** From now on so much time passes with every command. */
    void takeFor(long ms) {
        msPerCommand = ms;
    }

    private void commit(List<MetadataRecord> records) {
        ImageBuilder change = image.change();
        long offset = image.highestOffset();
        for (MetadataRecord record : records) {
            change.replay(++offset, 1, record);
        }
        image = change.build();
        machine.committed(image, records.size());
    }

    @Override
    public <R> Future<R> submit(ControllerCommand<R> command) {
        if (silent) {
            return Future.future(never -> {});
        }
        if (failure != null) {
            return Future.failedFuture(failure);
        }
        ControllerOutcome<R> outcome = machine.handle(command, nowMs);
        nowMs += msPerCommand;
        commit(outcome.records());
        return Future.succeededFuture(outcome.response());
    }

    @Override
    public OptionalInt controllerId() {
        return OptionalInt.of(1);
    }

    @Override
    public int brokerId() {
        return 1;
    }

    @Override
    public String clusterId() {
        return CLUSTER_ID;
    }

    @Override
    public MetadataImage image() {
        return image;
    }

    @Override
    public ControllerGateway controller() {
        return this;
    }

    @Override
    public EffectiveConfigs configs() {
        return configs;
    }

    @Override
    public Shards shards() {
        throw new UnsupportedOperationException("no shards here");
    }

    @Override
    public GroupCoordinators groups() {
        throw new UnsupportedOperationException("no coordinators here");
    }

    @Override
    public OffsetsTopic offsetsTopic() {
        return offsetsTopic;
    }

    @Override
    public LogDirectories directories() {
        throw new UnsupportedOperationException("no directories here");
    }

    @Override
    public NodeConfig config() {
        throw new UnsupportedOperationException("no file here");
    }

    @Override
    public BrokerMetrics metrics() {
        throw new UnsupportedOperationException("no metrics here");
    }
}
