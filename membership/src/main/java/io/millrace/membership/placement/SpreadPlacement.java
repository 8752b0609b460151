package io.millrace.membership.placement;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Spreads one topic first over brokers, then over racks within a partition, then by load and by what brokers have already;
 * what is still equal is decided by age and by rendezvous hashing of seed, partition and broker.
 *
 * <p>Brokers that the membership does not see are left out where enough others are there; where it sees nobody (it is not up
 * yet, or split) registrations alone count.
 *
 * <p>The topic comes before the load: a broker that has just joined, and has nothing, would otherwise be given every
 * partition of the next topics and with them all their traffic.
 *
 * <p>Thread: any; has no state.
 */
public final class SpreadPlacement implements PlacementPolicy {
    private static final String NO_RACK = "";
    private static final int LOAD_STEP = 25;

    @Override
    public List<int[]> place(
            long seed, int firstPartition, int partitions, int replicationFactor, List<Candidate> candidates) {
        if (replicationFactor > candidates.size()) {
            throw new IllegalArgumentException(
                    replicationFactor + " replicas need as many brokers, there are " + candidates.size());
        }
        List<Broker> brokers = new ArrayList<>(candidates.size());
        // Order of the input must not matter.
        preferMembers(candidates, replicationFactor).stream()
                .sorted(Comparator.comparingInt(Candidate::brokerId))
                .forEach(candidate -> brokers.add(new Broker(candidate)));
        List<int[]> placed = new ArrayList<>(partitions);
        for (int i = 0; i < partitions; i++) {
            placed.add(placeOne(seed, firstPartition + i, replicationFactor, brokers));
        }
        return placed;
    }

    private static List<Candidate> preferMembers(List<Candidate> candidates, int replicationFactor) {
        List<Candidate> members = candidates.stream()
                .filter(candidate -> candidate.standing().member())
                .toList();
        return members.size() >= replicationFactor ? members : candidates;
    }

    private static int[] placeOne(long seed, int partition, int replicationFactor, List<Broker> brokers) {
        brokers.forEach(broker -> broker.rank = rendezvous(seed, partition, broker.id));
        int[] replicas = new int[replicationFactor];
        Map<String, Integer> usedRacks = new HashMap<>();
        List<Broker> free = new ArrayList<>(brokers);
        for (int i = 0; i < replicationFactor; i++) {
            Broker chosen = free.get(0);
            for (Broker broker : free) {
                if (better(broker, chosen, i == 0, usedRacks)) {
                    chosen = broker;
                }
            }
            free.remove(chosen);
            usedRacks.merge(chosen.rack, 1, Integer::sum);
            chosen.topicReplicas++;
            chosen.replicas++;
            if (i == 0) {
                chosen.topicLeaders++;
                chosen.leaders++;
            }
            replicas[i] = chosen.id;
        }
        return replicas;
    }

    private static boolean better(Broker a, Broker b, boolean leader, Map<String, Integer> usedRacks) {
        int byRack = Integer.compare(usedRacks.getOrDefault(a.rack, 0), usedRacks.getOrDefault(b.rack, 0));
        if (byRack != 0) {
            return byRack < 0;
        }
        int byLoad = leader ? compareAsLeaders(a, b) : compareAsFollowers(a, b);
        if (byLoad != 0) {
            return byLoad < 0;
        }
        return a.age != b.age ? a.age < b.age : Long.compareUnsigned(a.rank, b.rank) < 0;
    }

    private static int compareAsLeaders(Broker a, Broker b) {
        int byTopic = Integer.compare(a.topicLeaders, b.topicLeaders);
        if (byTopic != 0) {
            return byTopic;
        }
        int byLoad = Integer.compare(a.load, b.load);
        if (byLoad != 0) {
            return byLoad;
        }
        int byLeaders = Integer.compare(a.leaders, b.leaders);
        return byLeaders != 0 ? byLeaders : compareAsFollowers(a, b);
    }

    private static int compareAsFollowers(Broker a, Broker b) {
        int byTopic = Integer.compare(a.topicReplicas, b.topicReplicas);
        if (byTopic != 0) {
            return byTopic;
        }
        int byLoad = Integer.compare(a.load, b.load);
        return byLoad != 0 ? byLoad : Integer.compare(a.replicas, b.replicas);
    }

    /** A well mixed number of the three: the finaliser of splitmix64. */
    private static long rendezvous(long seed, int partition, int brokerId) {
        long mixed = seed ^ ((long) partition << 32 | brokerId & 0xFFFFFFFFL);
        mixed = (mixed ^ mixed >>> 30) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EBL;
        return mixed ^ mixed >>> 31;
    }

    /** Thread: one. */
    private static final class Broker {
        final int id;
        final String rack;
        /** In steps, so that small differences do not send everything to one broker. */
        final int load;

        final int age;

        int replicas;
        int leaders;
        int topicReplicas;
        int topicLeaders;
        long rank;

        Broker(Candidate candidate) {
            id = candidate.brokerId();
            rack = candidate.rack() == null ? NO_RACK : candidate.rack();
            age = candidate.standing().age();
            load = candidate.standing().load() / LOAD_STEP;
            replicas = candidate.replicas();
            leaders = candidate.leaders();
        }
    }
}
