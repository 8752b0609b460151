package io.millrace.membership.controller;

import io.millrace.membership.config.EffectiveConfigs;
import io.millrace.membership.image.BrokerImage;
import io.millrace.membership.image.MetadataDelta;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.image.PartitionImage;
import io.millrace.membership.image.TopicDelta;
import io.millrace.membership.image.TopicImage;
import io.millrace.membership.record.PartitionChangeRecord;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.IntPredicate;

/**
 * What the controller does unasked some time after something has changed: leadership goes back to preferred replicas, and the
 * internal topics of a cluster that has grown get the replicas that they should have had from the start.
 *
 * <p>A look is due soon after a change that can make one worth while, and otherwise every {@code
 * leader.imbalance.check.interval.seconds}. In a cluster of one there is nothing to look for, and nothing ticks.
 *
 * <p>Thread: the controller's.
 */
final class ClusterUpkeep {
    /** So long after a broker has returned, since several partitions become equal to the task one after the other. */
    static final long SOON_MS = 2_000;
    /** Leaderships that move at once: each makes its clients look for the new leader. */
    static final int MAX_LEADERS_AT_ONCE = 1_000;
    /** Partitions of internal topics that get new replicas at the same time: each is copied whole. */
    static final int MAX_GROWING = 10;

    private static final List<String> GROWING_TOPICS = List.of("__consumer_offsets", "__transaction_state");

    private final EffectiveConfigs configs;
    private final LeaderElection election;
    private final Reassignments reassignments;
    private final ReplicaAssignments assignments;
    private OptionalLong dueMs = OptionalLong.empty();

    ClusterUpkeep(
            EffectiveConfigs configs,
            LeaderElection election,
            Reassignments reassignments,
            ReplicaAssignments assignments) {
        this.configs = configs;
        this.election = election;
        this.reassignments = reassignments;
        this.assignments = assignments;
    }

    void start(MetadataImage image, long nowMs) {
        dueMs = isAlone(image) ? OptionalLong.empty() : OptionalLong.of(nowMs + SOON_MS);
    }

    private static boolean isAlone(MetadataImage image) {
        return image.brokers().size() < 2;
    }

    void stop() {
        dueMs = OptionalLong.empty();
    }

    OptionalLong dueMs() {
        return dueMs;
    }

    /** Looks at what a decision changed. */
    void follow(MetadataDelta delta, long nowMs) {
        if (!isAlone(delta.after()) && !isDueBy(nowMs + SOON_MS) && mayNeedALook(delta)) {
            dueMs = OptionalLong.of(nowMs + SOON_MS);
        }
    }

    private boolean isDueBy(long thenMs) {
        return dueMs.isPresent() && dueMs.getAsLong() <= thenMs;
    }

    private static boolean mayNeedALook(MetadataDelta delta) {
        for (int id : delta.changedBrokers()) {
            BrokerImage before = delta.before().broker(id);
            BrokerImage after = delta.after().broker(id);
            if (after != null && after.isActive() && (before == null || !before.isActive())) {
                return true;
            }
        }
        for (TopicDelta topic : delta.topics()) {
            boolean growing = topic.after() != null
                    && GROWING_TOPICS.contains(topic.after().name());
            for (int number : topic.partitions()) {
                PartitionImage partition = topic.partitionAfter(number);
                if (partition != null
                        && (growing && !partition.isReassigning() || isOffBalance(partition, id -> true))) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The preferred replica could lead and does not. */
    private static boolean isOffBalance(PartitionImage partition, IntPredicate mayLead) {
        int preferred = partition.preferredLeader();
        return partition.leader() != preferred && partition.isInSync(preferred) && mayLead.test(preferred);
    }

    /** Does what is due by now. */
    void run(Decision decision) {
        long nowMs = decision.nowMs();
        if (!isDueBy(nowMs)) {
            return;
        }
        dueMs = OptionalLong.empty();
        boolean more = growInternalTopics(decision);
        if (configs.brokerBoolean(decision.image(), "auto.leader.rebalance.enable")) {
            more |= restorePreferredLeaders(decision);
        }
        if (more) {
            dueMs = OptionalLong.of(nowMs + SOON_MS);
        } else if (!isAlone(decision.image())) {
            long seconds = configs.brokerLong(decision.image(), "leader.imbalance.check.interval.seconds");
            dueMs = OptionalLong.of(nowMs + seconds * 1_000);
        }
    }

    private boolean restorePreferredLeaders(Decision decision) {
        MetadataImage image = decision.image();
        IntPredicate mayLead = LeaderElection.activeIn(image);
        int moved = 0;
        for (TopicImage topic : image.topics()) {
            for (PartitionImage partition : topic.partitions()) {
                if (isOffBalance(partition, mayLead)) {
                    if (moved == MAX_LEADERS_AT_ONCE) {
                        return true;
                    }
                    PartitionChangeRecord record = PartitionTransition.from(
                                    partition, election.rules(image, topic.name()), mayLead)
                            .preferFirst()
                            .record(topic.id());
                    if (record != null) {
                        decision.add(record);
                        moved++;
                    }
                }
            }
        }
        return false;
    }

    /** Whether there is more to do than may be done at once. */
    private boolean growInternalTopics(Decision decision) {
        for (String name : GROWING_TOPICS) {
            MetadataImage image = decision.image();
            TopicImage topic = image.topic(name);
            if (topic != null && grow(topic, wantedReplicas(name, image), decision)) {
                return true;
            }
        }
        return false;
    }

    private int wantedReplicas(String topic, MetadataImage image) {
        int wanted = configs.brokerInt(
                image,
                topic.equals("__consumer_offsets")
                        ? "offsets.topic.replication.factor"
                        : "transaction.state.log.replication.factor");
        int active = (int)
                image.brokers().values().stream().filter(BrokerImage::isActive).count();
        return Math.min(wanted, active);
    }

    private boolean grow(TopicImage topic, int wanted, Decision decision) {
        int growing = (int) topic.partitions().stream()
                .filter(PartitionImage::isReassigning)
                .count();
        for (PartitionImage partition : topic.partitions()) {
            int[] replicas = partition.replicas();
            if (partition.isReassigning() || replicas.length >= wanted || !partition.hasLeader()) {
                continue;
            }
            if (growing >= MAX_GROWING) {
                return true;
            }
            int[] more = assignments.grown(decision.image(), topic.id(), partition, wanted);
            if (more.length > replicas.length) {
                reassignments.moveTo(more, topic, partition, decision);
                growing++;
            }
        }
        return false;
    }
}
