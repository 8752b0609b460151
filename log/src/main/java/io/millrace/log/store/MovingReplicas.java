package io.millrace.log.store;

import io.millrace.log.LoadOutcome;
import io.millrace.log.LogConfig;
import io.millrace.log.Owner;
import io.millrace.log.TailBudget;
import io.millrace.log.TopicPartitionId;
import io.millrace.log.disk.Disk;
import io.millrace.log.disk.OpenMode;
import io.millrace.log.io.LaneTask;
import io.millrace.log.io.WriteLane;
import io.millrace.log.segment.LogServices;
import io.millrace.log.segment.PartitionRemoval;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The part of a log directory in moves of replicas between the directories of a node (KIP-113). Two names beside the
 * partitions' folders say where a move stands:
 *
 * <pre>
 *   (folder's name) "-future"    folder: a replica that is being copied here; it counts only when it has its plain name
 *   (folder's name) ".moved"     empty file: the replica is complete elsewhere, what is here of it is to go
 * </pre>
 *
 * The swap is three durable steps: the mark in the old directory, the plain name in the new one, the removal of the old folder
 * and then of its mark. Before the first only the old replica counts, from then on only the new one; neither takes an append
 * before the second is done. {@link FoundMoves} finishes what a crash has left.
 *
 * <p>Thread: any; what is asked for happens on the directory's writer, in order.
 */
public final class MovingReplicas {
    static final String FUTURE = "-future";
    static final String MOVED = ".moved";
    private static final String OLDER = "-older.";
    /** Synced as it is written, so that little is left to be synced when all waits for it; and no files left over. */
    private static final Map<String, String> AS_FUTURE = Map.of("flush.mode", "group", "file.delete.delay.ms", "0");

    private final LogDirectory directory;
    private final LogServices services;
    private final WriteLane folders;
    private final LogLoader loader;
    private final Disk disk;
    private final Set<TopicPartitionId> futures = ConcurrentHashMap.newKeySet();
    private final Set<TopicPartitionId> moved = ConcurrentHashMap.newKeySet();
    /** Those that have left for a directory that is not there: what is left here of them is not theirs. */
    private final Set<TopicPartitionId> passedOver = ConcurrentHashMap.newKeySet();

    MovingReplicas(LogDirectory directory, LogServices services, WriteLane folders, LogLoader loader) {
        this.directory = directory;
        this.services = services.withFolderSuffix(FUTURE);
        this.folders = folders;
        this.loader = loader;
        this.disk = services.disk();
    }

    void found(FoundPartitions found) {
        futures.addAll(found.futures);
        moved.addAll(found.moved);
    }

    /** Replicas on their way in that were found at start and not opened since. */
    public List<TopicPartitionId> futures() {
        return List.copyOf(futures);
    }

    /** Those that have left, as far as that was not finished. */
    List<TopicPartitionId> moved() {
        return List.copyOf(moved);
    }

    /**
     * Opens a replica on its way in: what an earlier move has left of it, or an empty one, which from now on is remembered.
     * Completes on the owner.
     */
    public void open(TopicPartitionId id, LogConfig config, Owner owner, Consumer<LoadOutcome> opened) {
        submit(owner, () -> prepare(id), failure -> {
            if (failure != null) {
                opened.accept(new LoadOutcome.Failed(folder(id) + " cannot be made: " + failure));
                return;
            }
            futures.remove(id);
            loader.load(services, id, config.with(AS_FUTURE), owner, new TailBudget(0), opened);
        });
    }

    void passOver(TopicPartitionId id) {
        passedOver.add(id);
    }

    /**
     * A replica is about to be made anew where one had left for a directory that is not there: its folder is set aside and its
     * mark removed before the new one's first append, or the two would be one log, and a later start would remove it.
     */
    void makeRoomFor(TopicPartitionId id) {
        if (!passedOver.remove(id)) return;
        moved.remove(id);
        submit(
                task -> {},
                () -> {
                    try {
                        sweepMarked(id);
                    } catch (IOException e) {
                        services.health().offline("what has moved away of " + id + " cannot be set aside: " + e, e);
                        throw e;
                    }
                    services.checkpoints().forget(id);
                },
                failure -> {});
    }

    /**
     * Takes over where the log began in the directory that it has left: records that were deleted while it changed its place
     * do not come back. Blocks; before any log is loaded.
     *
     * @return whether it is durable: else the old directory must go on saying it
     */
    boolean takeLogStart(TopicPartitionId id, MovingReplicas from) throws LogDirectoryException {
        long start = from.services.checkpoints().logStart(id);
        if (start <= services.checkpoints().logStart(id)) return true;
        try {
            return services.checkpoints().takeLogStart(id, start);
        } catch (IOException e) {
            throw new LogDirectoryException(
                    directory.path() + " has to note where " + id + " begins to finish a move, and cannot: "
                            + e.getMessage(),
                    e);
        }
    }

    /** It left this directory once, and what was left of it could not be removed then. */
    private void sweepMarked(TopicPartitionId id) throws IOException {
        if (!disk.exists(markOf(id))) return;
        if (disk.exists(plain(id))) PartitionRemoval.setAside(services, plain(id), 0);
        disk.delete(markOf(id));
    }

    private void prepare(TopicPartitionId id) throws IOException {
        sweepMarked(id);
        if (disk.exists(folder(id))) return;
        services.checkpoints().forget(id);
        disk.createDirectories(folder(id));
        disk.syncDirectory(directory.path());
    }

    /**
     * The replica has left this directory: durable when told so, on the owner, without a failure. With one it has not, and no
     * start will think so; where that cannot be had, the directory is offline and takes nothing that a start could lose.
     */
    public void mark(TopicPartitionId id, Owner owner, Consumer<IOException> done) {
        submit(
                owner,
                () -> {
                    try {
                        disk.open(markOf(id), OpenMode.CREATE).close();
                        disk.syncDirectory(directory.path());
                    } catch (IOException e) {
                        withdrawMark(id);
                        throw e;
                    }
                },
                done);
    }

    private void withdrawMark(TopicPartitionId id) {
        try {
            if (disk.exists(markOf(id))) {
                disk.delete(markOf(id));
                disk.syncDirectory(directory.path());
            }
        } catch (IOException e) {
            services.health().offline("the mark of the move of " + id + " cannot be taken back: " + e, e);
        }
    }

    /** What was left here of a replica is gone. Where it is not after all, the mark stays: without it two would count. */
    public void unmark(TopicPartitionId id) {
        moved.remove(id);
        submit(
                task -> {},
                () -> {
                    if (disk.exists(plain(id))) return;
                    // The removal may have found no handle for this, and the power would take back one name alone.
                    disk.syncDirectory(directory.path());
                    disk.delete(markOf(id));
                },
                failure -> {});
    }

    /** A replica on its way in, which is closed, has arrived: durable when told so, on the owner, without a failure. */
    public void arrive(TopicPartitionId id, Owner owner, Consumer<IOException> done) {
        submit(owner, () -> rename(id), done);
    }

    /** The same of one that was found. Blocks; before any log is loaded. */
    void arriveFound(TopicPartitionId id) throws LogDirectoryException {
        try {
            rename(id);
        } catch (IOException e) {
            // Nothing may be removed and nothing made anew: the next start tries again.
            throw new LogDirectoryException(
                    folder(id) + " has to be named " + plain(id).getFileName() + " to finish a move, and cannot be: "
                            + e.getMessage(),
                    e);
        }
        futures.remove(id);
        directory.arrived(id);
    }

    private void rename(TopicPartitionId id) throws IOException {
        disk.rename(folder(id), plain(id));
        disk.syncDirectory(directory.path());
    }

    /** Removes a replica on its way in that was found and is wanted no more. */
    public void remove(TopicPartitionId id) {
        if (!futures.remove(id)) return;
        submit(
                task -> {},
                () -> {
                    PartitionRemoval.setAside(services, folder(id), 0);
                    services.checkpoints().forget(id);
                },
                failure -> {});
    }

    /** Gives the folder of a found replica a name of which no start takes notice. Blocks; before any log is loaded. */
    Path setOlderAside(TopicPartitionId id) throws IOException {
        Path aside = directory.path().resolve(id.nameWith(OLDER + services.io().newId()));
        disk.rename(plain(id), aside);
        disk.syncDirectory(directory.path());
        directory.passOver(id);
        services.checkpoints().forget(id);
        return aside;
    }

    private Path plain(TopicPartitionId id) {
        return directory.path().resolve(id.folderName());
    }

    private Path folder(TopicPartitionId id) {
        return directory.path().resolve(id.nameWith(FUTURE));
    }

    private Path markOf(TopicPartitionId id) {
        return directory.path().resolve(id.nameWith(MOVED));
    }

    /** What happens on the writer; a failure other than a full disk takes the directory offline. */
    private interface Step {
        void perform() throws IOException;
    }

    private void submit(Owner owner, Step step, Consumer<IOException> done) {
        services.writer().submit(new LaneTask(folders) {
            @Override
            protected void onWriter() throws IOException {
                IOException failure = null;
                try {
                    if (services.health().isOffline()) {
                        throw new IOException("log directory " + directory.path() + " is offline");
                    }
                    step.perform();
                } catch (IOException e) {
                    failure = e;
                    throw e;
                } finally {
                    IOException outcome = failure;
                    owner.execute(() -> done.accept(outcome));
                }
            }
        });
    }
}
