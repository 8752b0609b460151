/**
 * Lives of a log on the simulated disk: scripted ones stopped at every write, sync and rename, random ones with faults,
 * and the damage that files can have. What must hold afterwards stands in the classes that implement
 * {@link io.millrace.sim.Invariant} and {@link io.millrace.log.crash.RecoveryRule}, one promise per class.
 *
 * <p>Never import here: a clock, a thread, {@code java.nio.file.Files}; only what the log offers to others.
 *
 * <p>Open first: {@link io.millrace.log.crash.ScriptedLife}, then {@link io.millrace.log.crash.CrashPointTest}.
 */
package io.millrace.log.crash;
