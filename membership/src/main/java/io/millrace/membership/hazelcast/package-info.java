/**
 * Hazelcast as Millrace uses it: discovery, the member list with attributes, crash hints. Nothing durable, nothing
 * authoritative; the metadata quorum decides.
 *
 * <p>Open {@link io.millrace.membership.hazelcast.HazelcastMember} first. The only package that imports Hazelcast;
 * nothing in it may be asked from an event loop, and no decision (quorum, controller, image) may import it.
 */
package io.millrace.membership.hazelcast;
