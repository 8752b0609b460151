/**
 * What the cluster has decided, one record per decision, and the bytes those records have in the metadata log.
 *
 * <p>Lives here: {@link io.millrace.membership.record.MetadataRecord} with one file per kind of record, and
 * {@link io.millrace.membership.record.RecordCodec}. Never import here: images, controllers, quorum, Vert.x, Hazelcast
 * (a record knows nobody). Open {@code MetadataRecord} first, then {@code RecordCodec}.
 */
package io.millrace.membership.record;
