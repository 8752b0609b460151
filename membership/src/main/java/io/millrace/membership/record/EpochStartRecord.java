package io.millrace.membership.record;

/**
 * A new quorum leader's first entry: once it is committed, everything before it is too. Changes nothing in the image.
 *
 * <p>Thread: any.
 */
public record EpochStartRecord(int leaderId, int epoch) implements MetadataRecord {}
