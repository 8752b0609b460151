/**
 * Membership in a consumer group by Kafka's classic protocol, so that a group can be shared with Kafka's own consumers.
 *
 * <p>Open {@link io.millrace.client.group.Membership} first. Who reads what is decided by the member that the coordinator makes the
 * leader, ours or one of Kafka's ({@link io.millrace.client.group.GroupLeader}), by one of the assignors that Kafka's consumers have
 * ({@link io.millrace.client.group.Assignments}).
 */
package io.millrace.client.group;
