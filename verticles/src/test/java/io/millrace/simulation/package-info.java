/**
 * Whole clusters in one thread: quorum, controller, registrations, shards, replication, compaction and logs as they ship, over a
 * simulated network, on simulated disks, with a simulated clock. Whatever a seed decides happens again with that seed.
 *
 * <p>What stands in for the outside world is small: {@link io.millrace.simulation.SimEventLoop} for Netty's loops,
 * {@link io.millrace.simulation.SimMessage} for the event bus. Clients are {@link io.millrace.simulation.SimProducer} and
 * {@link io.millrace.simulation.SimReader}.
 *
 * <p>Open first: {@link io.millrace.simulation.ClusterSimulationTest}, then {@link io.millrace.simulation.ClusterRun}, the course of
 * every run, {@link io.millrace.simulation.ClusterHealing}, what is demanded at its end, and {@link
 * io.millrace.simulation.SimLife}, which is a node put together.
 */
package io.millrace.simulation;
