package io.millrace.membership.controller;

/**
 * Forgets a broker that will not come back.
 *
 * <p>Thread: any.
 */
public record UnregisterBroker(int brokerId) implements ControllerCommand<UnregisterBroker.Outcome> {
    public record Outcome(ControllerError error, String message) {}
}
