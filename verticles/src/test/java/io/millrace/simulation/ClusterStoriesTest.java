package io.millrace.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.TopicPartitionId;
import io.millrace.membership.image.PartitionImage;
import io.millrace.sim.PowerLoss;
import io.millrace.verticles.coordinator.OffsetsTopic;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * What seeds have found, told again, and single faults whose outcome is known.
 *
 * <p>Thread: the test's.
 */
class ClusterStoriesTest {
    private static final long WITHIN_MS = 30_000;

    /** Rules B12, V29: only a probe that fails ends a session. */
    @Test
    void hintsAboutHealthyNodesChangeNothing() {
        tell(new ClusterWorld(1, false), world -> {
            world.simulation().runFor(5_000);
            long before = world.newestOffset();
            List<Boolean> controllers = controllers(world);
            for (int round = 0; round < 20; round++) {
                for (SimBroker one : world.brokers()) {
                    one.life().membersAre(List.of(one.id()));
                    world.brokers().forEach(other -> one.life().suspect(other.id()));
                }
                world.simulation().runFor(200);
            }
            assertThat(world.newestOffset()).as("nothing was decided").isEqualTo(before);
            assertThat(controllers(world)).as("who leads the quorum").isEqualTo(controllers);
        });
    }

    private static List<Boolean> controllers(ClusterWorld world) {
        return world.brokers().stream()
                .map(broker -> broker.life().leadsQuorum())
                .toList();
    }

    /** DeleteRecords may end inside a batch; who has nothing then begins with the whole of that batch. */
    @Test
    void aReplicaWithoutADiskBeginsInTheMiddleOfABatch() {
        tell(new ClusterWorld(2, false), world -> {
            world.simulation().runFor(2_000);
            world.admin().deleteRecords(0, 11);
            world.simulation().runFor(500);
            SimBroker follower = notLeading(world, 0);
            follower.loseDisk();
            follower.start();
        });
    }

    private static SimBroker notLeading(ClusterWorld world, int partition) {
        int leader = world.newestTopic(ClusterWorld.TOPIC).partition(partition).leader();
        return world.broker(leader % ClusterWorld.NODES + 1);
    }

    /** A replica that is taken away and given back at once finds its predecessor still on its way out. */
    @Test
    void aPartitionThatIsGivenBackAtOnceWaitsForItsPredecessorToBeGone() {
        tell(new ClusterWorld(3, false), world -> {
            world.simulation().runFor(2_000);
            SimBroker mover = notLeading(world, 0);
            List<Integer> others =
                    List.of(1, 2, 3).stream().filter(id -> id != mover.id()).toList();
            mover.slowDisk(true);
            for (int round = 0; round < 3; round++) {
                world.admin().reassign(ClusterWorld.TOPIC, 0, others);
                await(world, "it is taken away", () -> !ofFirst(world).isReplica(mover.id()));
                world.admin().reassign(ClusterWorld.TOPIC, 0, List.of(1, 2, 3));
                await(world, "it is given back", () -> ofFirst(world).isReplica(mover.id()));
            }
        });
    }

    /** Rule V32: what was synced before it was acknowledged is there after the page cache is gone, and is worth as much. */
    @Test
    void whatWasSyncedIsNotLostWithAPageCacheAndAnothersDisk() {
        for (int seed = 1; seed <= 3; seed++) {
            tell(new ClusterWorld(seed, true), world -> {
                world.simulation().runFor(2_000);
                world.broker(1).loseDisk();
                world.broker(3).kill();
                world.broker(3).start();
                await(world, "the third has left", () -> !ofFirst(world).isInSync(3));
                world.broker(2).losePower(PowerLoss.DROPS_UNSYNCED);
                world.broker(2).start();
                world.broker(1).start();
            });
        }
    }

    /** Rule Q7: the log that it would go on from is trimmed meanwhile. */
    @Test
    void aNodeThatWasAwayBeyondTheStartOfTheMetadataFetchesASnapshot() {
        tell(new ClusterWorld(4, false), world -> {
            world.simulation().runFor(1_000);
            SimBroker away = world.brokers().stream()
                    .filter(broker -> !broker.life().leadsQuorum())
                    .findFirst()
                    .orElseThrow();
            long knew = away.life().image().highestOffset();
            away.kill();
            List<Integer> others = new ArrayList<>(
                    List.of(1, 2, 3).stream().filter(id -> id != away.id()).toList());
            for (int round = 0; round < 40; round++) {
                Collections.reverse(others);
                for (int partition = 0; partition < ClusterWorld.PARTITIONS; partition++) {
                    world.admin().reassign(ClusterWorld.TOPIC, partition, others);
                }
                world.simulation().runFor(200);
            }
            long fetched = world.tally().snapshotsFetched();
            away.start();
            await(
                    world,
                    "it has what it missed",
                    () -> away.isServing() && away.life().image().highestOffset() == world.newestOffset());
            assertThat(world.newestOffset()).isGreaterThan(knew);
            assertThat(world.tally().snapshotsFetched()).isGreaterThan(fetched);
        });
    }

    /** Its metadata is not written and not replicated either, while it answers everybody who asks (rule Q4). */
    @Test
    void aControllerWhoseDiskIsFullHandsOverToOneThatCanDecide() {
        tell(new ClusterWorld(5, false), world -> {
            world.simulation().runFor(2_000);
            SimBroker full = world.brokers().stream()
                    .filter(broker -> broker.life().leadsQuorum())
                    .findFirst()
                    .orElseThrow();
            full.disk().faults().capacity(0);
            for (int partition = 0; partition < ClusterWorld.PARTITIONS; partition++) {
                int number = partition;
                await(
                        world,
                        "partition " + partition + " does without it",
                        () -> of(world, number).hasLeader()
                                && !of(world, number).isInSync(full.id()));
            }
            full.disk().faults().heal();
        });
    }

    /** A disk is lost, the controller does not know it yet, and somebody takes the last whole copy away (rule I15). */
    @Test
    void aMoveTakesNoCopyAwayThatALostDiskStillNeeds() {
        for (int seed = 1; seed <= 3; seed++) {
            tell(new ClusterWorld(seed, true), world -> {
                world.simulation().runFor(2_000);
                SimBroker stays = leading(world, 0);
                SimBroker behind = world.broker(stays.id() % ClusterWorld.NODES + 1);
                SimBroker goes = world.broker(behind.id() % ClusterWorld.NODES + 1);
                behind.kill();
                await(world, "it is out", () -> !ofFirst(world).isInSync(behind.id()));
                world.admin().reassign(ClusterWorld.TOPIC, 0, List.of(stays.id(), behind.id()));
                world.simulation().runFor(1_000);
                assertThat(ofFirst(world).isReplica(goes.id()))
                        .as("one of two is in sync among those that stay")
                        .isTrue();
                stays.loseDisk();
                stays.start();
                behind.start();
            });
        }
    }

    /**
     * A directory fails, its node dies before anybody has heard what was in it, and comes back with an empty one in its place:
     * then it is no better than a node with a lost disk, and waits for who has the records (rule B13).
     */
    @Test
    void whoLostADirectoryAndDiedBeforeItSaidSoLeadsNothing() {
        tell(new ClusterWorld(5, true).keepingLossesSecret(), world -> {
            world.simulation().runFor(2_000);
            SimBroker loses = world.broker(1);
            SimBroker has = world.broker(2);
            SimBroker behind = world.broker(3);
            int partition = inSecondDirectory(world, loses);
            behind.kill();
            await(world, "the third is out", () -> !of(world, partition).isInSync(behind.id()));
            loses.failSecond(false);
            world.simulation().runFor(1_000);
            assertThat(loses.life().lacksADirectory()).isTrue();
            loses.kill();
            loses.takeSecondAway();
            loses.giveUpSecond();
            has.kill();
            loses.start();
            behind.start();
            world.simulation().runFor(10_000);
            assertThat(of(world, partition).hasLeader()).as("somebody leads").isFalse();
            has.start();
            await(world, "who has it leads", () -> leads(world, partition, has));
        });
    }

    /** Its leader knows that it had all there is, and nothing new comes: that must not bring it back into the ISR (rule I19). */
    @Test
    void aReplicaThatWasGivenUpIsNotTakenBackForWhatItHad() {
        tell(new ClusterWorld(6, true), world -> {
            world.simulation().runFor(2_000);
            Random random = new Random(6);
            while (world.clients().anyMember(random, true, SimMember::crash)) {}
            world.simulation().runFor(8_000);
            SimBroker loses = world.broker(1);
            loses.failSecond(true);
            world.simulation().runFor(5_000);
            List<TopicPartitionId> offline = new ArrayList<>();
            loses.life().shards().all().forEach(shard -> shard.forEachOffline(offline::add));
            assertThat(offline).extracting(TopicPartitionId::topic).contains(OffsetsTopic.NAME);
            for (TopicPartitionId id : offline) {
                assertThat(world.newestTopic(id.topic())
                                .partition(id.partition())
                                .isInSync(loses.id()))
                        .as("%s at the node that has lost it", id)
                        .isFalse();
            }
        });
    }

    /** Rule B13: the next life knows of no later one than the last that served, and has all that that one had. */
    @Test
    void whoDiesBeforeItHearsThatItIsRegisteredHasLostNothingByIt() {
        tell(new ClusterWorld(7, true), world -> {
            world.simulation().runFor(2_000);
            SimBroker unlucky = world.broker(2);
            world.admin().reassign(ClusterWorld.TOPIC, 0, List.of(2, 1));
            await(world, "two have it", () -> ofFirst(world).replicas().length == 2);
            unlucky.kill();
            await(world, "it is eligible", () -> ofFirst(world).elr().length > 0);
            assertThat(ofFirst(world).elr()).containsExactly(2);
            for (int round = 0; round < 2; round++) {
                long epoch = world.newestImage().broker(2).epoch();
                unlucky.start();
                unlucky.slowDisk(true);
                await(
                        world,
                        "it is registered",
                        () -> world.newestImage().broker(2).epoch() != epoch);
                assertThat(unlucky.keptEpoch()).as("it has not heard of it").isLessThan(epoch + 1);
                assertThat(ofFirst(world).elr()).containsExactly(2);
                unlucky.kill();
            }
        });
    }

    private static int inSecondDirectory(ClusterWorld world, SimBroker broker) {
        int[] found = {-1};
        broker.life()
                .shards()
                .all()
                .forEach(shard -> shard.forEach(replica -> {
                    boolean there = replica.directory().path().equals(SimBroker.MORE);
                    if (there && replica.log().id().topic().equals(ClusterWorld.TOPIC)) {
                        found[0] = replica.log().id().partition();
                    }
                }));
        return found[0];
    }

    private static boolean leads(ClusterWorld world, int partition, SimBroker broker) {
        return world.newestTopic(ClusterWorld.TOPIC) != null
                && of(world, partition).leader() == broker.id();
    }

    private static PartitionImage of(ClusterWorld world, int partition) {
        return world.newestTopic(ClusterWorld.TOPIC).partition(partition);
    }

    private static SimBroker leading(ClusterWorld world, int partition) {
        return world.broker(
                world.newestTopic(ClusterWorld.TOPIC).partition(partition).leader());
    }

    private static PartitionImage ofFirst(ClusterWorld world) {
        return world.newestTopic(ClusterWorld.TOPIC).partition(0);
    }

    private static void await(ClusterWorld world, String what, BooleanSupplier condition) {
        world.simulation().runUntil(what, WITHIN_MS, condition);
    }

    private static void tell(ClusterWorld world, Consumer<ClusterWorld> story) {
        try (SimErrors errors = new SimErrors()) {
            world.simulation().always(errors);
            world.begin();
            story.accept(world);
            world.healAndDemandProgress();
        } finally {
            world.end();
        }
    }
}
