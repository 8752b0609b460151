package io.millrace.membership.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.membership.image.BrokerImage;
import io.millrace.membership.image.PartitionImage;
import io.millrace.membership.record.Listener;
import io.millrace.membership.record.PartitionRecord;
import io.millrace.sim.Seeded;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * What a controller decides, held against what the replicas of one partition have: lists of numbers, which leaders write, followers
 * copy, and lost disks forget. Whoever is in sync or eligible has all that was acknowledged, and so has whoever leads, unless
 * an election was unclean. Brokers hear late what was decided, and act on what they know.
 *
 * <p>Thread: the test's.
 */
class AcknowledgedRandomTest {
    private static final int BROKERS = 5;
    private static final int STEPS = 1_500;
    private static final String TOPIC = "t";

    private Random random;
    private TestCluster cluster;
    private final Map<Integer, ReplicaNode> nodes = new TreeMap<>();
    private List<Integer> acknowledged = List.of();
    private PartitionImage seen;
    /** Who leads in an earlier epoch than the last unclean election acknowledges what is lost. */
    private int uncleanEpoch;

    private int written;
    private final List<String> told = new ArrayList<>();

    @Seeded(runs = 12)
    void whoeverIsInSyncOrEligibleHasWhatWasAcknowledged(long seed) {
        random = new Random(seed);
        cluster = TestCluster.of(BROKERS);
        for (int id = 1; id <= BROKERS; id++) {
            ReplicaNode node = new ReplicaNode();
            node.directory = new UUID(0, id);
            node.epoch = cluster.image.broker(id).epoch();
            node.incarnation = cluster.incarnation(id);
            nodes.put(id, node);
        }
        int replicas = 1 + random.nextInt(4);
        cluster.assign(
                TOPIC,
                Map.of("min.insync.replicas", Integer.toString(1 + random.nextInt(3))),
                IntStream.rangeClosed(1, replicas).boxed().toArray(Integer[]::new));
        seen = cluster.partition(TOPIC);
        nodes.forEach(this::hear);
        try {
            for (int step = 0; step < STEPS; step++) {
                cluster.nowMs += random.nextInt(300);
                step();
                follow();
                check();
            }
            assertThat(written).as("writes").isGreaterThan(10);
        } catch (AssertionError | RuntimeException failure) {
            int from = Math.max(0, told.size() - 60);
            throw new AssertionError(
                    "seed " + seed + "\n" + String.join("\n", told.subList(from, told.size())) + "\n" + failure,
                    failure);
        }
    }

    private void tell(String what) {
        told.add(what);
    }

    private PartitionImage partition() {
        return cluster.partition(TOPIC);
    }

    private void step() {
        int id = 1 + random.nextInt(BROKERS);
        ReplicaNode node = nodes.get(id);
        BrokerImage broker = cluster.image.broker(id);
        switch (random.nextInt(30)) {
            case 0 -> {
                if (node.runs) {
                    tell("kill " + id);
                    node.runs = false;
                }
            }
            case 1 -> {
                if (!node.runs || random.nextInt(10) == 0) {
                    node.runs = false;
                    loseSome(id, node);
                }
            }
            case 2, 3, 4 -> {
                if (!node.runs) {
                    node.incarnation = new UUID(id, random.nextLong());
                    register(id, node);
                }
            }
            case 5 -> {
                if (broker != null && !node.runs) {
                    tell("gone " + id);
                    cluster.commit(cluster.machine.brokerIsGone(id, broker.incarnation(), cluster.nowMs));
                }
            }
            case 6 -> {
                tell("expire");
                cluster.nowMs += random.nextInt(3_000);
                nodes.keySet().forEach(other -> {
                    if (random.nextInt(4) > 0) {
                        beat(other, false, false);
                    }
                });
                cluster.commit(cluster.machine.expireSessions(cluster.nowMs));
            }
            case 7, 8, 9 -> nodes.keySet().forEach(other -> beat(other, false, false));
            case 10 -> beat(id, random.nextInt(4) == 0, random.nextInt(4) == 0);
            case 11 -> config();
            case 12 -> reassign();
            case 13 -> {
                boolean unclean = random.nextInt(8) == 0;
                tell("elect " + (unclean ? "unclean" : "preferred"));
                cluster.submit(new ElectLeaders(unclean, null));
            }
            case 14 -> giveUp(id, node);
            case 15 -> {
                if (broker != null && random.nextInt(3) == 0) {
                    tell("unregister " + id);
                    if (random.nextInt(3) == 0) {
                        cluster.submit(new UnregisterBroker(id));
                    } else {
                        cluster.unregister(id);
                    }
                    if (node.runs && random.nextBoolean()) {
                        node.runs = false;
                    }
                }
            }
            case 16, 17, 18 -> proposeIsr();
            case 19 -> cluster.commit(cluster.machine.tidy(cluster.nowMs));
            case 20 -> restartController();
            case 21, 22, 23, 24, 25 -> hear(id, node);
            default -> replicate();
        }
        follow();
        if (random.nextBoolean()) {
            replicate();
        }
    }

    private void restartController() {
        tell("another controller");
        cluster.machine.resign();
        assertThat(cluster.restored()).as("from a snapshot").isEqualTo(cluster.image);
        cluster.commit(cluster.machine.becomeController(cluster.image, cluster.endOffset, cluster.nowMs));
    }

    private void loseSome(int id, ReplicaNode node) {
        node.runs = false;
        if (random.nextBoolean()) {
            tell("power " + id);
            node.log = new ArrayList<>(node.log.subList(0, random.nextInt(node.log.size() + 1)));
            node.epoch = node.epoch < 0 ? node.epoch : -1;
        } else {
            tell("disk " + id);
            node.log = new ArrayList<>();
            node.directory = new UUID(1, random.nextLong());
            node.epoch = -1;
        }
        node.lostUnknown = true;
    }

    private void register(int id, ReplicaNode node) {
        RegisterBroker.Outcome outcome = cluster.submit(new RegisterBroker(
                TestCluster.CLUSTER_ID,
                id,
                node.incarnation,
                List.of(new Listener("PLAINTEXT", "localhost", 9092 + id, "PLAINTEXT")),
                null,
                List.of(node.directory),
                node.epoch));
        tell("register " + id + " with " + node.epoch + ": " + outcome.error());
        if (outcome.error() == ControllerError.NONE) {
            // It may die before it hears of it.
            if (random.nextInt(5) > 0) {
                node.runs = true;
                node.epoch = outcome.brokerEpoch();
            }
            node.lostUnknown = false;
            node.givenUp = false;
            node.forget();
        }
    }

    /** The node follows the metadata to its end. */
    private void hear(int id, ReplicaNode node) {
        BrokerImage broker = cluster.image.broker(id);
        if (!node.runs) {
            return;
        }
        node.applied = cluster.image.highestOffset();
        if (node.view == null && (broker == null || broker.epoch() != node.epoch)) {
            return;
        }
        PartitionImage now = partition();
        if (!now.isReplica(id)) {
            node.log = new ArrayList<>();
            node.givenUp = false;
        }
        if (node.view == null || node.view.leaderEpoch() != now.leaderEpoch()) {
            node.ends.clear();
            node.proposed = List.of();
            node.epochStart = node.log.size();
            node.watermark = 0;
        } else if (now.partitionEpoch() > node.proposedAt) {
            node.proposed = List.of();
        }
        node.view = now;
        node.minInsync = minInsync();
    }

    private void beat(int id, boolean wantFence, boolean wantShutdown) {
        ReplicaNode node = nodes.get(id);
        if (!node.runs) {
            return;
        }
        if (random.nextInt(3) == 0) {
            hear(id, node);
        }
        BrokerHeartbeat.Outcome outcome =
                cluster.submit(new BrokerHeartbeat(id, node.epoch, node.applied, wantFence, wantShutdown, List.of()));
        if (outcome.error() != ControllerError.NONE) {
            // Told to register again: what it had it has.
            tell("beat of " + id + ": " + outcome.error());
            node.runs = false;
            register(id, node);
        } else if (outcome.shouldShutdown()) {
            tell("left " + id);
            node.runs = false;
        }
    }

    private void config() {
        boolean unclean = random.nextInt(30) == 0;
        String value = unclean ? Boolean.toString(random.nextBoolean()) : Integer.toString(1 + random.nextInt(3));
        String name = unclean ? "unclean.leader.election.enable" : "min.insync.replicas";
        tell(name + "=" + value);
        cluster.submit(ConfigChangesTest.set((byte) 2, TOPIC, name, value));
    }

    private void reassign() {
        List<Integer> brokers = new ArrayList<>(cluster.image.brokers().keySet());
        if (brokers.isEmpty()) {
            return;
        }
        Collections.shuffle(brokers, random);
        List<Integer> to =
                random.nextInt(3) == 0 ? null : brokers.subList(0, 1 + random.nextInt(Math.min(3, brokers.size())));
        ReassignPartitions.Result result = cluster.submit(
                        new ReassignPartitions(List.of(new ReassignPartitions.Target(TOPIC, 0, to)), true))
                .partitions()
                .get(0);
        tell("reassign " + to + ": " + result.error());
    }

    private void giveUp(int id, ReplicaNode node) {
        if (!node.runs || random.nextInt(3) > 0 || !partition().isReplica(id)) {
            return;
        }
        UUID topic = cluster.image.topic(TOPIC).id();
        GiveUpReplicas.Outcome outcome =
                cluster.submit(new GiveUpReplicas(id, node.epoch, List.of(new GiveUpReplicas.Partition(topic, 0))));
        tell("give up " + id + ": " + outcome.error());
        if (outcome.error() == ControllerError.NONE) {
            node.givenUp = true;
            if (random.nextBoolean()) {
                node.log = new ArrayList<>();
            }
        }
    }

    private void replicate() {
        nodes.forEach((id, leader) -> {
            if (leader.leads(id)) {
                replicate(id, leader);
            }
        });
    }

    private void replicate(int id, ReplicaNode leader) {
        if (leader.view.isr().length >= leader.minInsync || random.nextInt(3) == 0) {
            leader.log.add(++written);
        }
        for (int replica : leader.view.replicas()) {
            ReplicaNode follower = nodes.get(replica);
            if (follower != leader && follower.follows(id, leader.view.leaderEpoch()) && random.nextInt(3) > 0) {
                int same = same(follower.log, leader.log).size();
                int upTo =
                        random.nextBoolean() ? leader.log.size() : same + random.nextInt(leader.log.size() - same + 1);
                follower.log = new ArrayList<>(leader.log.subList(0, upTo));
                leader.ends.put(replica, upTo);
            }
        }
        acknowledge(id, leader);
    }

    private void acknowledge(int id, ReplicaNode leader) {
        if (leader.view.isr().length < leader.minInsync || leader.view.leaderEpoch() < uncleanEpoch) {
            return;
        }
        int end = leader.log.size();
        for (int member : leader.view.isr()) {
            end = member == id ? end : Math.min(end, leader.ends.getOrDefault(member, 0));
        }
        for (int member : leader.proposed) {
            end = member == id ? end : Math.min(end, leader.ends.getOrDefault(member, 0));
        }
        leader.watermark = Math.max(leader.watermark, end);
        List<Integer> told = leader.log.subList(0, end);
        assertThat(same(told, acknowledged).size())
                .as("%s tells of %s, acknowledged is %s", id, told, acknowledged)
                .isEqualTo(Math.min(end, acknowledged.size()));
        if (end > acknowledged.size()) {
            acknowledged = List.copyOf(told);
        }
    }

    private int minInsync() {
        int configured = Integer.parseInt(cluster.configs.topicValue(cluster.image, TOPIC, "min.insync.replicas"));
        return Math.min(configured, partition().replicas().length);
    }

    private void proposeIsr() {
        nodes.forEach((id, leader) -> {
            if (leader.leads(id) && leader.proposed.isEmpty()) {
                proposeIsr(id, leader);
            }
        });
    }

    private void proposeIsr(int id, ReplicaNode leader) {
        List<AlterPartition.IsrMember> isr = new ArrayList<>();
        for (int replica : leader.view.replicas()) {
            int least = Math.max(leader.epochStart, Math.max(leader.watermark, leader.log.size() - random.nextInt(3)));
            ReplicaNode node = nodes.get(replica);
            boolean caughtUp =
                    node.follows(id, leader.view.leaderEpoch()) && leader.ends.getOrDefault(replica, -1) >= least;
            boolean stays = leader.view.isInSync(replica) && random.nextInt(4) > 0;
            if (replica == id || stays || caughtUp) {
                isr.add(new AlterPartition.IsrMember(replica, stays && !caughtUp ? -1 : node.epoch));
            }
        }
        leader.proposed = isr.stream().map(AlterPartition.IsrMember::brokerId).toList();
        leader.proposedAt = leader.view.partitionEpoch();
        AlterPartition.Outcome outcome = cluster.submit(new AlterPartition(
                id,
                leader.epoch,
                List.of(new AlterPartition.Partition(
                        cluster.image.topic(TOPIC).id(),
                        0,
                        leader.view.leaderEpoch(),
                        leader.view.partitionEpoch(),
                        isr,
                        PartitionRecord.RECOVERED))));
        ControllerError error = outcome.partitions().isEmpty()
                ? outcome.error()
                : outcome.partitions().get(0).error();
        tell(id + " wants isr " + leader.proposed + ": " + error);
        if (error == ControllerError.INELIGIBLE_REPLICA) {
            leader.proposed = List.of();
        }
    }

    /** Looks at what was decided. */
    private void follow() {
        PartitionImage now = partition();
        if (now.equals(seen)) {
            return;
        }
        List<String> lengths = nodes.entrySet().stream()
                .map(one -> one.getKey()
                        + (one.getValue().runs ? ":" : " (down):")
                        + one.getValue().log.size())
                .toList();
        tell("  -> " + now + ", recovering " + now.recoveryState() + ", minimum " + minInsync() + ", logs " + lengths
                + ", acknowledged " + acknowledged.size());
        if (now.leaderEpoch() != seen.leaderEpoch() && now.recoveryState() == PartitionRecord.RECOVERING) {
            uncleanEpoch = now.leaderEpoch();
            counted(now).forEach(id -> acknowledged = List.copyOf(same(acknowledged, nodes.get(id).log)));
        }
        seen = now;
    }

    private static IntStream counted(PartitionImage partition) {
        return IntStream.concat(Arrays.stream(partition.isr()), Arrays.stream(partition.elr()));
    }

    private static List<Integer> same(List<Integer> one, List<Integer> other) {
        int same = 0;
        while (same < one.size() && same < other.size() && one.get(same).equals(other.get(same))) {
            same++;
        }
        return one.subList(0, same);
    }

    private void check() {
        PartitionImage now = partition();
        counted(now).forEach(id -> {
            ReplicaNode node = nodes.get(id);
            if (!node.lostUnknown) {
                assertThat(node.log.size() >= acknowledged.size()
                                && node.log.subList(0, acknowledged.size()).equals(acknowledged))
                        .as("broker %s has %s, acknowledged is %s", id, node.log, acknowledged)
                        .isTrue();
            }
        });
    }
}
