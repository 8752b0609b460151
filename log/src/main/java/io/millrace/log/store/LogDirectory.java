package io.millrace.log.store;

import io.millrace.log.LoadOutcome;
import io.millrace.log.LogConfig;
import io.millrace.log.Owner;
import io.millrace.log.PartitionLog;
import io.millrace.log.TailBudget;
import io.millrace.log.TopicPartitionId;
import io.millrace.log.disk.Disk;
import io.millrace.log.disk.DiskFullException;
import io.millrace.log.disk.DiskLock;
import io.millrace.log.io.CheckpointPace;
import io.millrace.log.io.DirectoryHealth;
import io.millrace.log.io.DirectoryIo;
import io.millrace.log.io.DirectoryWriter;
import io.millrace.log.io.LaneTask;
import io.millrace.log.io.OpenFiles;
import io.millrace.log.io.SyncTimes;
import io.millrace.log.io.Syncer;
import io.millrace.log.io.ThreadedDirectoryIo;
import io.millrace.log.io.WriteLane;
import io.millrace.log.recovery.CheckpointJournal;
import io.millrace.log.segment.LogCheckpoint;
import io.millrace.log.segment.LogServices;
import io.millrace.log.segment.PartitionRemoval;
import io.millrace.log.segment.SegmentIndexes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One entry of {@code log.dirs}: its identity, its lock, its writer and pools, and the partition folders in it.
 * Thread: any, unless a method says otherwise.
 */
public final class LogDirectory implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LogDirectory.class);
    private static final int LOOKS_THAT_MISS = 2;

    private final Path path;
    private final Disk disk;
    private final DiskLock lock;
    private final PreviousStop previousStop;
    private final String cleanUnder;
    private final DirectoryIo io;
    private final DirectoryHealth health;
    private volatile Runnable whenOffline = () -> {};
    private final DirectoryWriter writer;
    private final CheckpointJournal journal;
    private final LogServices services;
    private final WriteLane folders;
    private final MovingReplicas moving;
    private final OpenLogs logs = new OpenLogs();
    private final LogLoader loader;

    private volatile MetaProperties meta;
    private List<LostPartition> lost = List.of();
    /** Those noted in the stop marker, as long as the disk has no room for a file. */
    private List<TopicPartitionId> unnoted = List.of();

    private boolean closed;
    private int missed;

    private LogDirectory(
            OpenedDirectory opened, FoundPartitions found, Disk disk, LogDirectoryOptions options, DirectoryIo io)
            throws IOException {
        this.path = opened.path();
        this.disk = disk;
        this.lock = opened.lock();
        this.meta = opened.meta();
        this.previousStop = opened.previousStop();
        this.cleanUnder = opened.cleanUnder();
        this.io = io;
        this.health = new DirectoryHealth("Log directory " + path, this::tellOffline);
        OpenFiles files = new OpenFiles(disk, options.maxOpenFiles());
        Syncer syncer = new Syncer(disk, io, files, health);
        CheckpointPace pace = new CheckpointPace(options.checkpointBytes(), options.checkpointMs());
        this.writer = new DirectoryWriter(io, files, syncer, health, pace, options.writerQueueBytes());
        syncer.retryThrough(writer::syncLater);
        this.journal = CheckpointJournal.open(disk, path, health, found.known());
        this.services = new LogServices(
                path,
                "",
                disk,
                io,
                files,
                writer,
                syncer,
                health,
                pace,
                new SegmentIndexes(disk, files, options.indexCacheBytes()),
                journal,
                logs,
                options.producerExpirationMs());
        this.loader = new LogLoader(journal, logs);
        this.folders = FolderLane.of(path, health);
        this.moving = new MovingReplicas(this, services, folders, loader);
    }

    /** Takes the lock, checks {@code meta.properties} (writes it into an empty folder) and reads the checkpoint. Blocks. */
    public static LogDirectory open(Path dir, Disk disk, LogDirectoryOptions options) throws LogDirectoryException {
        DirectoryIo io = new ThreadedDirectoryIo(
                "log-" + dir.getFileName(), options.syncThreads(), options.readThreads(), options.readQueueTasks());
        return open(dir, disk, options, io);
    }

    /** As above, with the work running where {@code io} says. */
    public static LogDirectory open(Path dir, Disk disk, LogDirectoryOptions options, DirectoryIo io)
            throws LogDirectoryException {
        OpenedDirectory opened = OpenedDirectory.open(dir, disk, options, io::newId);
        try {
            FoundPartitions found = new FoundPartitions(disk, opened.path());
            LogDirectory directory = new LogDirectory(opened, found, disk, options, io);
            directory.begin(found);
            return directory;
        } catch (IOException e) {
            opened.abandon();
            throw LogDirectoryException.unusable(dir, e);
        }
    }

    private void begin(FoundPartitions partitions) throws IOException {
        unnoted = StopMarker.lost(disk, path);
        StopMarker.write(disk, path, false, unnoted);
        logs.found(partitions.partitions);
        moving.found(partitions);
        Set<TopicPartitionId> known = partitions.known();
        noteLost(LostFiles.find(disk, path, journal, known, partitions.halfDeleted));
        journal.forgetAllBut(known);
        io.start(writer);
        for (Path folder : partitions.halfDeleted) {
            writer.submit(new LaneTask(folders) {
                @Override
                protected void onWriter() {
                    PartitionRemoval.removeFolder(services, folder);
                }
            });
        }
    }

    /** Before anything of it is forgotten. On a full disk the stop marker has room for some, which has the same consequence. */
    void noteLost(List<LostPartition> found) throws IOException {
        List<LostPartition> all = new ArrayList<>(found);
        for (TopicPartitionId id : unnoted) {
            if (found.stream().noneMatch(one -> one.id().equals(id))) {
                all.add(new LostPartition(id, "an earlier start missed something of it"));
            }
        }
        lost = LostNote.add(disk, path, all);
        if (all.isEmpty()) return;
        boolean marked = !unnoted.isEmpty();
        try {
            LostNote.write(disk, path, lost);
            unnoted = List.of();
            if (!marked) return;
        } catch (DiskFullException full) {
            LOG.warn("{}: what is gone is noted in {}: {}", path, StopMarker.NAME, full.getMessage());
            unnoted = all.stream().map(LostPartition::id).toList();
        }
        StopMarker.write(disk, path, false, unnoted);
    }

    /** What was not there at start although a checkpoint promises it; a folder may have been moved elsewhere. */
    public List<LostPartition> lost() {
        return lost;
    }

    /** The cluster knows what is lost here: the next start need not say it again. Blocks. */
    public synchronized void lossIsKnown() throws IOException {
        LostNote.remove(disk, path);
        if (unnoted.isEmpty() || closed) return;
        StopMarker.write(disk, path, false, List.of());
        unnoted = List.of();
    }

    public Path path() {
        return path;
    }

    public UUID directoryId() {
        return meta.directoryId();
    }

    /** The cluster that the folder belongs to; empty before the cluster is formed. */
    public Optional<String> clusterId() {
        return Optional.ofNullable(meta.clusterId());
    }

    /** Binds an unformatted directory to its cluster; durable when this returns. Blocks. */
    public synchronized void format(String clusterId) throws LogDirectoryException {
        if (clusterId.equals(meta.clusterId())) return;
        if (meta.clusterId() != null) {
            throw new LogDirectoryException("Log directory " + path + " belongs to cluster " + meta.clusterId()
                    + ", not to " + clusterId + ".");
        }
        MetaProperties bound = new MetaProperties(clusterId, meta.nodeId(), meta.directoryId());
        try {
            bound.write(disk, path);
        } catch (IOException e) {
            throw new LogDirectoryException("Log directory " + path + " cannot be written: " + e + ".", e);
        }
        meta = bound;
    }

    public PreviousStop previousStop() {
        return previousStop;
    }

    /** Which page cache stands behind the directory: another boot or another mount of the same disk is another one. */
    public String pageCacheIdentity() {
        return disk.pageCacheIdentity(path);
    }

    public boolean cleanShutdown() {
        return previousStop == PreviousStop.CLEAN;
    }

    /**
     * The page cache of the process that left this directory in order, which may have known nothing of what one before it had lost;
     * empty when the last one did not, or there was none.
     */
    public String cleanUnder() {
        return cleanUnder;
    }

    /** The partitions that had a folder here at start and were neither opened nor removed since. */
    public List<TopicPartitionId> found() {
        return logs.found();
    }

    public Optional<String> offlineReason() {
        return Optional.ofNullable(health.offlineReason());
    }

    /** How often data that was durable turned out to be lost or unreadable; each is in the log as {@code SAFETY}. */
    public long safetyAlarms() {
        return health.safetyAlarms();
    }

    /** Whether the last write found no space. */
    public boolean isDiskFull() {
        return health.isDiskFull();
    }

    /** Bytes that wait for the writer. */
    public long queuedBytes() {
        return writer.queuedBytes();
    }

    /** How long syncs of segment files took since the start. */
    public SyncTimes syncTimes() {
        return services.syncer().times();
    }

    /** Segment files held open. */
    public int openFileCount() {
        return services.openFiles().openCount();
    }

    /** Opens or recovers a found partition on the I/O pool; completes on the owner. */
    public void load(
            TopicPartitionId id, LogConfig config, Owner owner, TailBudget tail, Consumer<LoadOutcome> loaded) {
        loader.load(services, id, config, owner, tail, loaded);
    }

    /** A new, empty partition: no file and no folder before the first append. Thread: the owner's. */
    public PartitionLog create(TopicPartitionId id, LogConfig config, Owner owner, TailBudget tail) {
        if (logs.isFound(id)) {
            throw new IllegalStateException(path.resolve(id.folderName()) + " is there already: load it");
        }
        moving.makeRoomFor(id);
        return loader.create(services, id, config, owner, tail);
    }

    private void tellOffline(String why) {
        logs.tellOffline(why);
        whenOffline.run();
    }

    /**
     * Whether the folder is still there. Files that are open take writes after it was deleted, or its file system
     * unmounted, and nobody would find again what was acknowledged: then the directory has failed. One look that finds
     * nothing may be an error of the moment, two in a row are not. Blocks; one caller at a time.
     */
    public synchronized void look() {
        if (closed) return;
        boolean isThere =
                disk.exists(path.resolve(MetaProperties.NAME)) || disk.exists(path.resolve(OpenedDirectory.LOCK_NAME));
        missed = isThere ? 0 : missed + 1;
        if (missed == LOOKS_THAT_MISS) health.offline("the folder and what was in it are gone", null);
    }

    /** Called once if the directory fails, on the thread that saw it, after its logs were told; at once if it has. */
    public void whenOffline(Runnable told) {
        AtomicBoolean once = new AtomicBoolean();
        whenOffline = () -> {
            if (once.compareAndSet(false, true)) told.run();
        };
        if (health.isOffline()) whenOffline.run();
    }

    /**
     * Deletes a found partition that the metadata does not want here. No effect for one that is open or was removed
     * already.
     */
    public void removeStray(TopicPartitionId id) {
        if (!logs.forgetFound(id)) return;
        writer.submit(new LaneTask(folders) {
            @Override
            protected void onWriter() throws IOException {
                PartitionRemoval.setAside(services, path.resolve(id.folderName()), 0);
                journal.forget(id);
            }
        });
    }

    /** What has to do with moves of replicas to and from the node's other directories. */
    public MovingReplicas moving() {
        return moving;
    }

    /** A replica that came from another directory before its logs are loaded has its folder here now. */
    void arrived(TopicPartitionId id) {
        logs.found(List.of(id));
    }

    /** What a found partition's log was when it was last noted; null when nothing is known. Blocks. */
    LogCheckpoint checkpoint(TopicPartitionId id) throws IOException {
        return journal.checkpoint(id);
    }

    /** A folder that is found and is nobody's replica for now, nor a stray. */
    void passOver(TopicPartitionId id) {
        logs.forgetFound(id);
        moving.passOver(id);
    }

    /** Size of the device; 0 when it does not answer. */
    public long totalBytes() {
        try {
            return disk.totalBytes(path);
        } catch (IOException e) {
            return 0;
        }
    }

    /** Free space of the device; 0 when it does not answer. */
    public long usableBytes() {
        try {
            return disk.usableBytes(path);
        } catch (IOException e) {
            return 0;
        }
    }

    /** Lets go of the lock as a dying process does, and of nothing else: a killed process leaves no other trace. */
    void abandon() {
        forgetOpenFiles();
        OpenedDirectory.release(lock);
    }

    /** Closes what nobody uses at the moment; it is opened again when needed. */
    void forgetOpenFiles() {
        services.openFiles().closeAll();
    }

    /** Waits for what is queued, marks the stop as clean when all logs were closed, releases the lock. Blocks. */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) return;
            closed = true;
        }
        io.close();
        services.openFiles().closeAll();
        try {
            journal.close();
            if (logs.openCount() == 0 && !health.isOffline()) {
                StopMarker.write(disk, path, true, unnoted);
            } else {
                LOG.warn(
                        "{} is left without a clean stop: {}",
                        path,
                        health.isOffline() ? "it is offline" : logs.openCount() + " logs are still open");
            }
        } catch (IOException e) {
            LOG.error("{} is left without a clean stop: {}", path, e.toString());
        }
        OpenedDirectory.release(lock);
    }
}
