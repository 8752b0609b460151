/**
 * Membership in a consumer group by Kafka's classic protocol, so that a group can be shared with Kafka's own consumers.
 *
 * <p>Open {@link io.millrace.client.group.Membership} first. The one assignor on offer is {@code range}, which is in the default
 * list of Kafka's Java consumer: {@link io.millrace.client.group.RangeAssignor}.
 */
package io.millrace.client.group;
