package io.millrace.membership.controller;

import java.util.List;

/**
 * What became of each resource of an alter request, in its order; one that is named twice appears twice.
 *
 * <p>Thread: any.
 */
public record AlterConfigsOutcome(List<Result> resources) {
    public record Result(byte type, String name, ControllerError error, String message) {}
}
