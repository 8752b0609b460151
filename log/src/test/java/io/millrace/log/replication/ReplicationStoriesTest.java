package io.millrace.log.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.EpochEnd;
import io.millrace.log.replica.ReplicaMachine;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What random worlds have found, told as short stories. */
class ReplicationStoriesTest {
    private static final long LONG_ENOUGH_FOR_A_CHECKPOINT_MS = 5_000;

    private final ReplicationWorld world = ReplicationWorld.calm(1);

    private void leaderIs(int p, int node) {
        int records = world.controller.log.size();
        world.controller.moveLeader(p, node);
        assertThat(world.controller.log.size() - records).as("records").isLessThanOrEqualTo(1);
    }

    private int otherThan(int leader) {
        return (leader + 1) % ReplicationWorld.NODES;
    }

    private void healthy(String what) {
        world.simulation.runUntil(what, 5_000, world::isHealthy);
    }

    @Test
    void anIdleTailLearnsItsLastWatermark() {
        world.produce(0);

        world.simulation.runUntil("acknowledged", 1_000, () -> world.ackedCount() == 1);
        world.simulation.runFor(60);

        assertThat(world.isHealthy()).as("%s", world).isTrue();
    }

    @Test
    void anIdleTailLearnsThatRecordsWereDeletedAndItsLeaderLearnsThatItHasFollowed() {
        for (int i = 0; i < 3; i++) {
            world.produce(0);
        }
        healthy("three records everywhere");
        SimBroker node = world.nodes.get(world.controller.partition(0).leaderId());
        SimReplica leader = node.replica(0);

        leader.log().advanceLogStart(2);
        node.leader(0).logStartMoved(leader);
        node.afterEvent();

        world.simulation.runFor(200);

        for (SimBroker other : world.nodes) {
            assertThat(other.replica(0).log().logStartOffset()).isEqualTo(2);
            if (other != node) {
                assertThat(leader.links().followerLogStart(other.id)).isEqualTo(2);
            }
        }
    }

    @Test
    void aFollowerWithoutRecordsTakesTheBatchInWhoseMiddleItsLeadersLogStarts() {
        int leaderId = world.controller.partition(0).leaderId();
        SimBroker node = world.nodes.get(leaderId);
        SimBroker away = world.nodes.get(otherThan(leaderId));
        away.crash();
        away.disk.afterProcessCrash();
        world.controller.fence(away.id);
        world.tellRecords();
        SimReplica leader = node.replica(0);
        leader.produceBatch(4);
        node.afterEvent();
        world.simulation.runFor(300);
        leader.log().advanceLogStart(2);
        node.leader(0).logStartMoved(leader);
        node.afterEvent();
        world.simulation.runFor(200);

        away.start();

        healthy("the one that was away has the batch");
        world.simulation.runFor(200);
        assertThat(away.replica(0).log().logStartOffset()).isEqualTo(2);
        assertThat(away.replica(0).log().writtenEnd()).isEqualTo(4);
    }

    @Test
    void aFollowerThatKnowsTheNewEpochBeforeItsLeaderIsCreditedWithoutSayingItTwice() {
        world.produce(0);
        healthy("one record everywhere");
        int next = otherThan(world.controller.partition(0).leaderId());

        leaderIs(0, next);
        for (SimBroker node : world.nodes) {
            if (node.id != next) {
                node.applyNext();
            }
        }
        world.simulation.runFor(500);
        world.nodes.get(next).applyNext();

        healthy("all in sync in the new epoch");
        world.produce(0);
        world.simulation.runUntil("acknowledged", 1_000, () -> world.ackedCount() == 2);
    }

    @Test
    void aNewLeaderWhoseWatermarkNeedNotMoveTellsItAllTheSame() {
        world.produce(0);
        healthy("one record everywhere");
        int next = otherThan(world.controller.partition(0).leaderId());
        int third = 3 - next - world.controller.partition(0).leaderId();

        world.nodes.get(third).crash();
        world.nodes.get(third).disk.afterProcessCrash();
        leaderIs(0, next);
        world.tellRecords();
        world.simulation.runFor(200);
        world.nodes.get(third).start();

        healthy("the one that came back shows all of it");
    }

    @Test
    void aFollowerThatHasAllJoinsWhenItMayAlthoughNothingIsProduced() {
        int leader = world.controller.partition(0).leaderId();
        int follower = otherThan(leader);

        world.controller.fence(follower);
        world.tellRecords();
        world.simulation.runFor(20);
        assertThat(world.controller.partition(0).isr()).doesNotContain(follower);

        healthy("it is in sync again");
    }

    @Test
    void aLogThatWentAnotherWayIsCutWhereTheEpochsPartAndTheWatermarkIsToldAnew() {
        int leader = world.controller.partition(0).leaderId();
        int next = otherThan(leader);
        for (int other = 0; other < ReplicationWorld.NODES; other++) {
            world.network.cut(leader, other);
        }
        world.produce(0);
        world.simulation.runFor(100);

        leaderIs(0, next);
        world.nodes.stream().filter(node -> node.id != leader).forEach(SimBroker::applyNext);
        world.simulation.runFor(50);
        world.produce(0);
        world.simulation.runFor(300);
        world.network.heal();
        world.nodes.get(leader).applyNext();

        healthy("the old leader has the new leader's log");
        assertThat(world.notes).as("cuts").isPositive();
    }

    /** The follower had said twice where it stands, since its tail was synced meanwhile; its leader knows an epoch that it has not. */
    @Test
    void anAnswerToWhatWasAskedBeforeACutCutsNothingMore() {
        int leader = world.controller.partition(0).leaderId();
        int next = otherThan(leader);
        world.produce(0);
        healthy("one record everywhere");
        cutOff(next);
        leaderIs(0, next);
        world.nodes.get(next).applyNext();
        world.produce(0);
        world.simulation.runFor(50);
        cutOff(leader);
        leaderIs(0, leader);
        world.nodes.get(leader).applyNext();
        world.nodes.get(leader).applyNext();
        world.produce(0);
        world.simulation.runFor(50);
        SimReplica behind = world.nodes.get(leader).replica(0);
        SimReplica other = world.nodes.get(next).replica(0);
        assertThat(behind.log().writtenEnd()).isEqualTo(2);
        assertThat(other.log().writtenEnd()).isEqualTo(2);
        leaderIs(0, next);
        world.network.heal();
        world.tellRecords();
        FollowedPartition followed = behind.links().followed;
        world.simulation.runUntil("the cut", 1_000, () -> behind.log().writtenEnd() == 1 && !followed.isTruncating());

        followed.take(
                new ReplicaAnswer.Part(
                        followed.handle,
                        behind.machine().leaderEpoch(),
                        2,
                        FetchError.NONE,
                        behind.machine().leaderEpoch(),
                        1,
                        0,
                        2,
                        false,
                        new EpochEnd(other.log().latestEpoch(), 2),
                        List.of()),
                world.simulation.nowMs());

        assertThat(behind.log().assignedEnd()).isPositive();
        healthy("all have the log of the leader");
    }

    private void cutOff(int node) {
        for (int other = 0; other < ReplicationWorld.NODES; other++) {
            world.network.cut(node, other);
        }
    }

    @Test
    void aNewFollowerOfALogThatWasOnceCompactedIsGivenItsGaps() throws Exception {
        int leader = world.controller.partition(0).leaderId();
        int fresh = otherThan(leader);
        world.produce(0);
        healthy("one record everywhere");
        assertThat(world.config(0).compact()).as("the policy now").isFalse();
        world.nodes.get(fresh).crash();
        world.nodes.get(fresh).loseDisk();
        world.controller.fence(fresh);
        world.tellRecords();
        world.simulation.runFor(200);
        for (SimBroker node : world.nodes) {
            if (node.isAlive()) {
                node.replica(0).goesOnBehindAGap(7);
            }
        }
        world.nodes.get(fresh).start();

        healthy("the new follower has what compaction left");
        world.produce(0);
        healthy("and what came since");
        assertThat(ReplicationWorld.content(world.nodes.get(fresh).replica(0).log()))
                .isEqualTo(ReplicationWorld.content(
                        world.nodes.get(leader).replica(0).log()))
                .containsKey(8L)
                .doesNotContainKey(1L);
    }

    @Test
    void aLeaderThatComesBackAloneShowsWhatItHadShownAlthoughTooFewAreInSync() {
        ReplicationWorld two = IntStream.iterate(1, seed -> seed + 1)
                .mapToObj(ReplicationWorld::calm)
                .filter(world -> world.config(0).minInsyncReplicas() == 2)
                .findFirst()
                .orElseThrow();
        int leader = two.controller.partition(0).leaderId();
        SimBroker survivor = two.nodes.get(leader);
        two.produce(0);
        two.simulation.runUntil("one record everywhere", 5_000, two::isHealthy);
        two.simulation.runFor(LONG_ENOUGH_FOR_A_CHECKPOINT_MS);
        for (SimBroker node : two.nodes) {
            node.crash();
            node.disk.afterProcessCrash();
            if (node != survivor) {
                two.controller.fence(node.id);
            }
        }
        survivor.start();
        two.simulation.runUntil(
                "it leads again",
                5_000,
                () -> survivor.isReady()
                        && survivor.isUpToDate()
                        && two.controller.partition(0).leaderId() == leader);

        ReplicaMachine machine = survivor.replica(0).machine();
        assertThat(machine.isUnderMinIsr()).isTrue();
        assertThat(machine.highWatermark()).isEqualTo(1);
    }

    @Test
    void aThrottleLetsThroughWhatItsRateAllows() {
        ReplicationThrottle throttle = new ReplicationThrottle();
        assertThat(throttle.isExceeded(0)).isFalse();

        throttle.rate(1_000, 0);
        throttle.moved(1_500, 0);
        assertThat(throttle.isExceeded(0)).isTrue();
        long freeMs = throttle.freeAtMs(0);
        assertThat(freeMs).isBetween(500L, 1_600L);
        assertThat(throttle.isExceeded(freeMs - 10)).isTrue();
        assertThat(throttle.isExceeded(freeMs)).isFalse();

        throttle.rate(ReplicationThrottle.UNLIMITED, freeMs);
        throttle.moved(1 << 30, freeMs);
        assertThat(throttle.isExceeded(freeMs)).isFalse();
    }
}
