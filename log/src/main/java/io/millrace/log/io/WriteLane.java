package io.millrace.log.io;

import io.millrace.log.Owner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One log's way through the writer: its tasks run in order, on the writer, and come back in order, on its owner.
 *
 * <p>Thread: each group of fields says whose it is.
 */
public final class WriteLane {
    /** The log behind a lane. */
    public interface Client {
        /** Makes the folder. Thread: the writer. */
        void prepareFolder() throws IOException;

        /** Thread: the owner. The payload's reference goes over to the client. */
        void appendCompleted(AppendTask task);

        /** The last completion of a round has been given: time to tell listeners. Thread: the owner. */
        void roundCompleted();

        /** Everything below the end was synced. Thread: the owner. */
        void syncCompleted(long syncedEnd, long truncations);

        /** It is time for a checkpoint. Thread: the owner. */
        void checkpointDue();
    }

    final Owner owner;
    final Client client;
    final DirectoryHealth health;
    private final Path folder;

    // The writer's.
    WriterTask first;
    WriterTask last;
    boolean inRound;
    boolean folderReady;
    long failedGeneration = -1;
    boolean inDirtyList;
    long dirtyBytes;
    long dirtySinceMs;

    // The owner's: whether this lane has been seen in the batch of completions being run.
    boolean touched;

    private volatile boolean syncsAfterWrite;

    // Shared by the writer and the sync pool, under this object's lock.
    final List<FileRef> unsynced = new ArrayList<>(1);
    final List<SyncCallback> afterSync = new ArrayList<>(0);
    boolean namesUnsynced;
    boolean rootNameUnsynced;
    boolean syncRunning;
    boolean syncAgain;
    long writtenEnd;
    long truncations;

    /** @param folderExists false when the first append makes it */
    public WriteLane(Owner owner, Client client, DirectoryHealth health, Path folder, boolean folderExists) {
        this.owner = owner;
        this.client = client;
        this.health = health;
        this.folder = folder;
        this.folderReady = folderExists;
    }

    public Path folder() {
        return folder;
    }

    String name() {
        return folder.getFileName().toString();
    }

    /** Group mode: every write is followed by a sync. */
    public void syncsAfterWrite(boolean value) {
        syncsAfterWrite = value;
    }

    boolean syncsAfterWrite() {
        return syncsAfterWrite;
    }

    /** Bytes of the file changed; {@code end} is the log's end now. Thread: the writer. */
    synchronized void noteWritten(FileRef file, boolean newName, long end) {
        if (unsynced.isEmpty() || unsynced.get(unsynced.size() - 1) != file) {
            if (!unsynced.contains(file)) unsynced.add(file);
        }
        namesUnsynced |= newName;
        writtenEnd = end;
    }

    /** A failed write was cut off the file, which may be a new one. Thread: the writer. */
    synchronized void noteCutBack(FileRef file) {
        if (!unsynced.contains(file)) unsynced.add(file);
        namesUnsynced = true;
    }

    /**
     * The log is about to be cut: what a sync or a checkpoint that is under way would say is not true any more, except of
     * what lies below {@code untouchedEnd}. Thread: the writer.
     */
    public synchronized void cutBegins(long untouchedEnd) {
        truncations++;
        writtenEnd = Math.min(writtenEnd, untouchedEnd);
    }

    /** The log was cut and ends here; without a file perhaps before, where a write failed that was to come first. Thread: the writer. */
    public synchronized void cutEnds(FileRef file, long end) {
        if (file != null && !unsynced.contains(file)) unsynced.add(file);
        namesUnsynced = true;
        writtenEnd = file == null ? Math.min(writtenEnd, end) : end;
    }

    /**
     * The folder is from before a restart: perhaps it has never been synced, nor its name, so the first sync covers them.
     * Thread: the owner, before the first task.
     */
    public synchronized void doubtFolder() {
        namesUnsynced = true;
        rootNameUnsynced = true;
    }

    /** A file is from before a restart: its last bytes, or its last cut, may not be synced. Thread: as above. */
    public synchronized void doubtFile(FileRef file) {
        unsynced.add(file);
    }

    /** A small file beside the segments was written. Thread: the writer. */
    public synchronized void noteUnsynced(FileRef file) {
        if (!unsynced.contains(file)) unsynced.add(file);
        namesUnsynced = true;
    }

    /** What was queued under this generation is not written: what had to come before it failed. Thread: the writer. */
    public void drop(long generation) {
        failedGeneration = generation;
    }

    /** Whether what was queued under this generation was dropped behind a failed write. Thread: the writer. */
    public boolean isDropped(long generation) {
        return generation <= failedGeneration;
    }

    /** Whether the folder exists. Thread: the writer. */
    public boolean folderIsReady() {
        return folderReady;
    }

    /** A file from before a restart whose last bytes may not be synced. Thread: the writer. */
    public synchronized void noteFound(FileRef file, long end) {
        if (!unsynced.contains(file)) unsynced.add(file);
        namesUnsynced = true;
        rootNameUnsynced = true;
        writtenEnd = Math.max(writtenEnd, end);
    }

    /** How often the log has been cut so far, as the writer sees it. Thread: any. */
    public synchronized long truncations() {
        return truncations;
    }

    /**
     * The folder was renamed away: whatever comes next makes a new one, and what was about to be said of the old one is
     * not true any more. Thread: the writer.
     */
    public void folderGone() {
        folderReady = false;
        synchronized (this) {
            unsynced.clear();
            namesUnsynced = false;
            truncations++;
        }
    }

    /** Names in the folder changed. Thread: the writer. */
    public synchronized void noteNames() {
        namesUnsynced = true;
    }

    /** The file is gone: nothing of it needs a sync. Thread: the writer. */
    public synchronized void noteGone(FileRef file) {
        unsynced.remove(file);
        namesUnsynced = true;
    }
}
