/**
 * What the node counts about itself, and how it is written down for Prometheus.
 *
 * <p>Lives here: the single-writer cells that the hot path touches ({@link io.millrace.verticles.metrics.LoopMetrics}) and the
 * collector that sums them when somebody scrapes. No meter object exists per partition: partition series are written from
 * snapshots that shards hand over.
 *
 * <p>Never import here: handlers, shards, the listener (they know us, not the other way round), Hazelcast.
 *
 * <p>Open first: {@link io.millrace.verticles.metrics.BrokerMetrics}.
 */
package io.millrace.verticles.metrics;
