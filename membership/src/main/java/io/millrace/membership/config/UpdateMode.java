package io.millrace.membership.config;

/**
 * Whether a broker setting may change while the broker runs.
 *
 * <p>Thread: any.
 */
public enum UpdateMode {
    /** In the node's file only. */
    READ_ONLY,
    /** For one broker by its id, never for all at once. */
    PER_BROKER,
    /** For all brokers at once or for one. */
    CLUSTER_WIDE
}
