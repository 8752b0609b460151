/**
 * What a restart knows before it opens a partition's folder: the checkpoint journal of a log directory and the bytes in it.
 * The scan behind a checkpoint is {@code segment.LogRecovery}. Must never be imported here: {@code store}. Open
 * {@link io.millrace.log.recovery.CheckpointJournal} first.
 */
package io.millrace.log.recovery;
