package io.millrace.membership.placement;

/**
 * A broker that may be given replicas. {@code replicas} and {@code leaders} are what it has already.
 *
 * <p>Thread: any.
 */
public record Candidate(int brokerId, String rack, int replicas, int leaders) {}
