/**
 * Faults on real processes under load: three nodes, stock Java clients and librdkafka, and a checker that believes
 * nobody.
 *
 * <p>{@link io.millrace.chaos.ChaosTest} lays a network ({@link io.millrace.chaos.Network}), then runs
 * {@link io.millrace.chaos.ChaosRun} inside it as a process of its own. A {@link io.millrace.chaos.Story} is one fault with
 * its healing; {@link io.millrace.chaos.Load} writes and reads meanwhile; {@link io.millrace.chaos.Verdict} compares what
 * was acknowledged with what is there, {@link io.millrace.chaos.Replicas} what lies on the disks of the three.
 *
 * <p>Open first: {@link io.millrace.chaos.Stories}, which reads as the list of what is done to the cluster.
 */
package io.millrace.chaos;
