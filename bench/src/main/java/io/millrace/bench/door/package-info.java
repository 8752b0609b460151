/**
 * Millrace's own client on the event bus beside Kafka's Java client, at one node: each in a process of its own, loaded in turn.
 *
 * <p>Open {@link io.millrace.bench.door.ClientLoad} first: it is the load; {@code DoorRow} outside of here runs and compares it.
 */
package io.millrace.bench.door;
