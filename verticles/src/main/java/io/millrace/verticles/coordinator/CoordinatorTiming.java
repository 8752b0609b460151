package io.millrace.verticles.coordinator;

import java.util.function.LongSupplier;

/**
 * The clocks of a node's coordinators.
 *
 * <p>Thread: any; immutable.
 *
 * @param wallMs wall clock in milliseconds
 * @param ticker monotonic clock in milliseconds, that of the shards' deadlines
 * @param commitTimeoutMs {@code offsets.commit.timeout.ms}: how long an append may wait for its acknowledgement
 */
record CoordinatorTiming(LongSupplier wallMs, LongSupplier ticker, long commitTimeoutMs) {}
