/**
 * Who is in the cluster and what it has decided. This package holds only what the shells use of the quorum; the parts
 * live below: {@code quorum} (agreement on a log of opaque records), {@code record} and {@code image} (what the records
 * mean), {@code controller} (who may change them), {@code placement}, {@code config}, {@code hazelcast} (hints).
 *
 * <p>Open {@link io.millrace.membership.MetadataQuorum} first. Never import here: Hazelcast, Vert.x.
 */
package io.millrace.membership;
