package io.millrace.membership.placement;

/**
 * A broker that may be given replicas. {@code replicas} and {@code leaders} are what it has already; {@code standing} is how
 * the membership sees it.
 *
 * <p>Thread: any.
 */
public record Candidate(int brokerId, String rack, int replicas, int leaders, PlacementView.Standing standing) {
    public Candidate(int brokerId, String rack, int replicas, int leaders) {
        this(brokerId, rack, replicas, leaders, PlacementView.Standing.UNKNOWN);
    }
}
