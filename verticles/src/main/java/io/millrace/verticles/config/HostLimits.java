package io.millrace.verticles.config;

/**
 * What the defaults depend on: the cores and the direct memory that this process may use.
 *
 * <p>Thread: any; immutable.
 */
public record HostLimits(int cores, long directMemoryBytes) {}
