package io.millrace.membership.controller;

import io.millrace.membership.VoterChange;

/**
 * Makes one voter of the metadata quorum more or less. The quorum's leader decides, by its own log.
 *
 * <p>Thread: any.
 */
public record ChangeVoters(VoterChange change) implements ControllerCommand<ChangeVoters.Outcome> {
    public record Outcome(ControllerError error, String message) {}
}
