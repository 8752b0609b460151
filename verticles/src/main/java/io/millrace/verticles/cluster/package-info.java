/**
 * The event bus between brokers: who is reached under {@code b.<brokerId>.<service>}, and how Vert.x clusters without
 * waiting for Hazelcast.
 *
 * <p>Open {@link io.millrace.verticles.cluster.DirectClusterManager} first. Never import here: Hazelcast (it is handed
 * in as an ordinary {@code ClusterManager}), handlers, shards.
 */
package io.millrace.verticles.cluster;
