package io.millrace.log.io;

import io.millrace.log.disk.Disk;
import io.millrace.log.disk.NoFreeFilesException;
import io.millrace.log.disk.OpenMode;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.function.Consumer;

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
    private Consumer<WriteLane> retry = lane -> {};

    public Syncer(Disk disk, DirectoryIo io, OpenFiles files, DirectoryHealth health) {
        this.disk = disk;
        this.io = io;
        this.files = files;
        this.health = health;
    }

    /** @param again asks for another sync of a lane a little later */
    public void retryThrough(Consumer<WriteLane> again) {
        retry = again;
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
        start(lane);
    }

    private void start(WriteLane lane) {
        try {
            io.sync(() -> run(lane));
        } catch (VirtualMachineError e) {
            // No thread for it: whoever waits is told that nothing is durable.
            health.offline("sync of log " + lane.name() + " cannot begin: " + e, e);
            run(lane);
        }
    }

    private void run(WriteLane lane) {
        Covered covered = take(lane);
        boolean durable;
        try {
            durable = !health.isOffline() && sync(lane, covered);
        } catch (NoFreeFilesException e) {
            health.failed("sync of log " + lane.name(), e);
            giveBack(lane, covered);
            retry.accept(lane);
            return;
        }
        if (durable && !covered.files.isEmpty()) {
            lane.owner.execute(() -> lane.client.syncCompleted(covered.end, covered.truncations));
        }
        for (SyncCallback callback : covered.callbacks) callback.synced(durable);
        synchronized (lane) {
            if (!lane.syncAgain) {
                lane.syncRunning = false;
                return;
            }
        }
        start(lane);
    }

    private static Covered take(WriteLane lane) {
        synchronized (lane) {
            Covered covered = new Covered(
                    List.copyOf(lane.unsynced),
                    List.copyOf(lane.afterSync),
                    lane.namesUnsynced,
                    lane.rootNameUnsynced,
                    lane.writtenEnd,
                    lane.truncations);
            lane.unsynced.clear();
            lane.afterSync.clear();
            lane.namesUnsynced = false;
            lane.rootNameUnsynced = false;
            lane.syncAgain = false;
            return covered;
        }
    }

    /** Nothing was synced, and nothing failed: the next sync covers all of it. */
    private static void giveBack(WriteLane lane, Covered covered) {
        synchronized (lane) {
            for (FileRef file : covered.files) {
                if (!lane.unsynced.contains(file)) lane.unsynced.add(file);
            }
            lane.afterSync.addAll(0, covered.callbacks);
            lane.namesUnsynced |= covered.names;
            lane.rootNameUnsynced |= covered.rootName;
            lane.syncRunning = false;
        }
    }

    private boolean sync(WriteLane lane, Covered covered) throws NoFreeFilesException {
        try {
            for (FileRef ref : covered.files) syncFile(ref);
            if (covered.names) syncFolder(lane);
            if (covered.rootName) disk.syncDirectory(lane.folder().getParent());
            return true;
        } catch (NoFreeFilesException e) {
            throw e;
        } catch (IOException | RuntimeException | VirtualMachineError e) {
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

    /**
     * What one sync covers.
     *
     * @param names of the files in the lane's folder
     * @param rootName of the folder itself
     * @param end the log's end when it began
     */
    private record Covered(
            List<FileRef> files,
            List<SyncCallback> callbacks,
            boolean names,
            boolean rootName,
            long end,
            long truncations) {}
}
