package io.millrace.membership.controller;

import io.millrace.membership.config.EffectiveConfigs;
import io.millrace.membership.controller.PartitionTransition.TopicRules;
import io.millrace.membership.image.BrokerImage;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.image.PartitionImage;
import io.millrace.membership.image.TopicImage;
import io.millrace.membership.record.ConfigResource;
import io.millrace.membership.record.PartitionChangeRecord;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * Finds the partitions that an event concerns and has {@link PartitionTransition} work out each of them.
 *
 * <p>Whoever calls has put the event itself (the broker is fenced, the config is set) into the decision before: who may
 * lead is read from its image.
 *
 * <p>Thread: the controller's.
 */
final class LeaderElection {
    private final EffectiveConfigs configs;

    LeaderElection(EffectiveConfigs configs) {
        this.configs = configs;
    }

    /** What a broker may have lost between two lives. */
    enum Loss {
        NONE,
        /** What was not synced: in topics that sync before they acknowledge, nothing that counts (rule V32). */
        PAGE_CACHE,
        DISK
    }

    /**
     * The broker, which may not lead any more, leaves every ISR and leadership. Where what it had may be gone it is not
     * eligible later either.
     */
    void brokerLeaves(int broker, Loss loss, Decision decision) {
        MetadataImage image = decision.image();
        IntPredicate mayLead = activeIn(image);
        for (TopicImage topic : image.topics()) {
            TopicRules rules = null;
            boolean lost = loss == Loss.DISK || loss == Loss.PAGE_CACHE && !syncsBeforeAck(image, topic);
            for (PartitionImage partition : topic.partitions()) {
                if (partition.leader() == broker
                        || partition.isInSync(broker)
                        || lost && PartitionTransition.contains(partition.elr(), broker)
                        || loss == Loss.DISK && PartitionTransition.contains(partition.lastKnownElr(), broker)) {
                    rules = rules == null ? rules(image, topic.name()) : rules;
                    PartitionTransition transition = PartitionTransition.from(partition, rules, mayLead)
                            .isr(PartitionTransition.without(partition.isr(), broker));
                    if (loss == Loss.DISK) {
                        transition.emptied(id -> id == broker);
                    } else if (lost) {
                        transition.lost(id -> id == broker);
                    }
                    add(transition.record(topic.id()), decision);
                }
            }
        }
    }

    private boolean syncsBeforeAck(MetadataImage image, TopicImage topic) {
        return configs.logConfig(image, topic.name()).syncsBeforeAck();
    }

    /** The broker begins a new life: what was said of its directories holds no more, it will tell what it misses. */
    void directoriesReturn(int broker, Decision decision) {
        MetadataImage image = decision.image();
        IntPredicate mayLead = activeIn(image);
        for (TopicImage topic : image.topics()) {
            for (PartitionImage partition : topic.partitions()) {
                if (partition.isLostAt(broker)) {
                    add(
                            PartitionTransition.from(partition, rules(image, topic.name()), mayLead)
                                    .directory(broker, PartitionImage.UNASSIGNED_DIRECTORY)
                                    .record(topic.id()),
                            decision);
                }
            }
        }
    }

    /**
     * The broker lives, but its replica of one partition is gone. A leader that remembers how far this replica had come, or has a
     * fetch of it on its way, would take it back into the ISR: so it leads in a new epoch, in which that replica asks for nothing.
     * Told again it changes nothing: since the mark stands, nobody could take that replica back.
     * The mark goes with the next life of the broker, in which an empty directory may stand in that one's place: so it is no
     * last known leader either where others have a replica.
     */
    void replicaIsLost(TopicImage topic, PartitionImage partition, int broker, Decision decision) {
        MetadataImage image = decision.image();
        PartitionTransition transition = PartitionTransition.from(
                        partition, rules(image, topic.name()), activeIn(image).and(id -> id != broker))
                .isr(PartitionTransition.without(partition.isr(), broker))
                .emptied(id -> id == broker)
                .directory(broker, PartitionImage.LOST_DIRECTORY);
        if (!partition.isLostAt(broker)) {
            transition.inANewEpoch();
        }
        add(transition.record(topic.id()), decision);
    }

    /** The broker may lead again: partitions without a leader get one if it is the one they wait for. */
    void brokerReturns(int broker, Decision decision) {
        MetadataImage image = decision.image();
        IntPredicate mayLead = activeIn(image);
        for (TopicImage topic : image.topics()) {
            TopicRules rules = null;
            for (PartitionImage partition : topic.partitions()) {
                if (!partition.hasLeader() && partition.isReplica(broker)) {
                    rules = rules == null ? rules(image, topic.name()) : rules;
                    add(PartitionTransition.from(partition, rules, mayLead).record(topic.id()), decision);
                }
            }
        }
    }

    /**
     * Some configs decide about leaders, and take effect at once: a topic may now elect uncleanly; and with enough
     * in-sync replicas under the new minimum, the high watermark moves without the eligible ones, which then are none
     * any more. (Where there is no ISR it cannot move, and they stay.) A reassignment may have waited for that minimum.
     */
    void configsChanged(ConfigResource resource, Set<String> names, Decision decision) {
        // Settings of these names are none of a group's.
        if (!names.contains("min.insync.replicas") && !names.contains("unclean.leader.election.enable")) {
            return;
        }
        MetadataImage image = decision.image();
        IntPredicate mayLead = activeIn(image);
        Iterable<TopicImage> topics =
                resource.type() == ConfigResource.Type.TOPIC ? List.of(image.topic(resource.name())) : image.topics();
        for (TopicImage topic : topics) {
            TopicRules rules = rules(image, topic.name());
            for (PartitionImage partition : topic.partitions()) {
                if (!partition.hasLeader() || partition.elr().length > 0 || partition.isReassigning()) {
                    add(PartitionTransition.from(partition, rules, mayLead).record(topic.id()), decision);
                }
            }
        }
    }

    /**
     * The leader, whose right to propose was checked, gives another ISR. The same ISR again is committed too: a leader
     * proposes it to raise the partition epoch, so that older proposals of its own that are still on their way fail.
     */
    void leaderProposes(TopicImage topic, PartitionImage partition, int[] isr, byte recoveryState, Decision decision) {
        MetadataImage image = decision.image();
        PartitionChangeRecord change = transition(topic, partition, image)
                .isr(isr)
                .recoveryState(recoveryState)
                .record(topic.id());
        decision.add(change != null ? change : PartitionTransition.sameAgain(topic.id(), partition));
    }

    /** Starts a change of one partition as the image has it. */
    PartitionTransition transition(TopicImage topic, PartitionImage partition, MetadataImage image) {
        return PartitionTransition.from(partition, rules(image, topic.name()), activeIn(image));
    }

    private static void add(PartitionChangeRecord record, Decision decision) {
        if (record != null) {
            decision.add(record);
        }
    }

    TopicRules rules(MetadataImage image, String topic) {
        return new TopicRules(
                Integer.parseInt(configs.topicValue(image, topic, "min.insync.replicas")),
                Boolean.parseBoolean(configs.topicValue(image, topic, "unclean.leader.election.enable")));
    }

    /** Looked up once per event, since it is asked for every replica. */
    static IntPredicate activeIn(MetadataImage image) {
        Set<Integer> active = new HashSet<>();
        for (BrokerImage broker : image.brokers().values()) {
            if (broker.isActive()) {
                active.add(broker.id());
            }
        }
        return active::contains;
    }
}
