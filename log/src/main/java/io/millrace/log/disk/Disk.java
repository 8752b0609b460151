package io.millrace.log.disk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The file system, as little of it as the log needs.
 *
 * <p>Errors: {@link DiskFullException} for a full device or quota, {@link java.nio.file.NoSuchFileException} for a
 * missing file, {@link NoFreeFilesException} when the process has no file handle left, any other {@link IOException} is an I/O error of the device.
 *
 * <p>What a crash may leave: names made, renamed or deleted since the last {@link #syncDirectory} of their folder may be
 * as before or as after, each on its own; a rename is never half done.
 *
 * <p>Thread: any; the callers see to it that one path is changed by one thread at a time.
 */
public interface Disk {
    /** Opens a regular file. */
    DiskFile open(Path file, OpenMode mode) throws IOException;

    /** Renames a file or folder within one file system, atomically; a file at {@code to} is replaced. */
    void rename(Path from, Path to) throws IOException;

    /** Deletes a file or an empty folder; nothing happens when it is missing. */
    void delete(Path path) throws IOException;

    /** Makes a folder and its missing parents; nothing happens when it exists. */
    void createDirectories(Path folder) throws IOException;

    /** Makes the names inside a folder durable. */
    void syncDirectory(Path folder) throws IOException;

    /** The entries of a folder, sorted by name; throws when it is missing. */
    List<Path> list(Path folder) throws IOException;

    boolean exists(Path path);

    boolean isDirectory(Path path);

    /** Size of a file without opening it. */
    long size(Path file) throws IOException;

    /** Bytes that an ordinary process may still write on the device of {@code path}. */
    long usableBytes(Path path) throws IOException;

    /** Size of the device of {@code path}. */
    long totalBytes(Path path) throws IOException;

    /** The memory that the page cache may use; 0 when that is unknown or there is none. */
    default long memoryBytes() {
        return 0;
    }

    /**
     * Takes an exclusive lock on a lock file, which is made if missing.
     *
     * @throws DiskLockedException when someone else holds it
     */
    DiskLock lock(Path lockFile) throws IOException;

    /**
     * Names the life of the page cache that stands behind {@code path}: another value than before means that un-synced
     * bytes may have been lost (the machine was restarted, or the file system was mounted anew); the same value means
     * that at most the process has died.
     */
    String pageCacheIdentity(Path path);
}
