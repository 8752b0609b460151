package io.millrace.log.store;

import io.millrace.log.disk.Disk;
import io.millrace.log.disk.DiskLock;
import io.millrace.log.disk.DiskLockedException;
import io.millrace.log.disk.NewerFormatException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checks before a log directory is used: it can be written, nobody else uses it, and it is this node's. Each refusal is
 * one sentence for whoever started the process. Thread: any (immutable).
 */
record OpenedDirectory(Path path, DiskLock lock, MetaProperties meta, PreviousStop previousStop, String cleanUnder) {
    private static final Logger LOG = LoggerFactory.getLogger(OpenedDirectory.class);
    static final String LOCK_NAME = ".lock";

    static OpenedDirectory open(Path path, Disk disk, LogDirectoryOptions options, Supplier<UUID> newIds)
            throws LogDirectoryException {
        DiskLock lock = lock(path, disk);
        try {
            MetaProperties found = MetaProperties.read(disk, path);
            boolean used = hasPartitions(path, disk);
            MetaProperties meta = check(path, found, used, options, newIds);
            PreviousStop stop = StopMarker.read(disk, path, used);
            if (!meta.equals(found)) meta.write(disk, path);
            return new OpenedDirectory(path, lock, meta, stop, StopMarker.cleanUnder(disk, path));
        } catch (NewerFormatException e) {
            release(lock);
            throw new LogDirectoryException(path, e);
        } catch (IOException e) {
            release(lock);
            throw new LogDirectoryException("Log directory " + path + " cannot be read or written: " + e + ".", e);
        } catch (LogDirectoryException e) {
            release(lock);
            throw e;
        }
    }

    /** What is synced inside a new folder is worth no more than the folder's own name in its parent. */
    private static void createDurably(Path path, Disk disk) throws IOException {
        if (disk.exists(path)) return;
        Path parent = path.toAbsolutePath().getParent();
        if (parent != null) createDurably(parent, disk);
        disk.createDirectories(path);
        if (parent != null) disk.syncDirectory(parent);
    }

    private static DiskLock lock(Path path, Disk disk) throws LogDirectoryException {
        try {
            createDurably(path, disk);
        } catch (IOException e) {
            throw new LogDirectoryException(
                    "Log directory " + path + " cannot be made: expected a folder that this process may write (" + e
                            + ").",
                    e);
        }
        try {
            return disk.lock(path.resolve(LOCK_NAME));
        } catch (DiskLockedException e) {
            throw new LogDirectoryException(
                    "Log directory " + path + " is in use by another process, which holds " + path.resolve(LOCK_NAME)
                            + "; expected to be its only user.",
                    e);
        } catch (IOException e) {
            throw new LogDirectoryException(
                    "Log directory " + path + " cannot be written: expected to be allowed to lock "
                            + path.resolve(LOCK_NAME) + " (" + e + ").",
                    e);
        }
    }

    private static boolean hasPartitions(Path path, Disk disk) throws IOException {
        for (Path entry : disk.list(path)) {
            if (disk.isDirectory(entry) && !entry.getFileName().toString().equals("lost+found")) return true;
        }
        return false;
    }

    private static MetaProperties check(
            Path path, MetaProperties found, boolean used, LogDirectoryOptions options, Supplier<UUID> newIds)
            throws LogDirectoryException {
        if (found == null) {
            if (used) {
                throw new LogDirectoryException("Log directory " + path + " holds folders but no " + MetaProperties.NAME
                        + "; expected an empty folder or one that belongs to this node.");
            }
            return new MetaProperties(options.clusterId(), options.nodeId(), newIds.get());
        }
        if (found.nodeId() != options.nodeId()) {
            throw new LogDirectoryException("Log directory " + path + " belongs to node " + found.nodeId()
                    + ", expected node " + options.nodeId() + ".");
        }
        if (found.clusterId() != null
                && options.clusterId() != null
                && !found.clusterId().equals(options.clusterId())) {
            throw new LogDirectoryException("Log directory " + path + " belongs to cluster " + found.clusterId()
                    + ", expected cluster " + options.clusterId() + ".");
        }
        if (found.clusterId() != null || options.clusterId() == null) return found;
        return new MetaProperties(options.clusterId(), found.nodeId(), found.directoryId());
    }

    void abandon() {
        release(lock);
    }

    static void release(DiskLock lock) {
        try {
            lock.close();
        } catch (IOException e) {
            LOG.warn("Releasing a lock failed: {}", e.toString());
        }
    }
}
