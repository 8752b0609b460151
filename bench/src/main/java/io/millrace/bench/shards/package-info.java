/**
 * The measurement behind decision record 0001: what a replica costs as an object in a shard, and what it would cost as
 * a deployment of its own. Never shipped; nothing else may import it.
 *
 * <p>Open first: {@link io.millrace.bench.shards.ReplicasInShards}.
 */
package io.millrace.bench.shards;
