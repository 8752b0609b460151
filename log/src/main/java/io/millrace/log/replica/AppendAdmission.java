package io.millrace.log.replica;

/**
 * Whether a producer may append here now.
 *
 * <p>Thread: any.
 */
public enum AppendAdmission {
    ADMITTED,
    NOT_LEADER,
    /** acks=all, and fewer in-sync replicas than min(min.insync.replicas, replication factor). */
    NOT_ENOUGH_REPLICAS
}
