/**
 * The seeded simulation: one thread, a clock that only the scheduler moves, a network and a disk that misbehave on
 * request, and named invariants checked after every event. Production machines and the log run in it unchanged; a
 * failing run prints its seed and the command that replays it.
 *
 * <p>Published as the test-jar of {@code log}, so that {@code membership} and {@code verticles} run their machines in
 * the same world. Nothing here knows how many nodes there are.
 *
 * <p>Never import here: Vert.x, Netty, Hazelcast, the wall clock, {@code Math.random}, a thread.
 *
 * <p>Open first: {@link io.millrace.sim.Simulation}, then {@link io.millrace.sim.SimDisk}.
 */
package io.millrace.sim;
