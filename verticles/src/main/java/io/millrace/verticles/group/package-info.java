/**
 * The group coordinator's decisions: who is in a consumer group, which generation it is at, what it has committed. One
 * {@link io.millrace.verticles.group.GroupCoordinatorMachine} per partition of {@code __consumer_offsets}, pure: no I/O,
 * no clock, no threads, no randomness of its own.
 *
 * <p>Open {@link io.millrace.verticles.group.GroupCoordinatorMachine} first: its comment says what is durable, what is
 * not, and what the shell around it owes it. The parts that it is made of: {@code Classic*} is the classic group protocol
 * and its states, {@code Offset*} the committed offsets; {@code record} below is the bytes of {@code __consumer_offsets} as
 * Kafka writes them.
 * Requests and answers are Kafka's generated message classes, as they are the contract itself. Never imported here:
 * Vert.x, Netty, shards, handlers.
 */
package io.millrace.verticles.group;
