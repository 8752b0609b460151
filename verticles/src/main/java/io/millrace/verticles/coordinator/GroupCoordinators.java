package io.millrace.verticles.coordinator;

import io.millrace.log.batch.BatchHeader;
import io.millrace.membership.config.EffectiveConfigs;
import io.millrace.membership.image.MetadataDelta;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.image.TopicDelta;
import io.millrace.membership.image.TopicImage;
import io.millrace.protocol.Errors;
import io.millrace.verticles.group.DeletedTopic;
import io.millrace.verticles.group.GroupSettings;
import io.millrace.verticles.shard.Replica;
import io.millrace.verticles.shard.Shard;
import io.millrace.verticles.shard.Shards;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The group coordinators of this node: finds the one that a group belongs to and asks it on its own loop.
 *
 * <p>Thread: any; answers arrive on a shard's loop.
 */
public final class GroupCoordinators {
    private static final Logger log = LoggerFactory.getLogger(GroupCoordinators.class);

    private final Supplier<MetadataImage> images;
    private final EffectiveConfigs configs;
    private final Shards shards;
    private final Map<Shard, ShardGroups> groups = new LinkedHashMap<>();

    /**
     * Sets a coordinator beside every shard, before the shards have replicas.
     *
     * @param wallMs wall clock in milliseconds
     * @param ticker the clock of the shards' deadlines
     * @param newIds for members; {@code UUID::randomUUID} but in simulations
     */
    public GroupCoordinators(
            Supplier<MetadataImage> images,
            EffectiveConfigs configs,
            Shards shards,
            LongSupplier wallMs,
            LongSupplier ticker,
            Supplier<UUID> newIds) {
        this.images = images;
        this.configs = configs;
        this.shards = shards;
        CoordinatorTiming timing = new CoordinatorTiming(
                wallMs, ticker, configs.brokerInt(MetadataImage.EMPTY, "offsets.commit.timeout.ms"), newIds);
        for (Shard shard : shards.all()) {
            ShardGroups ofShard = new ShardGroups(shard, timing, this::settings);
            groups.put(shard, ofShard);
            shard.watchLeaders(ofShard);
        }
    }

    private GroupSettings settings(Replica replica) {
        MetadataImage image = images.get();
        return new GroupSettings(
                configs.brokerInt(image, "group.min.session.timeout.ms"),
                configs.brokerInt(image, "group.max.session.timeout.ms"),
                configs.brokerInt(image, "group.initial.rebalance.delay.ms"),
                configs.brokerInt(image, "group.max.size"),
                TimeUnit.MINUTES.toMillis(configs.brokerInt(image, "offsets.retention.minutes")),
                configs.brokerLong(image, "offsets.retention.check.interval.ms"),
                configs.brokerInt(image, "offset.metadata.max.bytes"),
                replica.log().config().maxMessageBytes() - BatchHeader.SIZE_BYTES);
    }

    /**
     * Asks the coordinator of a group.
     *
     * @return the answer; fails with a {@link CoordinatorException} when there is nobody to ask here, and with what was thrown
     *     when asking failed, also for want of memory
     */
    public <R> Future<R> ask(String groupId, GroupQuestion<R> question) {
        TopicImage topic = images.get().topic(OffsetsTopic.NAME);
        if (topic == null) {
            return Future.failedFuture(new CoordinatorException(Errors.NOT_COORDINATOR));
        }
        // The one error that every client has always taken for "look for it again", whatever it asked.
        return ask(topic, OffsetsTopic.partitionOf(groupId, topic.partitionCount()), question, Errors.NOT_COORDINATOR);
    }

    private <R> Future<R> ask(TopicImage topic, int partition, GroupQuestion<R> question, Errors unsure) {
        Promise<R> answer = Promise.promise();
        Shard shard = shards.of(topic.id(), partition);
        shard.run(() -> {
            try {
                groups.get(shard).ask(partition, question, unsure, answer);
            } catch (RuntimeException | VirtualMachineError bug) {
                log.error("the coordinator of {}-{} could not be asked", OffsetsTopic.NAME, partition, bug);
                answer.tryFail(bug);
            }
        });
        return answer.future();
    }

    /**
     * Asks every coordinator whose partition this node leads; each answers or fails by itself, with NOT_COORDINATOR only where
     * another node is known to be it.
     */
    public <R> Future<List<Future<R>>> askAll(GroupQuestion<R> question) {
        List<Future<R>> answers = new ArrayList<>();
        TopicImage topic = images.get().topic(OffsetsTopic.NAME);
        if (topic != null) {
            for (int partition = 0; partition < topic.partitionCount(); partition++) {
                answers.add(ask(topic, partition, question, Errors.COORDINATOR_NOT_AVAILABLE));
            }
        }
        Promise<List<Future<R>>> all = Promise.promise();
        Future.join(answers).onComplete(done -> all.complete(answers));
        return all.future();
    }

    /** What one shard's coordinators have to say to the metrics. Thread: that shard's loop. */
    public GroupReport report(Shard shard, int mostOffsets) {
        return groups.get(shard).report(mostOffsets);
    }

    /** Has offsets of deleted topics deleted. Thread: the metadata's. */
    public void follow(MetadataDelta delta) {
        Set<DeletedTopic> deleted = new HashSet<>();
        for (TopicDelta topic : delta.topics()) {
            if (topic.isDeleted()) {
                deleted.add(new DeletedTopic(topic.before().id(), topic.before().name()));
            }
        }
        if (!deleted.isEmpty()) {
            groups.forEach((shard, ofShard) -> shard.execute(() -> ofShard.topicsDeleted(deleted)));
        }
    }
}
