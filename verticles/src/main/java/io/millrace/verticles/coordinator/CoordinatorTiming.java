package io.millrace.verticles.coordinator;

import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What a node's coordinators take from outside: clocks, and ids that nobody else has.
 *
 * <p>Thread: any; immutable.
 *
 * @param wallMs wall clock in milliseconds
 * @param ticker monotonic clock in milliseconds, that of the shards' deadlines
 * @param commitTimeoutMs {@code offsets.commit.timeout.ms}: how long an append may wait for its acknowledgement
 * @param newIds for members
 */
record CoordinatorTiming(LongSupplier wallMs, LongSupplier ticker, long commitTimeoutMs, Supplier<UUID> newIds) {}
