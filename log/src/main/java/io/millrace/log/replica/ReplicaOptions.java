package io.millrace.log.replica;

/**
 * A node's settings for all its replicas.
 *
 * <p>Thread: any (immutable).
 *
 * @param lagTimeMaxMs {@code replica.lag.time.max.ms}: how long a follower may be behind before it leaves the ISR
 * @param proposalRetryMs the pause before a proposal is made again after a refusal or an unknown outcome
 */
public record ReplicaOptions(int brokerId, long lagTimeMaxMs, long proposalRetryMs) {}
