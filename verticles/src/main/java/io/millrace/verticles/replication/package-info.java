/**
 * Replication between nodes: the shell around the machines of {@link io.millrace.log.replication}. One per shard; it carries
 * their messages over the event bus, their proposals to the controller, and wakes them in time.
 *
 * <p>Open {@link io.millrace.verticles.replication.ShardReplication} first, then {@link
 * io.millrace.verticles.replication.ReplicationBus}. Never imported here: the shards (they use this), Kafka's protocol.
 */
package io.millrace.verticles.replication;
