package io.millrace.membership.controller;

import io.millrace.membership.QuorumDescription;

/**
 * Asks the leader of the metadata quorum who follows it and how far. Changes nothing.
 *
 * <p>Thread: any.
 */
public record DescribeQuorum() implements ControllerCommand<QuorumDescription> {}
