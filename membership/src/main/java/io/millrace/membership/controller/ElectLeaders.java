package io.millrace.membership.controller;

import java.util.List;

/**
 * Has partitions led by their preferred replica, or, where nobody leads, by any replica that lives: then what the others had
 * acknowledged may be lost. {@code partitions} is null for all.
 *
 * <p>Thread: any.
 */
public record ElectLeaders(boolean unclean, List<Partition> partitions)
        implements ControllerCommand<ElectLeaders.Outcome> {
    public record Partition(String topic, int partition) {}

    public record Result(String topic, int partition, ControllerError error, String message) {}

    /** When all partitions were meant, those that need no election are left out. */
    public record Outcome(List<Result> partitions) {}
}
