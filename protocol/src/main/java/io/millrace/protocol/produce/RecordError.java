package io.millrace.protocol.produce;

/**
 * Which record of a refused batch was at fault (KIP-467).
 *
 * <p>Thread: any; immutable.
 *
 * @param batchIndex the record's place in its batch, from 0
 * @param message null when there is nothing to say
 */
public record RecordError(int batchIndex, String message) {}
