/**
 * What surrounds the group machines: one {@link io.millrace.verticles.coordinator.GroupPartition} per partition of {@code
 * __consumer_offsets} that this node leads, on the loop of the shard that owns its replica.
 *
 * <p>Open {@link io.millrace.verticles.coordinator.GroupCoordinators} first, which is what handlers ask; then {@link
 * io.millrace.verticles.coordinator.GroupPartition} for a partition's life: loaded by {@link
 * io.millrace.verticles.coordinator.LogReplay}, written by {@link io.millrace.verticles.coordinator.GroupAppender}, thrown
 * away with the leadership. Nothing is decided here; decisions are in {@code verticles.group}. Never imported here:
 * handlers, connections, Hazelcast.
 */
package io.millrace.verticles.coordinator;
