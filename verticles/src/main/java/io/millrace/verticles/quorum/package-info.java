/**
 * What nodes say to each other about the cluster itself, over the event bus: the metadata quorum's messages, and those by
 * which a cluster forms.
 *
 * <p>Open {@link io.millrace.verticles.quorum.PeerBus} first. Messages and decisions are those of {@code
 * membership.quorum}; here they only travel. Never imported here: Hazelcast, the wire format of clients.
 */
package io.millrace.verticles.quorum;
