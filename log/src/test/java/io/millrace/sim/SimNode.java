package io.millrace.sim;

/**
 * What a name in a simulated directory stands for.
 *
 * <p>Thread: the simulation's only thread.
 */
sealed interface SimNode permits SimFile, SimFolder {}
