package io.millrace.membership.controller;

/**
 * Asks for a block of producer ids that no broker had before.
 *
 * <p>Thread: any.
 */
public record AllocateProducerIds(int brokerId, long brokerEpoch)
        implements ControllerCommand<AllocateProducerIds.Outcome> {
    /** How many ids one block has. */
    public static final int BLOCK_SIZE = 1000;

    public record Outcome(ControllerError error, String message, long firstProducerId, int count) {}
}
