package io.millrace.membership.controller;

import io.millrace.membership.image.BrokerImage;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.image.PartitionImage;
import io.millrace.membership.placement.Candidate;
import io.millrace.membership.placement.PlacementPolicy;
import io.millrace.membership.placement.PlacementView;
import io.millrace.membership.record.PartitionRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * Who holds a new partition: as the request says, checked as Kafka checks it, or as the placement policy chooses among
 * the brokers that may lead, and where those are too few among those that are away, too.
 *
 * <p>Thread: any.
 */
final class ReplicaAssignments {
    private static final int[] NONE = {};
    private static final UUID[] NO_DIRECTORIES = {};

    private final PlacementPolicy policy;
    private final PlacementView view;
    private final ClusterIndex index;

    ReplicaAssignments(PlacementPolicy policy, PlacementView view, ClusterIndex index) {
        this.policy = policy;
        this.view = view;
        this.index = index;
    }

    /** Checks what a request assigned to one partition; {@code expectedReplicas} is empty for the first one. */
    static int[] checked(MetadataImage image, List<Integer> brokers, OptionalInt expectedReplicas) {
        if (brokers.isEmpty()) {
            throw wrong("The manual partition assignment includes an empty replica list.");
        }
        List<Integer> sorted = new ArrayList<>(brokers);
        sorted.sort(null);
        Set<Integer> seen = new HashSet<>();
        for (Integer broker : sorted) {
            if (image.broker(broker) == null) {
                throw wrong("The manual partition assignment includes broker " + broker
                        + ", but no such broker is registered.");
            }
            if (!seen.add(broker)) {
                throw wrong("The manual partition assignment includes the broker " + broker + " more than once.");
            }
        }
        if (expectedReplicas.isPresent() && brokers.size() != expectedReplicas.getAsInt()) {
            throw wrong("The manual partition assignment includes a partition with " + brokers.size()
                    + " replica(s), but this is not consistent with previous partitions, which have "
                    + expectedReplicas.getAsInt() + " replica(s).");
        }
        return brokers.stream().mapToInt(Integer::intValue).toArray();
    }

    /** The state a partition starts with: those of its replicas that are active are in sync, the first of them leads. */
    static PartitionRecord newPartition(MetadataImage image, UUID topicId, int partition, int[] replicas) {
        int[] isr = activeOf(image, replicas);
        if (isr.length == 0) {
            throw wrong("All brokers specified in the manual partition assignment for partition " + partition
                    + " are fenced or in controlled shutdown.");
        }
        return new PartitionRecord(
                topicId,
                partition,
                replicas,
                NO_DIRECTORIES,
                isr,
                NONE,
                NONE,
                isr[0],
                0,
                0,
                PartitionRecord.RECOVERED,
                NONE,
                NONE);
    }

    private static int[] activeOf(MetadataImage image, int[] replicas) {
        int[] active = new int[replicas.length];
        int count = 0;
        for (int replica : replicas) {
            if (image.broker(replica).isActive()) {
                active[count++] = replica;
            }
        }
        return count == replicas.length ? replicas : Arrays.copyOf(active, count);
    }

    /**
     * As the policy chooses among the active brokers. Where those are too few, fenced ones follow behind them and are out of
     * sync until they are back, as in Kafka (decision 118), also those that were stopped on purpose (decision 129). One that is
     * about to go, and not fenced yet, is neither.
     */
    List<int[]> placed(MetadataImage image, UUID topicId, int firstPartition, int partitions, int replicationFactor) {
        List<Candidate> active = candidates(image, BrokerImage::isActive);
        if (active.isEmpty()) {
            throw new Refusal(
                    ControllerError.INVALID_REPLICATION_FACTOR,
                    "Unable to replicate the partition " + replicationFactor
                            + " time(s): All brokers are currently fenced or in controlled shutdown.");
        }
        List<Candidate> away = replicationFactor <= active.size() ? List.of() : candidates(image, BrokerImage::fenced);
        int usable = active.size() + away.size();
        if (replicationFactor > usable) {
            throw new Refusal(
                    ControllerError.INVALID_REPLICATION_FACTOR,
                    "Unable to replicate the partition " + replicationFactor
                            + " time(s): The target replication factor of " + replicationFactor
                            + " cannot be reached because only " + usable + " broker(s) are registered.");
        }
        long seed = topicId.getMostSignificantBits();
        int present = Math.min(replicationFactor, active.size());
        List<int[]> placed = policy.place(seed, firstPartition, partitions, present, active);
        if (present == replicationFactor) {
            return placed;
        }
        List<int[]> followers = policy.place(seed, firstPartition, partitions, replicationFactor - present, away);
        List<int[]> all = new ArrayList<>(partitions);
        for (int i = 0; i < partitions; i++) {
            all.add(joined(placed.get(i), followers.get(i)));
        }
        return all;
    }

    private static int[] joined(int[] first, int[] second) {
        int[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    /** The replicas of a partition and as many more as are wanted; fewer when there are not so many brokers. */
    int[] grown(MetadataImage image, UUID topicId, PartitionImage partition, int wanted) {
        List<Candidate> candidates = candidates(image, BrokerImage::isActive);
        int[] replicas = partition.replicas();
        List<Candidate> others = candidates.stream()
                .filter(candidate -> !partition.isReplica(candidate.brokerId()))
                .toList();
        int missing = Math.min(wanted - replicas.length, others.size());
        Set<String> racks = new HashSet<>();
        for (int replica : replicas) {
            BrokerImage broker = image.broker(replica);
            racks.add(broker == null ? null : broker.rack());
        }
        List<Candidate> elsewhere = others.stream()
                .filter(candidate -> !racks.contains(candidate.rack()))
                .toList();
        int[] more = policy.place(
                        topicId.getMostSignificantBits(),
                        partition.partition(),
                        1,
                        missing,
                        elsewhere.size() >= missing ? elsewhere : others)
                .get(0);
        return joined(replicas, more);
    }

    private List<Candidate> candidates(MetadataImage image, Predicate<BrokerImage> fit) {
        return image.brokers().values().stream()
                .filter(fit)
                .map(broker -> new Candidate(
                        broker.id(),
                        broker.rack(),
                        index.replicas(broker.id()),
                        index.preferredLeaders(broker.id()),
                        view.of(broker.id())))
                .toList();
    }

    private static Refusal wrong(String message) {
        return new Refusal(ControllerError.INVALID_REPLICA_ASSIGNMENT, message);
    }
}
