/**
 * The cluster as it stands after all committed records: one immutable value, and what changed between two of them.
 *
 * <p>Lives here: {@link io.millrace.membership.image.MetadataImage} and its parts, the builder that replays a batch of
 * records, and {@link io.millrace.membership.image.MetadataDelta}. Never import here: controllers, quorum, Vert.x,
 * Hazelcast; only {@code membership.record}. Open {@code MetadataImage} first.
 */
package io.millrace.membership.image;
