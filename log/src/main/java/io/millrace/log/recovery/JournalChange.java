package io.millrace.log.recovery;

import io.millrace.log.TopicPartitionId;
import io.millrace.log.io.DirectoryHealth;
import io.millrace.log.segment.LogCheckpoint;
import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;

/**
 * A frame that waits to be written to the {@link CheckpointJournal}, together with others.
 *
 * <p>Thread: the one that writes the journal.
 *
 * @param checkpoint null when it is about the log start only
 * @param then called when it is durable and still true, or the disk too full to take it; null for nothing
 */
record JournalChange(
        TopicPartitionId id, ByteBuffer payload, LogCheckpoint checkpoint, BooleanSupplier stillTrue, Runnable then) {
    void written(DirectoryHealth health) {
        if (then != null && !health.isOffline() && stillTrue.getAsBoolean()) then.run();
    }
}
