/**
 * The owners of the replicas: one shard per event loop, and everything that happens to a replica happens there.
 *
 * <p>Open {@link io.millrace.verticles.shard.Shard} first, then {@link io.millrace.verticles.shard.Replica}. A handler
 * sends a group of work for many partitions of one shard ({@link io.millrace.verticles.shard.AppendGroup}, {@link
 * io.millrace.verticles.shard.FetchGroup}) and gets it back on its own loop. Never imported here: the wire format of
 * requests, Hazelcast.
 */
package io.millrace.verticles.shard;
