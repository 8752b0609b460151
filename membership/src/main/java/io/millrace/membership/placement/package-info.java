/**
 * Which brokers hold a new partition.
 *
 * <p>Lives here: {@link io.millrace.membership.placement.PlacementPolicy} and the default one. Pure: never import
 * clocks, randomness, Hazelcast, the controller. Open {@code PlacementPolicy} first.
 */
package io.millrace.membership.placement;
