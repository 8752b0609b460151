package io.millrace.membership.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Where new partitions go. */
class SpreadPlacementTest {
    private final PlacementPolicy policy = new SpreadPlacement();

    @Test
    void aSingleBrokerTakesEverything() {
        List<int[]> placed = policy.place(1, 0, 3, 1, List.of(new Candidate(7, null, 0, 0)));

        assertThat(placed).hasSize(3).allSatisfy(replicas -> assertThat(replicas)
                .containsExactly(7));
    }

    @Test
    void leadersAndReplicasOfATopicAreSpreadEvenly() {
        List<int[]> placed = policy.place(99, 0, 30, 2, brokers(5));

        assertThat(leaders(placed).values())
                .allSatisfy(count -> assertThat(count).isEqualTo(6));
        assertThat(replicas(placed).values())
                .allSatisfy(count -> assertThat(count).isBetween(11, 13));
    }

    @Test
    void noPartitionHasABrokerTwice() {
        for (int[] replicas : policy.place(5, 0, 50, 3, brokers(4))) {
            assertThat(Arrays.stream(replicas).distinct().count()).isEqualTo(3);
        }
    }

    @Test
    void replicasOfAPartitionStandInDifferentRacks() {
        List<Candidate> candidates = List.of(
                new Candidate(1, "a", 0, 0),
                new Candidate(2, "a", 0, 0),
                new Candidate(3, "a", 0, 0),
                new Candidate(4, "b", 0, 0),
                new Candidate(5, "c", 0, 0));
        Map<Integer, String> racks = new HashMap<>();
        candidates.forEach(candidate -> racks.put(candidate.brokerId(), candidate.rack()));

        for (int[] replicas : policy.place(11, 0, 40, 3, candidates)) {
            Set<String> used = new HashSet<>();
            Arrays.stream(replicas).forEach(id -> used.add(racks.get(id)));
            assertThat(used).hasSize(3);
        }
    }

    @Test
    void theOrderOfTheCandidatesDoesNotMatter() {
        List<Candidate> candidates = new ArrayList<>(brokers(6));
        List<int[]> expected = policy.place(3, 4, 10, 3, candidates);
        Collections.shuffle(candidates, new Random(1));

        List<int[]> placed = policy.place(3, 4, 10, 3, candidates);

        for (int i = 0; i < placed.size(); i++) {
            assertThat(placed.get(i)).containsExactly(expected.get(i));
        }
    }

    @Test
    void topicsOfOnePartitionDoNotAllStartOnTheSameBroker() {
        Set<Integer> firsts = new HashSet<>();
        for (long seed = 1; seed <= 50; seed++) {
            firsts.add(policy.place(seed * 0x9E3779B97F4A7C15L, 0, 1, 1, brokers(3))
                    .get(0)[0]);
        }

        assertThat(firsts).containsExactlyInAnyOrder(0, 1, 2);
    }

    @Test
    void theLeastLoadedBrokerIsPreferredWhereTheTopicIsEven() {
        List<Candidate> candidates =
                List.of(new Candidate(1, null, 100, 50), new Candidate(2, null, 10, 5), new Candidate(3, null, 90, 45));

        assertThat(policy.place(1, 0, 1, 1, candidates).get(0)).containsExactly(2);
        assertThat(policy.place(1, 0, 1, 2, candidates).get(0)).containsExactly(2, 3);
    }

    @Test
    void moreReplicasThanBrokersIsRefused() {
        assertThatThrownBy(() -> policy.place(1, 0, 1, 3, brokers(2))).isInstanceOf(IllegalArgumentException.class);
    }

    private static Candidate seen(int id, boolean member, int age, int load) {
        return new Candidate(id, null, 0, 0, new PlacementView.Standing(member, age, load));
    }

    @Test
    void whoIsNoMemberGetsNothingNewWhereOthersAreEnough() {
        List<Candidate> candidates = List.of(seen(1, false, 0, 0), seen(2, true, 1, 0), seen(3, true, 2, 0));

        for (int[] replicas : policy.place(7, 0, 20, 2, candidates)) {
            assertThat(replicas).containsExactlyInAnyOrder(2, 3);
        }
        assertThat(policy.place(7, 0, 1, 3, candidates).get(0))
                .as("registrations win")
                .hasSize(3);
    }

    @Test
    void whoBearsLessComesFirstAmongEqualsThenTheOldest() {
        assertThat(policy.place(7, 0, 1, 1, List.of(seen(1, true, 0, 90), seen(2, true, 2, 10), seen(3, true, 1, 12)))
                        .get(0))
                .containsExactly(3);
    }

    private static List<Candidate> brokers(int count) {
        List<Candidate> brokers = new ArrayList<>();
        for (int id = 0; id < count; id++) {
            brokers.add(new Candidate(id, null, 0, 0));
        }
        return brokers;
    }

    private static Map<Integer, Integer> leaders(List<int[]> placed) {
        Map<Integer, Integer> counts = new HashMap<>();
        placed.forEach(replicas -> counts.merge(replicas[0], 1, Integer::sum));
        return counts;
    }

    private static Map<Integer, Integer> replicas(List<int[]> placed) {
        Map<Integer, Integer> counts = new HashMap<>();
        placed.forEach(all -> Arrays.stream(all).forEach(id -> counts.merge(id, 1, Integer::sum)));
        return counts;
    }
}
