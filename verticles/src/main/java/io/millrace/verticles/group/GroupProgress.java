package io.millrace.verticles.group;

import java.util.List;

/**
 * How far one group is, for the metrics: what has been handed to the log, whether or not it is committed there yet.
 *
 * <p>Thread: any.
 *
 * @param offsets what it has committed; empty when that was too much to tell
 */
public record GroupProgress(String groupId, int members, List<Committed> offsets) {
    /** The next offset that the group will read of one partition. */
    public record Committed(String topic, int partition, long offset) {}
}
