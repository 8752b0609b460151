/**
 * Replication in simulation: whole nodes with the real log on simulated disks, a network that loses, doubles and reorders
 * frames, and a model of the controller.
 *
 * <p>Open first: {@link io.millrace.log.replication.ReplicationSimulationTest}.
 */
package io.millrace.log.replication;
