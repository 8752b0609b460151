package io.millrace.verticles.node;

import io.millrace.log.replication.FetchSettings;
import io.millrace.log.replication.ReplicationThrottle;
import io.millrace.membership.config.EffectiveConfigs;
import io.millrace.membership.image.BrokerImage;
import io.millrace.membership.image.MetadataDelta;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.image.PartitionImage;
import io.millrace.membership.image.TopicImage;
import io.millrace.membership.record.ConfigResource;
import io.millrace.verticles.replication.ReplicationBus;
import io.millrace.verticles.replication.ReplicationParts;
import io.millrace.verticles.shard.Shard;
import io.millrace.verticles.shard.Shards;
import io.netty.buffer.ByteBuf;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Replication as a part of the node: its settings, and its place on the event bus.
 *
 * <p>Thread: any.
 */
final class BrokerReplication {
    private static final String BY_RACK = "org.apache.kafka.common.replica.RackAwareReplicaSelector";

    private final int brokerId;
    private final EffectiveConfigs configs;
    private final ReplicationBus bus;
    private final boolean choosesByRack;

    BrokerReplication(Vertx vertx, int brokerId, EffectiveConfigs configs) {
        this.brokerId = brokerId;
        this.configs = configs;
        this.bus = new ReplicationBus(vertx);
        this.choosesByRack = BY_RACK.equals(configs.brokerValue(MetadataImage.EMPTY, "replica.selector.class"));
    }

    /** What the shards need; the controller is asked for when there is something to propose. */
    ReplicationParts parts(LongSupplier brokerEpoch, Supplier<ControllerGateway> controller) {
        return new ReplicationParts(
                brokerId,
                configs.brokerLong(MetadataImage.EMPTY, "replica.lag.time.max.ms"),
                choosesByRack,
                new FetchSettings(
                        number("replica.fetch.max.bytes"),
                        number("replica.fetch.response.max.bytes"),
                        number("replica.fetch.wait.max.ms"),
                        number("replica.fetch.backoff.ms")),
                brokerEpoch,
                proposals -> controller.get().submit(proposals),
                bus::outbox);
    }

    private int number(String name) {
        return configs.brokerInt(MetadataImage.EMPTY, name);
    }

    /** Takes frames of other nodes: before this one is registered, because it may be the leader that they wait for. */
    Future<Void> listen(Shards shards) {
        List<Consumer<ByteBuf>> receivers = new ArrayList<>();
        for (Shard shard : shards.all()) {
            receivers.add(shard.replication()::received);
        }
        return bus.listen(brokerId, receivers);
    }

    /** Why this node can not take over what it should be able to: fenced, or not in sync with its leaders. */
    Optional<String> behindBecause(MetadataImage image) {
        BrokerImage self = image.broker(brokerId);
        if (self == null || self.fenced()) {
            return Optional.of("this broker is fenced");
        }
        int behind = 0;
        int replicas = 0;
        for (TopicImage topic : image.topics()) {
            for (PartitionImage partition : topic.partitions()) {
                // Those on a folder that failed are not on their way: they are told of as such.
                if (partition.isReplica(brokerId) && !partition.isLostAt(brokerId)) {
                    replicas++;
                    behind += partition.isInSync(brokerId) ? 0 : 1;
                }
            }
        }
        return behind == 0
                ? Optional.empty()
                : Optional.of(behind + " of " + replicas + " replicas are not in sync with their leaders yet");
    }

    /** The partitions led here that lack a replica in sync, in words for an operator. */
    Optional<String> underReplicated(MetadataImage image) {
        int under = 0;
        int led = 0;
        Set<Integer> missing = new TreeSet<>();
        for (TopicImage topic : image.topics()) {
            for (PartitionImage partition : topic.partitions()) {
                if (partition.leader() == brokerId) {
                    led++;
                    under += partition.isr().length < partition.replicas().length ? 1 : 0;
                    Arrays.stream(partition.replicas())
                            .filter(replica -> !partition.isInSync(replica))
                            .forEach(missing::add);
                }
            }
        }
        return under == 0
                ? Optional.empty()
                : Optional.of(under + " of the " + led
                        + " partitions led here are under-replicated; not in sync: nodes " + missing);
    }

    /** Has throttles follow the settings of brokers. */
    void throttle(Shards shards, MetadataDelta delta) {
        boolean rates =
                delta.changedConfigs().stream().anyMatch(resource -> resource.type() == ConfigResource.Type.BROKER);
        if (rates) {
            long leader = rate(delta.after(), "leader.replication.throttled.rate", shards);
            long follower = rate(delta.after(), "follower.replication.throttled.rate", shards);
            long moves = rate(delta.after(), "replica.alter.log.dirs.io.max.bytes.per.second", shards);
            shards.all()
                    .forEach(shard -> shard.run(() -> {
                        shard.replication().throttle(leader, follower);
                        shard.moves().throttle(moves);
                    }));
        }
    }

    /** A shard's part of the node's rate. */
    private long rate(MetadataImage image, String name, Shards shards) {
        long rate = configs.brokerLong(image, name, ReplicationThrottle.UNLIMITED);
        return rate == ReplicationThrottle.UNLIMITED
                ? rate
                : Math.max(1, rate / shards.all().size());
    }

    /** Whether consumers are sent to a replica in their rack. */
    boolean choosesByRack() {
        return choosesByRack;
    }

    Future<Void> close() {
        return bus.close();
    }
}
