package io.millrace.membership.placement;

import java.util.List;

/**
 * Chooses brokers for partitions: same input, same answer.
 *
 * <p>Thread: any; must be pure.
 */
public interface PlacementPolicy {
    /**
     * Brokers for {@code partitions} new partitions, numbered from {@code firstPartition}; the preferred leader of each
     * comes first. Never the same broker twice in one partition.
     *
     * @param seed ties are broken by it and the partition, so that two topics do not start on the same broker
     * @throws IllegalArgumentException when there are fewer candidates than {@code replicationFactor}
     */
    List<int[]> place(long seed, int firstPartition, int partitions, int replicationFactor, List<Candidate> candidates);
}
