package io.millrace.membership.controller;

import io.millrace.membership.config.ConfigCatalog;
import io.millrace.membership.config.EffectiveConfigs;
import io.millrace.membership.image.ImageBuilder;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.image.PartitionImage;
import io.millrace.membership.placement.SpreadPlacement;
import io.millrace.membership.record.Listener;
import io.millrace.membership.record.MetadataRecord;
import io.millrace.membership.record.RecordCodec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

/**
 * A controller machine with a log that commits at once: every record goes through its bytes on the way back.
 *
 * <p>Thread: the test's.
 */
final class TestCluster {
    static final String CLUSTER_ID = "cluster-of-the-test";

    final ControllerMachine machine;
    final EffectiveConfigs configs;
    MetadataImage image = MetadataImage.EMPTY;
    /** The first entry of a new leader has no record. */
    long endOffset = 1;

    long nowMs = 1_000;
    private final Map<Integer, UUID> incarnations = new HashMap<>();
    private final Random random = new Random(11);

    TestCluster() {
        this(1, Map.of());
    }

    TestCluster(int selfBrokerId, Map<String, String> nodeSettings) {
        configs = new EffectiveConfigs(ConfigCatalog.get(), selfBrokerId, nodeSettings);
        machine = new ControllerMachine(
                new ControllerOptions(CLUSTER_ID, selfBrokerId, 2_500),
                configs,
                new SpreadPlacement(),
                () -> new UUID(random.nextLong(), random.nextLong()));
        commit(machine.becomeController(image, endOffset, nowMs));
    }

    /** A cluster whose brokers 1..count serve. */
    static TestCluster of(int count) {
        return of(count, Map.of());
    }

    static TestCluster of(int count, Map<String, String> nodeSettings) {
        TestCluster cluster = new TestCluster(-1, nodeSettings);
        for (int id = 1; id <= count; id++) {
            cluster.join(id, "rack-" + id);
        }
        return cluster;
    }

    <R> R submit(ControllerCommand<R> command) {
        ControllerOutcome<R> outcome = machine.handle(command, nowMs);
        commit(outcome.records());
        return outcome.committedAt(endOffset - 1);
    }

    void commit(List<MetadataRecord> records) {
        ImageBuilder builder = image.change();
        for (MetadataRecord record : records) {
            builder.replay(endOffset++, 1, RecordCodec.decode(RecordCodec.encode(record)));
        }
        image = builder.build();
        machine.committed(image, records.size());
    }

    /** What a node has that begins with a snapshot of now. */
    MetadataImage restored() {
        ImageBuilder builder = MetadataImage.EMPTY.change();
        image.toRecords().forEach(record -> builder.replay(0, 1, RecordCodec.decode(RecordCodec.encode(record))));
        return builder.build();
    }

    RegisterBroker.Outcome register(int id, long previousEpoch) {
        UUID incarnation = new UUID(id, random.nextLong());
        incarnations.put(id, incarnation);
        return register(id, incarnation, previousEpoch, null);
    }

    /** The process that is there already asks once more. */
    RegisterBroker.Outcome registerAgain(int id, long previousEpoch) {
        return register(id, incarnations.get(id), previousEpoch, "rack-" + id);
    }

    /** Asks until nobody can take the broker for a leader any more; all brokers live on. */
    UnregisterBroker.Outcome unregister(int id) {
        UnregisterBroker.Outcome outcome = submit(new UnregisterBroker(id));
        while (outcome.error() == ControllerError.REQUEST_TIMED_OUT) {
            nowMs += 100;
            image.brokers().values().stream()
                    .filter(broker -> !broker.fenced())
                    .forEach(broker -> heartbeat(broker.id()));
            outcome = submit(new UnregisterBroker(id));
        }
        return outcome;
    }

    private RegisterBroker.Outcome register(int id, UUID incarnation, long previousEpoch, String rack) {
        return submit(new RegisterBroker(
                CLUSTER_ID,
                id,
                incarnation,
                List.of(new Listener("PLAINTEXT", "localhost", 9092 + id, "PLAINTEXT")),
                rack,
                List.of(new UUID(0, id)),
                previousEpoch));
    }

    UUID incarnation(int id) {
        return incarnations.get(id);
    }

    /** Registers and unfences. */
    void join(int id, String rack) {
        incarnations.put(id, new UUID(id, random.nextLong()));
        register(
                id,
                incarnations.get(id),
                image.broker(id) == null ? -1 : image.broker(id).epoch(),
                rack);
        heartbeat(id);
    }

    BrokerHeartbeat.Outcome heartbeat(int id) {
        return heartbeat(id, false, false);
    }

    BrokerHeartbeat.Outcome heartbeat(int id, boolean wantFence, boolean wantShutdown) {
        return submit(new BrokerHeartbeat(
                id, image.broker(id).epoch(), image.highestOffset(), wantFence, wantShutdown, List.of()));
    }

    /** The broker's session ends; all others have just been heard of. */
    void lose(int id) {
        nowMs += 2_500;
        image.brokers().values().forEach(broker -> {
            if (broker.id() != id && !broker.fenced()) {
                heartbeat(broker.id());
            }
        });
        commit(machine.expireSessions(nowMs));
    }

    CreateTopics.Result create(String name, int partitions, int replicationFactor) {
        return create(name, partitions, replicationFactor, Map.of());
    }

    CreateTopics.Result create(String name, int partitions, int replicationFactor, Map<String, String> configs) {
        return submit(new CreateTopics(
                        List.of(CreateTopics.NewTopic.of(name, partitions, replicationFactor, configs)), false))
                .topics()
                .get(0);
    }

    /** A topic of one partition on these brokers, the first of them leading. */
    void assign(String name, Map<String, String> configs, Integer... brokers) {
        CreateTopics.Result result = submit(new CreateTopics(
                        List.of(new CreateTopics.NewTopic(
                                name,
                                -1,
                                (short) -1,
                                List.of(new CreateTopics.Assignment(0, List.of(brokers))),
                                configs.entrySet().stream()
                                        .map(entry -> new NamedValue(entry.getKey(), entry.getValue()))
                                        .toList())),
                        false))
                .topics()
                .get(0);
        if (result.error() != ControllerError.NONE) {
            throw new IllegalStateException(result.toString());
        }
    }

    PartitionImage partition(String topic) {
        return image.topic(topic).partition(0);
    }
}
