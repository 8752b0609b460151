package io.millrace.verticles.shard;

import io.millrace.log.LoadOutcome;
import io.millrace.log.LogConfig;
import io.millrace.log.PartitionLog;
import io.millrace.log.TopicPartitionId;
import io.millrace.log.replica.BrokerLiveness;
import io.millrace.log.store.LogDirectory;
import io.millrace.membership.image.BrokerImage;
import io.millrace.membership.image.MetadataDelta;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.image.PartitionImage;
import io.millrace.membership.image.TopicDelta;
import io.millrace.membership.image.TopicImage;
import io.millrace.membership.record.ConfigResource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a shard's replicas follow the committed metadata: opens and deletes logs, gives and takes roles, hands on changed
 * settings. Nothing else ever changes a role.
 *
 * <p>Until the metadata has this very life of the broker, logs are opened and no role is given (rule B10): what an earlier life
 * led it led with a log that may have been lost since.
 *
 * <p>Thread: the shard's loop.
 */
public final class ReplicaRoles implements BrokerLiveness {
    private static final Logger log = LoggerFactory.getLogger(ReplicaRoles.class);

    private final Shard shard;
    private final ShardContext context;
    private final int shardCount;
    private final Set<TopicPartitionId> loading = new HashSet<>();
    /** Wanted here and not to be had: what they are is in a directory that is not there, or cannot be read. */
    private final Set<TopicPartitionId> offline = new LinkedHashSet<>();
    /** Deleted here and not gone yet: who is wanted again meanwhile has to wait for that. */
    private final Set<TopicPartitionId> leaving = new HashSet<>();

    private MetadataImage image = MetadataImage.EMPTY;
    /** The settings that were asked for last, of that topic in that image: a new topic's partitions all ask for the same. */
    private LogConfig config;

    private MetadataImage configIn;
    private String configTopic;
    /** Logs without their beginning: what becomes of them is decided when the metadata knows what this life has. */
    private final List<Runnable> withoutBeginning = new ArrayList<>(0);

    private Runnable whenLoaded;
    /** The metadata knows this life of the broker; all roles are of after that. */
    private boolean registered;
    /** What comes from now on is new; before, the metadata told of what had been. */
    private boolean started;
    /** This life of the broker is handing over what it leads, and is in no ISR any more. */
    private boolean handsOver;

    /** Creates the roles of one shard out of {@code shardCount}. */
    ReplicaRoles(Shard shard, int shardCount) {
        this.shard = shard;
        this.context = shard.context();
        this.shardCount = shardCount;
    }

    /** Follows one step of the metadata; steps come in order. */
    public void apply(MetadataDelta delta) {
        if (shard.isClosed()) {
            // The node stops, and its metadata goes on for a moment: what was closed stays closed.
            return;
        }
        image = delta.after();
        // Lets the image before go, too.
        configIn = null;
        boolean registersNow = !registered && isRegistered();
        registered |= registersNow;
        if (!handsOver && isInControlledShutdown()) {
            handsOver = true;
            shard.replication().followNobody();
            shard.forEach(shard.replication()::unfollow);
        }
        for (TopicDelta topic : delta.topics()) {
            if (topic.isDeleted()) {
                delete(topic.before());
            }
        }
        for (TopicDelta topic : delta.topics()) {
            if (topic.after() != null) {
                topic.partitions().forEach(number -> follow(topic, number));
            }
        }
        if (registersNow) {
            shard.forEach(this::giveRole);
            withoutBeginning.forEach(Runnable::run);
            withoutBeginning.clear();
        }
        delta.changedConfigs().forEach(this::reconfigure);
        if (!delta.changedBrokers().isEmpty()) {
            shard.forEach(Replica::livenessChanged);
        }
        shard.early().look();
    }

    private boolean isRegistered() {
        BrokerImage own = image.broker(context.brokerId());
        return own != null && own.incarnation().equals(context.incarnation());
    }

    private boolean isInControlledShutdown() {
        return isRegistered() && image.broker(context.brokerId()).inControlledShutdown();
    }

    void giveRole(Replica replica) {
        TopicPartitionId id = replica.log().id();
        PartitionImage partition = image.partition(id.topicId(), id.partition());
        if (registered && partition != null) {
            replica.take(partition);
        }
    }

    /** The settings of a replica's topic, as far as this shard has followed the metadata. */
    LogConfig configOf(Replica replica) {
        return logConfig(replica.log().id().topic());
    }

    /** As far as this shard has followed the metadata. */
    @Override
    public boolean mayJoinIsr(int brokerId, long brokerEpoch) {
        BrokerImage broker = image.broker(brokerId);
        return broker != null && broker.isActive() && broker.epoch() == brokerEpoch;
    }

    /** Whether the broker is there, as far as this shard has followed the metadata. */
    boolean isAlive(int brokerId) {
        BrokerImage broker = image.broker(brokerId);
        return broker != null && !broker.fenced();
    }

    /** Null when the broker is unknown, may not serve, or does not say where it is. */
    String rackOf(int brokerId) {
        BrokerImage broker = image.broker(brokerId);
        return broker == null || !broker.isActive() ? null : broker.rack();
    }

    /** Calls back once, when no log is being loaded. */
    public void whenLoaded(Runnable done) {
        started = true;
        whenLoaded = done;
        checkLoaded();
    }

    private boolean isMine(TopicImage topic, int partition) {
        return Shards.indexOf(topic.id(), partition, shardCount) == shard.index();
    }

    private void follow(TopicDelta change, int number) {
        TopicImage topic = change.after();
        PartitionImage partition = change.partitionAfter(number);
        if (!isMine(topic, number)) {
            return;
        }
        Replica replica = shard.replica(topic.id(), partition.partition());
        if (!partition.isReplica(context.brokerId())) {
            offline.remove(idOf(topic, number));
            if (replica != null) {
                delete(topic, partition.partition());
            }
        } else if (replica != null) {
            giveRole(replica);
        } else if (registered && partition.isLostAt(context.brokerId())) {
            // Given up until the next life: if it could be opened now, its leader would ask for it in vain for ever.
            offline.add(idOf(topic, number));
        } else {
            PartitionImage before = change.partitionBefore(number);
            open(topic, partition, started && (before == null || !before.isReplica(context.brokerId())));
        }
    }

    private static TopicPartitionId idOf(TopicImage topic, int partition) {
        return new TopicPartitionId(topic.id(), topic.name(), partition);
    }

    /**
     * Whether this shard has not heard of the partition yet. The node has, or nobody would ask here: a request may come between
     * a step of the metadata and this shard's part in it.
     */
    boolean isBehind(UUID topicId, int partition) {
        TopicImage topic = image.topic(topicId);
        return !shard.isClosed() && (topic == null || topic.partition(partition) == null);
    }

    /** Whether the partition is wanted here and its replica is in a place that is not to be had now. */
    public boolean isOffline(UUID topicId, int partition) {
        return offline.contains(new TopicPartitionId(topicId, "", partition));
    }

    /** Visits what is wanted here and not to be had. */
    void forEachOffline(Consumer<TopicPartitionId> visitor) {
        offline.forEach(visitor);
    }

    private void open(TopicImage topic, PartitionImage partition, boolean isNew) {
        TopicPartitionId id = idOf(topic, partition.partition());
        if (loading.contains(id) || leaving.contains(id)) {
            return;
        }
        LogConfig settings = logConfig(topic.name());
        Optional<LogDirectory> holding = context.directories().holding(id);
        if (holding.isPresent()) {
            loading.add(id);
            LogDirectory directory = holding.get();
            directory.load(id, settings, shard, shard.tail(), outcome -> loaded(id, directory, outcome));
            return;
        }
        if (!isNew && context.directories().mayHoldUnseen()) {
            // KAFKA: only what is new is made while a directory is missing.
            if (offline.add(id)) {
                log.error("{} is offline: it is in none of the log directories that are there", id);
            }
            return;
        }
        Optional<LogDirectory> directory = context.directories().forNewReplica(id);
        if (directory.isEmpty()) {
            offline.add(id);
            log.error("{} can not be opened: every log directory is offline", id);
            return;
        }
        install(
                topic,
                partition.partition(),
                directory.get(),
                directory.get().create(id, settings, shard, shard.tail()));
    }

    private LogConfig logConfig(String topic) {
        if (configIn != image || !topic.equals(configTopic)) {
            config = context.configs().logConfig(image, topic);
            configIn = image;
            configTopic = topic;
        }
        return config;
    }

    private void loaded(TopicPartitionId id, LogDirectory directory, LoadOutcome outcome) {
        boolean startLost = outcome instanceof LoadOutcome.Loaded found && found.startLost();
        if (startLost && !registered) {
            // Whoever still counts for what was acknowledged may be asked to lead, and must not be emptied.
            withoutBeginning.add(() -> loaded(id, directory, outcome));
            return;
        }
        if (startLost && outcome instanceof LoadOutcome.Loaded loaded && onlyOthersCount(id)) {
            // As a leader it would take its own start for the partition's, and the others would delete what is below.
            log.warn("{} lacks its beginning: it is copied anew", id);
            loaded.log()
                    .truncateFullyAndStartAt(
                            0, () -> loaded(id, directory, new LoadOutcome.Loaded(loaded.log(), false)));
            return;
        }
        loading.remove(id);
        TopicImage topic = image.topic(id.topicId());
        PartitionImage partition = topic == null ? null : topic.partition(id.partition());
        if (outcome instanceof LoadOutcome.Loaded loaded) {
            if (partition != null && partition.isReplica(context.brokerId())) {
                loaded.log().applyConfig(logConfig(id.topic()));
                install(topic, id.partition(), directory, loaded.log());
            } else {
                leave(directory, loaded.log());
            }
        } else {
            offline.add(id);
            log.error("{} could not be loaded: {}", id, ((LoadOutcome.Failed) outcome).message());
        }
        checkLoaded();
    }

    /** Others have what was acknowledged, and by the metadata of this very life this broker is none of those who have it. */
    private boolean onlyOthersCount(TopicPartitionId id) {
        PartitionImage partition = image.partition(id.topicId(), id.partition());
        if (partition == null) {
            return false;
        }
        int[] counting = IntStream.concat(Arrays.stream(partition.isr()), Arrays.stream(partition.elr()))
                .toArray();
        return counting.length > 0 && Arrays.stream(counting).noneMatch(broker -> broker == context.brokerId());
    }

    private void checkLoaded() {
        if (whenLoaded != null && loading.isEmpty()) {
            Runnable done = whenLoaded;
            whenLoaded = null;
            done.run();
        }
    }

    private void install(TopicImage topic, int partition, LogDirectory directory, PartitionLog partitionLog) {
        Replica replica =
                new Replica(shard, directory, partitionLog, context.metrics().topic(topic.name()));
        offline.remove(partitionLog.id());
        shard.put(topic.id(), partition, topic.partitionCount(), replica);
        throttle(replica, topic.name());
        giveRole(replica);
        context.directories().futureOf(partitionLog.id()).ifPresent(to -> shard.moves()
                .move(replica, to));
    }

    private void delete(TopicImage topic) {
        for (PartitionImage partition : topic.partitions()) {
            if (isMine(topic, partition.partition())) {
                delete(topic, partition.partition());
            }
        }
        context.metrics().forgetTopic(topic.name());
    }

    private void delete(TopicImage topic, int partition) {
        Replica replica = shard.remove(topic.id(), partition);
        offline.remove(idOf(topic, partition));
        if (replica != null) {
            shard.leave(replica);
            leaving.add(replica.log().id());
            shard.moves().cancel(replica, () -> leave(replica.directory(), replica.log()));
        }
    }

    private void leave(LogDirectory directory, PartitionLog deleted) {
        TopicPartitionId id = deleted.id();
        leaving.add(id);
        deleted.delete(() -> {
            context.directories().left(directory, id);
            leaving.remove(id);
            TopicImage topic = image.topic(id.topicId());
            PartitionImage partition = topic == null ? null : topic.partition(id.partition());
            if (partition != null && partition.isReplica(context.brokerId()) && !shard.isClosed()) {
                open(topic, partition, true);
            }
        });
    }

    private void reconfigure(ConfigResource resource) {
        if (resource.type() == ConfigResource.Type.TOPIC) {
            TopicImage topic = image.topic(resource.name());
            if (topic != null) {
                reconfigure(topic);
            }
        } else if (resource.type() == ConfigResource.Type.BROKER) {
            image.topics().forEach(this::reconfigure);
        }
    }

    private void reconfigure(TopicImage topic) {
        for (PartitionImage partition : topic.partitions()) {
            Replica replica =
                    isMine(topic, partition.partition()) ? shard.replica(topic.id(), partition.partition()) : null;
            if (replica != null) {
                replica.configure(logConfig(topic.name()));
                throttle(replica, topic.name());
            }
        }
    }

    /** Whether the topic's lists of throttled replicas name this one. */
    private void throttle(Replica replica, String topic) {
        Map<String, String> set = image.configs(ConfigResource.topic(topic));
        String self = replica.log().id().partition() + ":" + context.brokerId();
        replica.throttle(
                names(set.get("leader.replication.throttled.replicas"), self),
                names(set.get("follower.replication.throttled.replicas"), self));
    }

    private static boolean names(String list, String replica) {
        return list != null
                && !list.isEmpty()
                && (list.equals("*") || Arrays.asList(list.split("\\s*,\\s*")).contains(replica));
    }
}
