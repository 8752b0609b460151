/**
 * The bytes of {@code __consumer_offsets}, as Kafka writes them, because people and tools read that topic.
 *
 * <p>Open {@link io.millrace.verticles.group.record.RecordKey} first: the key says what a record is. Every version that
 * Kafka has written is read; what is written is what Kafka 4.4 writes: {@link
 * io.millrace.verticles.group.record.OffsetValue} version 4 (version 1 when it has an expiry of its own), {@link
 * io.millrace.verticles.group.record.GroupValue} version 3. Nothing here decides anything.
 */
package io.millrace.verticles.group.record;
