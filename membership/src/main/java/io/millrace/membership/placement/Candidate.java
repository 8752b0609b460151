package io.millrace.membership.placement;

/**
 * A broker that may be given replicas. {@code replicas} and {@code leaders} are what it has already, {@code age} ranks
 * brokers that are equal otherwise (the oldest member of the cluster is 0).
 *
 * <p>Thread: any.
 */
public record Candidate(int brokerId, String rack, int replicas, int leaders, int age) {}
