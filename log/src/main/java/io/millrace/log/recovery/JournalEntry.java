package io.millrace.log.recovery;

/**
 * Where a partition's last checkpoint is in the {@link CheckpointJournal}, and what of it is asked for often.
 *
 * <p>Thread: guarded by the journal.
 */
final class JournalEntry {
    long position = -1;
    int bytes;
    long recoveryOffset;
    long logStart = -1;
}
