package io.millrace.membership;

import java.util.UUID;

/**
 * One voter of the metadata quorum more or less. A voter is a node with the directory that holds its promises: the same
 * node with another disk is another voter.
 *
 * <p>Thread: immutable.
 */
public sealed interface VoterChange {
    int nodeId();

    UUID directoryId();

    record Add(int nodeId, UUID directoryId) implements VoterChange {}

    record Remove(int nodeId, UUID directoryId) implements VoterChange {}
}
