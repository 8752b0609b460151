package io.millrace.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.replica.ReplicaRole;
import io.millrace.log.replication.MalformedFrameException;
import io.millrace.log.replication.ReplicaFetch;
import io.millrace.log.replication.ReplicationCodec;
import io.millrace.sim.InvariantViolation;
import io.millrace.sim.Seeded;
import io.millrace.verticles.shard.Replica;
import io.millrace.verticles.shard.Shard;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Whole clusters under loss, duplicates, reordering, partitions, crashes and lost power: first safety, then, healed, progress.
 *
 * <p>Thread: the test's.
 */
class ClusterSimulationTest {
    private static final int MOST_CANARY_SEEDS = 200;

    @Seeded(runs = 5)
    void whatThreeNodesHaveInTheirPageCachesIsKept(long seed) {
        ClusterRun.surviveFaults(new ClusterWorld(seed, false));
    }

    @Seeded(runs = 5)
    void whatThreeNodesHaveSyncedIsKept(long seed) {
        ClusterRun.surviveFaults(new ClusterWorld(seed, true));
    }

    @Tag("full")
    @Seeded(runs = 25)
    void whatThreeNodesHaveInTheirPageCachesIsKeptOverSomeSeeds(long seed) {
        ClusterRun.surviveFaults(new ClusterWorld(seed + 1_000, false));
    }

    @Tag("full")
    @Seeded(runs = 25)
    void whatThreeNodesHaveSyncedIsKeptOverSomeSeeds(long seed) {
        ClusterRun.surviveFaults(new ClusterWorld(seed + 1_000, true));
    }

    @Tag("long")
    @Seeded(runs = 5_000, fresh = true)
    void whatThreeNodesHaveInTheirPageCachesIsKeptOverManySeeds(long seed) {
        ClusterRun.surviveFaults(new ClusterWorld(seed, false));
    }

    @Tag("long")
    @Seeded(runs = 5_000, fresh = true)
    void whatThreeNodesHaveSyncedIsKeptOverManySeeds(long seed) {
        ClusterRun.surviveFaults(new ClusterWorld(seed, true));
    }

    /** Else a seed that fails could not be looked at again. */
    @Test
    void theSameSeedTakesTheSameCourse() {
        assertThat(ClusterCourse.of(new ClusterWorld(1, false)))
                .isEqualTo(ClusterCourse.of(new ClusterWorld(1, false)));
        assertThat(ClusterCourse.of(new ClusterWorld(2, true))).isEqualTo(ClusterCourse.of(new ClusterWorld(2, true)));
    }

    /** Hashes of objects and the order of immutable sets are another in each. */
    @Tag("full")
    @Test
    void theSameSeedTakesTheSameCourseInAnotherProcess() throws Exception {
        for (long seed = 1; seed <= 4; seed++) {
            boolean groupMode = seed % 2 == 0;
            assertThat(ClusterCourse.inAnotherProcess(seed, groupMode))
                    .as("seed %d", seed)
                    .isEqualTo(ClusterCourse.of(new ClusterWorld(seed, groupMode)));
        }
    }

    @Tag("full")
    @Test
    void theFaultsReachTheRareCases() {
        Map<ClusterTroubles.Kind, Integer> caused = new EnumMap<>(ClusterTroubles.Kind.class);
        long refusedCommits = 0;
        long reads = 0;
        long topics = 0;
        long snapshots = 0;
        long passes = 0;
        long passesCut = 0;
        long compacted = 0;
        long withoutADirectory = 0;
        long votersChanged = 0;
        long cancelled = 0;
        long moves = 0;
        long unregistered = 0;
        long unregisteredAlive = 0;
        for (int seed = 1; seed <= 24; seed++) {
            ClusterWorld world = new ClusterWorld(seed, false)
                    .oftener(ClusterTroubles.Kind.LOSE_DISK, 8)
                    .oftener(ClusterTroubles.Kind.UNREGISTER, 0);
            ClusterRun.surviveFaults(world).caused().forEach((kind, count) -> caused.merge(kind, count, Integer::sum));
            refusedCommits += world.groupLedger().refusals();
            reads += world.groupLedger().reads();
            topics += world.admin().topicsMade();
            snapshots += world.tally().snapshotsFetched();
            passes += world.tally().passes();
            passesCut += world.tally().passesCut();
            cancelled += world.admin().cancelled();
            moves += world.tally().movesBetweenDirectories();
            votersChanged += world.admin().voters().changed();
            withoutADirectory += world.tally().ranWithoutADirectory();
            compacted += world.ledger().passedOver();
        }
        // In runs of their own: both need a cluster that can spare a node.
        for (int seed = 25; seed <= 32; seed++) {
            ClusterWorld world = new ClusterWorld(seed, false).oftener(ClusterTroubles.Kind.UNREGISTER, 16);
            ClusterRun.surviveFaults(world).caused().forEach((kind, count) -> caused.merge(kind, count, Integer::sum));
            unregistered += world.admin().unregistering().done();
            unregisteredAlive += world.admin().unregistering().stoodDown();
        }
        assertThat(caused.keySet()).as("kinds of trouble").containsExactlyInAnyOrder(ClusterTroubles.Kind.values());
        assertThat(caused.get(ClusterTroubles.Kind.LOSE_DISK))
                .as("disks that were lost")
                .isGreaterThan(5);
        assertThat(refusedCommits).as("commits of members that were out").isGreaterThan(10);
        assertThat(reads).as("reads of committed offsets").isGreaterThan(50);
        assertThat(topics).as("incarnations of the topic that comes and goes").isGreaterThan(12);
        assertThat(passes).as("passes of compaction").isGreaterThan(500);
        assertThat(passesCut).as("passes whose process died").isGreaterThan(5);
        assertThat(compacted).as("records that were gone when a consumer came").isGreaterThan(1_000);
        assertThat(withoutADirectory)
                .as("runs that had to go on without a log directory")
                .isPositive();
        assertThat(unregistered).as("brokers that were unregistered").isPositive();
        assertThat(unregisteredAlive).as("of them such that lived").isPositive();
        assertThat(votersChanged).as("changes of voters").isGreaterThan(10);
        assertThat(cancelled).as("moves that were cancelled").isPositive();
        assertThat(moves).as("moves between directories").isGreaterThan(10);
        assertThat(snapshots).as("snapshots of the metadata that were fetched").isPositive();
    }

    // ---- planted bugs ----

    @Tag("full")
    @Test
    void theCanaryThatBelievesEpochsOfALostPageCacheIsCaught() {
        assertCaught(
                "LeadersAreComplete", seed -> new ClusterWorld(seed, false, new PlantedBugs().believingLostEpochs())
                        .oftener(ClusterTroubles.Kind.UNREGISTER, 0));
    }

    /** Breaks rule H22: what a follower vouches for is what it has been handed. Only a loss of power tells. */
    @Tag("full")
    @Test
    void theCanaryThatVouchesForWhatIsNotWrittenIsCaught() {
        assertCaught("LeadersAreComplete", seed -> new ClusterWorld(
                        seed, true, new PlantedBugs().bending(ClusterSimulationTest::vouchForEverything))
                .oftener(ClusterTroubles.Kind.LOSE_POWER, 8)
                .oftener(ClusterTroubles.Kind.UNREGISTER, 0));
    }

    private static byte[] vouchForEverything(byte[] frame) {
        ReplicaFetch fetch;
        try {
            fetch = ReplicationCodec.decode(ByteBuffer.wrap(frame)).fetch();
        } catch (MalformedFrameException impossible) {
            throw new IllegalStateException(impossible);
        }
        if (fetch == null) {
            return frame;
        }
        List<ReplicaFetch.Ask> asks = fetch.asks().stream()
                .map(ask -> new ReplicaFetch.Ask(
                        ask.handle(),
                        ask.topicId(),
                        ask.partition(),
                        ask.leaderEpoch(),
                        ask.fetchOffset(),
                        ask.lastEpoch(),
                        ask.fetchOffset(),
                        ask.logStart(),
                        ask.wantsRecords()))
                .toList();
        ByteBuffer bent = ReplicationCodec.encode(new ReplicaFetch(
                fetch.followerId(),
                fetch.brokerEpoch(),
                fetch.followerShard(),
                fetch.leaderShard(),
                fetch.leaderShards(),
                fetch.session(),
                fetch.sequence(),
                fetch.wantsAnswer(),
                fetch.maxWaitMs(),
                fetch.maxBytes(),
                asks,
                fetch.dropped()));
        byte[] bytes = new byte[bent.remaining()];
        bent.get(bytes);
        return bytes;
    }

    @Tag("full")
    @Test
    void theCanaryThatElectsOutOfTheIsrIsCaught() {
        assertCaught(
                "LeadersAreComplete", seed -> new ClusterWorld(seed, false, new PlantedBugs().electingUncleanly()));
    }

    @Test
    void theCanaryThatTruncatesToItsHighWatermarkIsCaught() {
        assertCaught(
                "LeadersAreComplete",
                seed -> new ClusterWorld(
                        seed, false, new PlantedBugs().planting(ClusterSimulationTest::cutToTheWatermark)));
    }

    /** What followers did before KIP-101 (breaks rule L26). */
    private static void cutToTheWatermark(SimLife life, Shard shard) {
        Map<Replica, Integer> followed = new HashMap<>();
        life.publisher()
                .follow(delta -> shard.execute(() -> shard.forEach(replica -> {
                    if (replica.machine().role() instanceof ReplicaRole.Follower
                            && !Objects.equals(
                                    followed.put(replica, replica.machine().leaderEpoch()),
                                    replica.machine().leaderEpoch())) {
                        replica.log().truncateTo(replica.machine().highWatermark(), () -> {});
                    }
                })));
    }

    @Tag("full")
    @Test
    void theCanaryThatTakesCommitsOfAnyGenerationIsCaught() {
        assertCaught(
                "NoCommitOfTheFenced", seed -> new ClusterWorld(seed, false, new PlantedBugs().takingAnyGeneration()));
    }

    @Tag("full")
    @Test
    void theCanaryThatCompactsWithKeysTakenForOneIsCaught() {
        assertCaught(
                "TheLastOfEachKeyIsKept", seed -> new ClusterWorld(seed, false, new PlantedBugs().takingKeysForOne()));
    }

    /** By this invariant and no other: what else breaks would show another bug, or a harness at fault. */
    private static void assertCaught(String invariant, LongFunction<ClusterWorld> worlds) {
        for (int seed = 1; seed <= MOST_CANARY_SEEDS; seed++) {
            try {
                ClusterRun.surviveFaults(worlds.apply(seed));
            } catch (InvariantViolation violation) {
                assertThat(violation.invariant())
                        .as("seed %d: %s", seed, violation)
                        .isEqualTo(invariant);
                return;
            }
        }
        throw new AssertionError(invariant + " held over " + MOST_CANARY_SEEDS + " seeds");
    }
}
