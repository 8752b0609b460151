package io.millrace.client;

/**
 * Where a record was appended.
 *
 * <p>Thread: immutable.
 *
 * @param offset -1 with acks 0, where nobody says
 * @param timestamp what the log gave it, -1 when it keeps the record's own
 */
public record Appended(String topic, int partition, long offset, long timestamp) {}
