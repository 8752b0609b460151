/**
 * How the followers of one node get the records of their leaders on another: pull, one session per (leader node, shard) at
 * each end, multiplexed over partitions. Pure: time comes in as a number, messages go out through {@link
 * io.millrace.log.replication.ReplicationLink}, and any message may be lost, doubled or late.
 *
 * <p>Must never be imported here: anything that does I/O of its own, keeps time or runs threads; Vert.x, Netty.
 *
 * <p>Open first: {@link io.millrace.log.replication.FollowerMachine}, then {@link
 * io.millrace.log.replication.LeaderMachine}; what they say to each other is {@link
 * io.millrace.log.replication.ReplicaFetch} and {@link io.millrace.log.replication.ReplicaAnswer}.
 */
package io.millrace.log.replication;
