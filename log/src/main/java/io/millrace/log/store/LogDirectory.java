package io.millrace.log.store;

import io.millrace.log.LoadOutcome;
import io.millrace.log.LogConfig;
import io.millrace.log.Owner;
import io.millrace.log.PartitionLog;
import io.millrace.log.TailBudget;
import io.millrace.log.TopicPartitionId;
import io.millrace.log.disk.Disk;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * One entry of {@code log.dirs}: its identity, its lock, its writer and pools, and the partition folders in it.
 * Thread: any, unless a method says otherwise.
 */
public final class LogDirectory implements AutoCloseable {
    private LogDirectory() {}

    /** Takes the lock, checks {@code meta.properties} (writes it into an empty folder) and reads the checkpoint. Blocks. */
    public static LogDirectory open(Path dir, Disk disk, LogDirectoryOptions options) throws LogDirectoryException {
        throw new UnsupportedOperationException("open " + dir + disk + options);
    }

    public Path path() {
        throw new UnsupportedOperationException();
    }

    public UUID directoryId() {
        throw new UnsupportedOperationException();
    }

    /** The cluster that the folder belongs to; empty before the cluster is formed. */
    public Optional<String> clusterId() {
        throw new UnsupportedOperationException();
    }

    /** Binds an unformatted directory to its cluster; durable when this returns. Blocks. */
    public void format(String clusterId) throws LogDirectoryException {
        throw new UnsupportedOperationException(clusterId);
    }

    public PreviousStop previousStop() {
        throw new UnsupportedOperationException();
    }

    public boolean cleanShutdown() {
        return previousStop() == PreviousStop.CLEAN;
    }

    /** The partitions that had a folder here at start and were not removed since. */
    public List<TopicPartitionId> found() {
        throw new UnsupportedOperationException();
    }

    public Optional<String> offlineReason() {
        throw new UnsupportedOperationException();
    }

    /** Opens or recovers a found partition on the I/O pool; completes on the owner. */
    public void load(
            TopicPartitionId id, LogConfig config, Owner owner, TailBudget tail, Consumer<LoadOutcome> loaded) {
        throw new UnsupportedOperationException("load " + id + config + owner + tail + loaded);
    }

    /** A new, empty partition: no file and no folder before the first append. Thread: the owner's. */
    public PartitionLog create(TopicPartitionId id, LogConfig config, Owner owner, TailBudget tail) {
        throw new UnsupportedOperationException("create " + id + config + owner + tail);
    }

    /** Deletes a found partition that the metadata does not want here. */
    public void removeStray(TopicPartitionId id) {
        throw new UnsupportedOperationException("removeStray " + id);
    }

    /** Size of the device. */
    public long totalBytes() {
        throw new UnsupportedOperationException();
    }

    /** Free space of the device. */
    public long usableBytes() {
        throw new UnsupportedOperationException();
    }

    /** Waits for what is queued, marks the stop as clean when all logs were closed, releases the lock. Blocks. */
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
