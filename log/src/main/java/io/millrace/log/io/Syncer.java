package io.millrace.log.io;

import io.millrace.log.disk.Disk;
import io.millrace.log.disk.OpenMode;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;

/**
 * Makes written bytes durable. At most one sync per lane runs at a time; it covers everything written before it started,
 * and whoever asks meanwhile shares the next one. A failed sync is never tried again: the system may have dropped the
 * dirty pages, so a second one would lie.
 *
 * <p>Thread: requests on the writer, work on the sync pool.
 */
public final class Syncer {
    private final Disk disk;
    private final DirectoryIo io;
    private final OpenFiles files;
    private final DirectoryHealth health;
    private final SyncTimes times = new SyncTimes();

    public Syncer(Disk disk, DirectoryIo io, OpenFiles files, DirectoryHealth health) {
        this.disk = disk;
        this.io = io;
        this.files = files;
        this.health = health;
    }

    /** @param afterSync told on the sync pool when everything written by now is durable, or cannot be; null for nobody */
    public void request(WriteLane lane, SyncCallback afterSync) {
        synchronized (lane) {
            if (afterSync != null) lane.afterSync.add(afterSync);
            if (lane.syncRunning) {
                lane.syncAgain = true;
                return;
            }
            lane.syncRunning = true;
        }
        io.sync(() -> run(lane));
    }

    private void run(WriteLane lane) {
        List<FileRef> dirty;
        List<SyncCallback> after;
        boolean names;
        boolean rootName;
        long end;
        long truncations;
        synchronized (lane) {
            dirty = List.copyOf(lane.unsynced);
            after = List.copyOf(lane.afterSync);
            lane.unsynced.clear();
            lane.afterSync.clear();
            names = lane.namesUnsynced;
            rootName = lane.rootNameUnsynced;
            lane.namesUnsynced = false;
            lane.rootNameUnsynced = false;
            lane.syncAgain = false;
            end = lane.writtenEnd;
            truncations = lane.truncations;
        }
        boolean durable = !health.isOffline() && sync(lane, dirty, names, rootName);
        if (durable && !dirty.isEmpty()) lane.owner.execute(() -> lane.client.syncCompleted(end, truncations));
        for (SyncCallback callback : after) callback.synced(durable);
        synchronized (lane) {
            if (!lane.syncAgain) {
                lane.syncRunning = false;
                return;
            }
        }
        io.sync(() -> run(lane));
    }

    private boolean sync(WriteLane lane, List<FileRef> dirty, boolean names, boolean rootName) {
        try {
            for (FileRef ref : dirty) syncFile(ref);
            if (names) syncFolder(lane);
            if (rootName) disk.syncDirectory(lane.folder().getParent());
            return true;
        } catch (IOException | RuntimeException e) {
            health.offline("sync of log " + lane.name() + " failed: " + e, e);
            return false;
        }
    }

    private void syncFile(FileRef ref) throws IOException {
        long start = io.nanoTime();
        syncOpened(ref);
        times.add(io.nanoTime() - start);
    }

    /** How long syncs of segment files took. */
    public SyncTimes times() {
        return times;
    }

    private void syncOpened(FileRef ref) throws IOException {
        OpenFile file;
        try {
            file = files.acquire(ref, OpenMode.READ_WRITE);
        } catch (NoSuchFileException e) {
            // Deleted by retention since it was written: there is nothing left to keep.
            return;
        }
        try {
            file.file.sync();
        } finally {
            file.release();
        }
    }

    private void syncFolder(WriteLane lane) throws IOException {
        try {
            disk.syncDirectory(lane.folder());
        } catch (NoSuchFileException e) {
            // The partition was deleted meanwhile.
        }
    }
}
