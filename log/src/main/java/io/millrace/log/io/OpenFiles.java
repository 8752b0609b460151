package io.millrace.log.io;

import io.millrace.log.SegmentFile;
import io.millrace.log.disk.Disk;
import io.millrace.log.disk.DiskFile;
import io.millrace.log.disk.NoFreeFilesException;
import io.millrace.log.disk.OpenMode;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The bound on open segment files of one directory: the least recently used are closed first, but never while someone
 * reads or writes them, so more than the bound may be open for a moment.
 *
 * <p>Thread: any; opening happens under the lock, which no event loop ever takes ({@link #acquireIfOpen} does without).
 */
public final class OpenFiles {
    private final Disk disk;
    private final int limit;
    private FileRef oldest;
    private FileRef newest;
    private int count;

    public OpenFiles(Disk disk, int limit) {
        if (limit < 1) throw new IllegalArgumentException("limit " + limit + " must be positive");
        this.disk = disk;
        this.limit = limit;
    }

    /** See {@link Disk#memoryBytes}. */
    long memoryBytes() {
        return disk.memoryBytes();
    }

    /** The open file, retained for the caller. With {@link OpenMode#CREATE} a missing one is made. */
    OpenFile acquire(FileRef ref, OpenMode mode) throws IOException {
        OpenFile acquired;
        OpenFile evicted = null;
        synchronized (this) {
            if (ref.open != null && !ref.open.isUsable()) dropUnusable(ref);
            if (ref.open != null) {
                if (ref != newest) {
                    unlink(ref);
                    linkNewest(ref);
                }
                return ref.open.retain();
            }
            acquired = new OpenFile(ref.path(), openOrMakeRoom(ref.path(), mode));
            ref.open = acquired.retain();
            linkNewest(ref);
            count++;
            if (count > limit) {
                FileRef least = oldest;
                evicted = least.open;
                least.open = null;
                unlink(least);
                count--;
            }
        }
        if (evicted != null) evicted.release();
        return acquired;
    }

    /** Other parts of the process need handles too: when there are none left, half of those kept here are given up. */
    private DiskFile openOrMakeRoom(Path path, OpenMode mode) throws IOException {
        try {
            return disk.open(path, mode);
        } catch (NoFreeFilesException e) {
            for (int i = count / 2; i > 0; i--) {
                FileRef least = oldest;
                least.open.release();
                least.open = null;
                unlink(least);
                count--;
            }
            return disk.open(path, mode);
        }
    }

    private void dropUnusable(FileRef ref) {
        ref.open.release();
        ref.open = null;
        unlink(ref);
        count--;
    }

    /** An existing file for reading, retained for the caller. */
    public SegmentFile acquireForRead(FileRef ref) throws IOException {
        return acquire(ref, OpenMode.READ_WRITE);
    }

    /**
     * An existing file for reading, retained for the caller, if it is open; else null. Never waits; does not count as use, so
     * a file that is read in no other way is closed in its turn and opened again by {@link #acquireForRead}.
     */
    public SegmentFile acquireIfOpen(FileRef ref) {
        OpenFile open = ref.open;
        return open != null && open.isUsable() && open.tryRetain() ? open : null;
    }

    /** Makes the target's file if it is missing. Thread: the writer. */
    public void create(WriteTarget target) throws IOException {
        acquire(target, OpenMode.CREATE).release();
        target.created();
    }

    /** Cuts the target's file. Thread: the writer. */
    public void cut(WriteTarget target, long bytes) throws IOException {
        if (!target.exists() || target.fileBytes() <= bytes) return;
        OpenFile file = acquire(target, OpenMode.READ_WRITE);
        try {
            file.file.truncate(bytes);
            target.cutTo(bytes);
            target.noteCut();
        } finally {
            file.release();
        }
    }

    /**
     * Renames a file under its readers: they find either the old name or the new one, and never another file under it.
     * Thread: the writer.
     *
     * @param renamed tells the reference where it is from now on
     */
    public synchronized void rename(FileRef ref, Path to, Runnable renamed) throws IOException {
        disk.rename(ref.path(), to);
        renamed.run();
    }

    /** Makes the file's content durable. Blocks. Thread: a pool's. */
    public void sync(FileRef ref) throws IOException {
        OpenFile file = acquire(ref, OpenMode.READ_WRITE);
        try {
            file.file.sync();
        } finally {
            file.release();
        }
    }

    /** Closes the file as soon as nobody uses it: it was renamed, deleted, or its log was closed. */
    public void forget(FileRef ref) {
        OpenFile file;
        synchronized (this) {
            file = ref.open;
            if (file == null) return;
            ref.open = null;
            unlink(ref);
            count--;
        }
        file.release();
    }

    /** The directory is closed; readers that still hold a file keep it. */
    public void closeAll() {
        while (true) {
            FileRef ref;
            synchronized (this) {
                ref = oldest;
            }
            if (ref == null) return;
            forget(ref);
        }
    }

    public synchronized int openCount() {
        return count;
    }

    private void linkNewest(FileRef ref) {
        ref.older = newest;
        ref.newer = null;
        if (newest == null) {
            oldest = ref;
        } else {
            newest.newer = ref;
        }
        newest = ref;
    }

    private void unlink(FileRef ref) {
        if (ref.older == null) {
            oldest = ref.newer;
        } else {
            ref.older.newer = ref.newer;
        }
        if (ref.newer == null) {
            newest = ref.older;
        } else {
            ref.newer.older = ref.older;
        }
        ref.older = null;
        ref.newer = null;
    }
}
