package io.millrace.membership.controller;

/**
 * What the controller machine is set to.
 *
 * <p>{@code selfBrokerId} is the broker in the controller's own process: while the controller decides, that broker is
 * alive, so it has no session that could end (a cluster of one has no timer). -1 when there is none.
 *
 * <p>Thread: any.
 */
public record ControllerOptions(String clusterId, int selfBrokerId, long sessionTimeoutMs) {
    public static final long DEFAULT_SESSION_TIMEOUT_MS = 2_500;
    /** More partitions in one request than this are refused, so that one request cannot fill the memory. */
    public static final int MAX_PARTITIONS_PER_REQUEST = 10_000;
}
