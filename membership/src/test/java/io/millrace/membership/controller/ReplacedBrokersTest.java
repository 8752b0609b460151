package io.millrace.membership.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.membership.image.PartitionImage;
import io.millrace.membership.record.PartitionRecord;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Brokers that come back under an id that was unregistered, or with an empty disk where one was given up. */
class ReplacedBrokersTest {
    private static final UUID DISK_A = new UUID(9, 1);
    private static final UUID DISK_B = new UUID(9, 2);
    private static final UUID NEW_DISK = new UUID(9, 3);

    /** A broker is unregistered when it will not come back; who comes under its id then has another disk, for all the cluster knows. */
    @Test
    void b13whoComesUnderAnIdThatWasUnregisteredHasNothingOfWhatThatOneHad() {
        TestCluster cluster = TestCluster.of(3);
        cluster.assign("t", Map.of("min.insync.replicas", "3", "flush.mode", "group"), 1, 2, 3);
        cluster.lose(3);
        cluster.submit(new UnregisterBroker(3));
        assertThat(cluster.partition("t").elr()).containsExactly(3);

        cluster.register(3, RegisterBroker.NO_EPOCH);
        assertThat(cluster.partition("t").elr()).isEmpty();
    }

    /** Nobody knows of which life it is: it may have been put back from an older copy. */
    @Test
    void b13whoWasUnregisteredIsNotBelievedByItsEpoch() {
        TestCluster cluster = TestCluster.of(3);
        cluster.assign("t", Map.of("min.insync.replicas", "2"), 1, 2, 3);
        long older = cluster.image.broker(2).epoch();
        cluster.lose(2);
        cluster.join(2, "rack-2");
        propose(cluster, 1, 2, 3);
        cluster.lose(1);
        cluster.lose(3);
        cluster.lose(2);
        assertThat(cluster.partition("t").elr()).contains(2);

        cluster.submit(new UnregisterBroker(2));
        cluster.register(2, older);
        cluster.heartbeat(2);

        assertThat(cluster.partition("t").elr()).doesNotContain(2);
        assertThat(cluster.partition("t").leader()).isNotEqualTo(2);
    }

    @Test
    void b13whoWasUnregisteredAndComesWithoutADiskLeadsNothing() {
        TestCluster cluster = new TestCluster(-1, Map.of());
        cluster.join(1, "rack-1");
        register(cluster, 2, -1, DISK_A, DISK_B);
        cluster.heartbeat(2);
        cluster.join(3, "rack-3");
        cluster.assign("t", Map.of("min.insync.replicas", "2"), 1, 2, 3);
        cluster.lose(1);
        cluster.lose(2);
        cluster.lose(3);
        assertThat(cluster.partition("t").elr()).contains(2);
        long epoch = cluster.image.broker(2).epoch();

        cluster.submit(new UnregisterBroker(2));
        register(cluster, 2, epoch, DISK_A, NEW_DISK);
        cluster.heartbeat(2);

        assertThat(cluster.partition("t").elr()).doesNotContain(2);
        assertThat(cluster.partition("t").leader()).isNotEqualTo(2);
    }

    /** Stopped, unregistered, and started again after all: it copies from the others; what only it has it goes on with. */
    @Test
    void whoComesBackAfterItWasUnregisteredJoinsAndLeadsWhatNobodyElseHas() {
        TestCluster cluster = TestCluster.of(2);
        cluster.assign("t", Map.of(), 2, 1);
        cluster.assign("alone", Map.of("min.insync.replicas", "1"), 2);
        long epoch = cluster.image.broker(2).epoch();
        cluster.lose(2);
        cluster.submit(new UnregisterBroker(2));
        assertThat(cluster.partition("t").leader()).isEqualTo(1);

        cluster.register(2, epoch);
        cluster.heartbeat(2);
        assertThat(cluster.partition("alone").leader()).isEqualTo(2);

        propose(cluster, 1, 2);
        assertThat(cluster.partition("t").isr()).containsExactly(1, 2);
    }

    /** A process that goes on has what it had, and says that it is the same one. */
    @Test
    void whoWasUnregisteredThoughItLivesGoesOnWithWhatOnlyItHas() {
        TestCluster cluster = onlyTheFirstInSync();
        long epoch = cluster.image.broker(1).epoch();
        cluster.unregister(1);
        assertThat(cluster.partition("t").hasLeader()).isFalse();

        cluster.registerAgain(1, epoch);
        cluster.heartbeat(1);

        assertThat(cluster.partition("t").leader()).isEqualTo(1);
        assertThat(cluster.partition("t").isr()).containsExactly(1);
    }

    @Test
    void b13anotherProcessIsNotBelievedForTheOneThatWasUnregistered() {
        TestCluster cluster = onlyTheFirstInSync();
        long epoch = cluster.image.broker(1).epoch();
        cluster.unregister(1);

        cluster.register(1, epoch);
        cluster.heartbeat(1);

        assertThat(cluster.partition("t").hasLeader()).isFalse();
        assertThat(cluster.partition("t").elr()).doesNotContain(1);
    }

    /** What the controller remembers beside the log goes with it. */
    @Test
    void b13anotherControllerBelievesNobodyWhoWasUnregistered() {
        TestCluster cluster = onlyTheFirstInSync();
        long epoch = cluster.image.broker(1).epoch();
        cluster.unregister(1);
        cluster.machine.resign();
        cluster.commit(cluster.machine.becomeController(cluster.image, cluster.endOffset, cluster.nowMs));

        cluster.registerAgain(1, epoch);
        cluster.heartbeat(1);

        assertThat(cluster.partition("t").hasLeader()).isFalse();
    }

    private static TestCluster onlyTheFirstInSync() {
        TestCluster cluster = TestCluster.of(2);
        cluster.assign("t", Map.of("min.insync.replicas", "1"), 1, 2);
        cluster.lose(2);
        return cluster;
    }

    /** The mark of the failed directory goes with its broker's next life, in which an empty one may stand in its place. */
    @Test
    void b13aReplicaThatWasGivenUpIsNoLastKnownLeaderWhenItsDiskWasReplaced() {
        TestCluster cluster = new TestCluster(-1, Map.of());
        register(cluster, 1, -1, DISK_A, DISK_B);
        cluster.heartbeat(1);
        cluster.join(2, "rack-2");
        cluster.assign("t", Map.of(), 1, 2);
        cluster.lose(2);
        long epoch = cluster.image.broker(1).epoch();
        cluster.submit(new GiveUpReplicas(
                1,
                epoch,
                List.of(new GiveUpReplicas.Partition(cluster.image.topic("t").id(), 0))));
        cluster.submit(new BrokerHeartbeat(1, epoch, cluster.image.highestOffset(), false, false, List.of(DISK_B)));
        assertThat(cluster.image.broker(1).directories()).containsExactly(DISK_A);
        cluster.lose(1);

        register(cluster, 1, epoch, DISK_A, NEW_DISK);
        cluster.heartbeat(1);
        assertThat(cluster.partition("t").hasLeader()).isFalse();

        cluster.submit(new ElectLeaders(true, List.of(new ElectLeaders.Partition("t", 0))));
        assertThat(cluster.partition("t").leader()).as("somebody asked for it").isEqualTo(1);
    }

    /** What EpochKeeper shows where a directory is of an earlier life: that life's own epoch would be believed. */
    @Test
    void b13whoMissesFilesIsNotBelievedAfterALifeThatNeverServedEither() {
        TestCluster cluster = TestCluster.of(3);
        cluster.assign("t", Map.of("min.insync.replicas", "3"), 1, 2, 3);
        long served = cluster.image.broker(2).epoch();
        cluster.lose(2);
        cluster.register(2, served);
        assertThat(cluster.partition("t").elr()).containsExactly(2);
        cluster.nowMs += 3_000;

        cluster.register(2, RegisterBroker.LOST_FILES);

        assertThat(cluster.partition("t").elr()).isEmpty();
    }

    private static void register(TestCluster cluster, int id, long previousEpoch, UUID... directories) {
        RegisterBroker.Outcome outcome = cluster.submit(new RegisterBroker(
                TestCluster.CLUSTER_ID,
                id,
                UUID.randomUUID(),
                List.of(),
                "rack-" + id,
                List.of(directories),
                previousEpoch));
        assertThat(outcome.error()).isEqualTo(ControllerError.NONE);
    }

    /** The leader of "t" takes them in. */
    private static void propose(TestCluster cluster, Integer... isr) {
        PartitionImage partition = cluster.partition("t");
        int leader = partition.leader();
        cluster.submit(new AlterPartition(
                leader,
                cluster.image.broker(leader).epoch(),
                List.of(new AlterPartition.Partition(
                        cluster.image.topic("t").id(),
                        0,
                        partition.leaderEpoch(),
                        partition.partitionEpoch(),
                        Arrays.stream(isr)
                                .map(id -> new AlterPartition.IsrMember(id, -1))
                                .toList(),
                        PartitionRecord.RECOVERED))));
        assertThat(cluster.partition("t").isr())
                .containsExactlyInAnyOrder(
                        Arrays.stream(isr).mapToInt(Integer::intValue).toArray());
    }
}
