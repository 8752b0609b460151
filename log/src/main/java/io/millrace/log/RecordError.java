package io.millrace.log;

/**
 * One record of a batch that was refused: its index in the batch and a sentence for the client.
 *
 * <p>Thread: any (immutable).
 */
public record RecordError(int batchIndex, String message) {}
