package io.millrace.membership.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.membership.image.BrokerImage;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.image.PartitionImage;
import io.millrace.membership.image.TopicImage;
import io.millrace.membership.record.MetadataRecord;
import io.millrace.membership.record.PartitionRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many random lives of a cluster, and what must hold after every step of each. */
class ControllerMachineRandomTest {
    private static final int STEPS = 600;
    private static final int BROKERS = 5;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
    void whateverHappensLeadersAreInSyncAndEpochsOnlyGrow(long seed) {
        Random random = new Random(seed);
        TestCluster cluster = TestCluster.of(BROKERS);
        int changes = 0;
        for (int step = 0; step < STEPS; step++) {
            MetadataImage before = cluster.image;
            cluster.nowMs += random.nextInt(400);
            oneStep(cluster, random);
            check(before, cluster.image, "seed " + seed + ", step " + step);
            changes += before.equals(cluster.image) ? 0 : 1;
        }
        assertThat(changes).as("a life in which nothing happens proves nothing").isGreaterThan(STEPS / 4);
        assertThat(cluster.restored()).as("seed %s", seed).isEqualTo(cluster.image);
    }

    @ParameterizedTest
    @ValueSource(longs = {21, 22, 23, 24})
    void whatWasPendingWhenLeadershipWasLostLeavesNoTrace(long seed) {
        Random random = new Random(seed);
        TestCluster cluster = TestCluster.of(3);
        for (int round = 0; round < 30; round++) {
            MetadataImage committed = cluster.image;
            List<MetadataRecord> pending = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                pending.addAll(cluster.machine
                        .handle(
                                new CreateTopics(
                                        List.of(CreateTopics.NewTopic.of("lost-" + random.nextInt(6), 2, 2, Map.of())),
                                        false),
                                cluster.nowMs)
                        .records());
            }
            assertThat(pending).isNotEmpty();
            cluster.machine.resign();
            cluster.commit(cluster.machine.becomeController(committed, cluster.endOffset, cluster.nowMs));

            assertThat(cluster.create("kept-" + round, 1, 1).error()).isEqualTo(ControllerError.NONE);
            assertThat(cluster.image.topicCount()).isEqualTo(round + 1);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {31, 32, 33})
    void manyCommandsUnderWayGiveTheSameAsOneAtATime(long seed) {
        TestCluster together = TestCluster.of(3);
        TestCluster alone = TestCluster.of(3);
        Random random = new Random(seed);
        for (int round = 0; round < 20; round++) {
            List<ControllerCommand<?>> commands = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                commands.add(
                        random.nextBoolean()
                                ? new CreateTopics(
                                        List.of(CreateTopics.NewTopic.of("t" + random.nextInt(20), 1, 1, Map.of())),
                                        false)
                                : new DeleteTopics(List.of(DeleteTopics.Target.named("t" + random.nextInt(20)))));
            }
            List<List<MetadataRecord>> batches = new ArrayList<>();
            for (ControllerCommand<?> command : commands) {
                batches.add(together.machine.handle(command, together.nowMs).records());
            }
            batches.forEach(together::commit);
            commands.forEach(alone::submit);
            assertThat(names(together.image)).isEqualTo(names(alone.image));
        }
    }

    private static List<String> names(MetadataImage image) {
        return image.topics().stream().map(TopicImage::name).sorted().toList();
    }

    private static void oneStep(TestCluster cluster, Random random) {
        int id = 1 + random.nextInt(BROKERS);
        BrokerImage broker = cluster.image.broker(id);
        switch (random.nextInt(16)) {
            case 0:
                cluster.create(
                        "topic-" + random.nextInt(15),
                        1 + random.nextInt(4),
                        1 + random.nextInt(3),
                        random.nextBoolean()
                                ? Map.of("min.insync.replicas", Integer.toString(1 + random.nextInt(3)))
                                : Map.of());
                break;
            case 1:
                if (random.nextInt(4) == 0) {
                    cluster.submit(new DeleteTopics(List.of(DeleteTopics.Target.named("topic-" + random.nextInt(15)))));
                }
                break;
            case 2:
                cluster.submit(new CreatePartitions(
                        List.of(new CreatePartitions.Growth(
                                "topic-" + random.nextInt(15), 1 + random.nextInt(6), null)),
                        random.nextBoolean()));
                break;
            case 3:
                cluster.lose(id);
                break;
            case 4:
                cluster.commit(cluster.machine.brokerIsGone(id, broker.incarnation(), cluster.nowMs));
                break;
            case 5:
                cluster.register(id, random.nextBoolean() ? broker.epoch() : -1);
                break;
            case 6:
                cluster.heartbeat(id, random.nextInt(5) == 0, random.nextInt(4) == 0);
                break;
            case 7:
                cluster.submit(ConfigChangesTest.set(
                        (byte) 2,
                        "topic-" + random.nextInt(15),
                        random.nextBoolean() ? "unclean.leader.election.enable" : "retention.ms",
                        random.nextBoolean() ? "true" : "false"));
                break;
            case 8:
                cluster.submit(ConfigChangesTest.set(
                        (byte) 2,
                        "topic-" + random.nextInt(15),
                        "min.insync.replicas",
                        Integer.toString(1 + random.nextInt(3))));
                break;
            case 9:
                cluster.image.brokers().keySet().forEach(cluster::heartbeat);
                break;
            case 10:
                reassign(cluster, random);
                break;
            case 11:
                cluster.submit(new ElectLeaders(random.nextInt(4) == 0, null));
                break;
            case 12:
                cluster.commit(cluster.machine.tidy(cluster.nowMs));
                break;
            default:
                proposeIsr(cluster, random);
        }
    }

    private static void reassign(TestCluster cluster, Random random) {
        List<Integer> brokers = new ArrayList<>(List.of(1, 2, 3, 4, 5));
        Collections.shuffle(brokers, random);
        String topic = "topic-" + random.nextInt(15);
        PartitionImage before = cluster.image.topic(topic) == null
                ? null
                : cluster.image.topic(topic).partition(0);
        boolean cancel = random.nextInt(3) == 0;
        ReassignPartitions.Result result = cluster.submit(new ReassignPartitions(
                        List.of(new ReassignPartitions.Target(
                                topic, 0, cancel ? null : brokers.subList(0, 1 + random.nextInt(3)))),
                        true))
                .partitions()
                .get(0);
        if (result.error() == ControllerError.NONE && before.isr().length > 0) {
            PartitionImage after = cluster.image.topic(topic).partition(0);
            assertThat(Arrays.stream(after.isr()).anyMatch(before::isInSync)
                            || after.recoveryState() == PartitionRecord.RECOVERING)
                    .as("somebody who had everything is in sync: %s, then %s", before, after)
                    .isTrue();
        }
    }

    private static void proposeIsr(TestCluster cluster, Random random) {
        List<TopicImage> topics = new ArrayList<>(cluster.image.topics());
        if (topics.isEmpty()) {
            return;
        }
        TopicImage topic = topics.get(random.nextInt(topics.size()));
        PartitionImage partition = topic.partition(random.nextInt(topic.partitionCount()));
        int proposer = partition.hasLeader() && random.nextInt(8) != 0 ? partition.leader() : 1;
        List<AlterPartition.IsrMember> isr = new ArrayList<>();
        for (int replica : partition.replicas()) {
            if (replica == proposer || random.nextBoolean()) {
                isr.add(new AlterPartition.IsrMember(replica, -1));
            }
        }
        cluster.submit(new AlterPartition(
                proposer,
                cluster.image.broker(proposer).epoch(),
                List.of(new AlterPartition.Partition(
                        topic.id(),
                        partition.partition(),
                        partition.leaderEpoch() - (random.nextInt(10) == 0 ? 1 : 0),
                        partition.partitionEpoch() - (random.nextInt(10) == 0 ? 1 : 0),
                        isr,
                        PartitionRecord.RECOVERED))));
    }

    private static void check(MetadataImage before, MetadataImage after, String when) {
        for (TopicImage topic : after.topics()) {
            for (PartitionImage partition : topic.partitions()) {
                checkPartition(after, partition, when + ", " + topic.name());
                PartitionImage old = before.partition(topic.id(), partition.partition());
                if (old != null) {
                    checkEpochs(old, partition, when + ", " + topic.name());
                }
            }
        }
        assertThat(after.partitionCount())
                .isEqualTo(after.topics().stream()
                        .mapToInt(TopicImage::partitionCount)
                        .sum());
    }

    private static void checkPartition(MetadataImage image, PartitionImage partition, String when) {
        Set<Integer> isr = set(partition.isr());
        Set<Integer> elr = set(partition.elr());
        assertThat(isr).as(when).hasSize(partition.isr().length).isSubsetOf(set(partition.replicas()));
        assertThat(elr).as(when).hasSize(partition.elr().length).isSubsetOf(set(partition.replicas()));
        assertThat(isr).as(when).noneMatch(elr::contains);
        assertThat(set(partition.replicas()))
                .as(when)
                .hasSize(partition.replicas().length)
                .isNotEmpty();
        assertThat(set(partition.replicas())).as(when).containsAll(set(partition.adding()));
        assertThat(set(partition.replicas())).as(when).containsAll(set(partition.removing()));
        assertThat(set(partition.adding())).as(when).noneMatch(set(partition.removing())::contains);
        for (int member : partition.isr()) {
            assertThat(image.broker(member).isActive())
                    .as("%s: broker %s in the ISR of %s may lead", when, member, partition)
                    .isTrue();
        }
        if (partition.hasLeader()) {
            assertThat(isr).as(when).contains(partition.leader());
            assertThat(partition.lastKnownElr()).as(when).isEmpty();
        } else {
            assertThat(partition.isr())
                    .as("%s: somebody in sync leads %s", when, partition)
                    .isEmpty();
            assertThat(elr)
                    .as("%s: nobody eligible is left waiting in %s", when, partition)
                    .noneMatch(id -> image.broker(id).isActive());
        }
    }

    private static void checkEpochs(PartitionImage old, PartitionImage now, String when) {
        assertThat(now.partitionEpoch()).as(when).isGreaterThanOrEqualTo(old.partitionEpoch());
        assertThat(now.leaderEpoch()).as(when).isGreaterThanOrEqualTo(old.leaderEpoch());
        if (now.partitionEpoch() == old.partitionEpoch()) {
            assertThat(now).as(when).isEqualTo(old);
        }
        if (now.leader() != old.leader()) {
            assertThat(now.leaderEpoch()).as(when).isGreaterThan(old.leaderEpoch());
        }
        if (now.leaderEpoch() == old.leaderEpoch()) {
            assertThat(now.leader()).as(when).isEqualTo(old.leader());
        }
    }

    private static Set<Integer> set(int[] values) {
        return Arrays.stream(values).boxed().collect(Collectors.toSet());
    }
}
