package io.millrace.membership.quorum;

import io.millrace.log.EpochEnd;
import io.millrace.log.LoadOutcome;
import io.millrace.log.LogConfig;
import io.millrace.log.PartitionLog;
import io.millrace.log.TailBudget;
import io.millrace.log.TopicPartitionId;
import io.millrace.log.disk.Disk;
import io.millrace.log.store.LogDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * Opens the metadata folder of a log directory and makes a {@link QuorumNode} of what is in it, or says in one sentence
 * why that cannot be.
 *
 * <p>State is the newest sound snapshot plus the log from there on. A damaged snapshot is replaced by the one before it,
 * provided that the log still goes back so far; nothing is ever guessed.
 *
 * <p>Thread: any; the stage completes on the owner.
 */
public final class QuorumOpener {
    public static final String FOLDER = "__cluster_metadata-0";
    public static final long DEFAULT_SNAPSHOT_BYTES = 8L * 1024 * 1024;

    private static final String TOPIC = "__cluster_metadata";
    private static final UUID TOPIC_ID = new UUID(0, 1);
    private static final long TAIL_BYTES = 4L * 1024 * 1024;
    private static final LogConfig CONFIG = LogConfig.from(Map.of(
            "flush.mode", "group",
            "cleanup.policy", "delete",
            "retention.ms", "-1",
            "retention.bytes", "-1",
            "segment.bytes", "8388608",
            "segment.ms", String.valueOf(Long.MAX_VALUE)));

    /**
     * Where the pieces come from.
     *
     * @param files runs work on files, one task at a time, in order, not on the owner
     * @param promises the folder's, durable; the node is part of that cluster
     * @param snapshotBytes so many bytes of records make a new snapshot worth while
     * @param provenEnd how far this node's metadata reached by another file than its own; 0 when none says so. Called on
     *     {@code files}
     */
    public record Parts(
            LogDirectory directory,
            Disk disk,
            QuorumSettings settings,
            NodePromises promises,
            QuorumPorts ports,
            Executor files,
            LongSupplier wallClockMs,
            long snapshotBytes,
            LongSupplier provenEnd) {
        public Parts(
                LogDirectory directory,
                Disk disk,
                QuorumSettings settings,
                NodePromises promises,
                QuorumPorts ports,
                Executor files,
                LongSupplier wallClockMs,
                long snapshotBytes) {
            this(directory, disk, settings, promises, ports, files, wallClockMs, snapshotBytes, () -> 0);
        }
    }

    private final Parts parts;
    private final Path folder;
    private final QuorumStateFile stateFile;
    private final SnapshotFolder snapshots;
    private final CompletableFuture<QuorumNode> opened = new CompletableFuture<>();
    private long provenEnd;

    private QuorumOpener(Parts parts) {
        this.parts = parts;
        this.folder = parts.directory().path().resolve(FOLDER);
        this.stateFile = new QuorumStateFile(parts.disk(), folder);
        this.snapshots = new SnapshotFolder(parts.disk(), folder);
    }

    /** Fails with {@link FormationException} when the folder is not this node's or is damaged. */
    public static CompletionStage<QuorumNode> open(Parts parts) {
        QuorumOpener opener = new QuorumOpener(parts);
        parts.files().execute(opener::readFiles);
        return opener.opened;
    }

    private void readFiles() {
        try {
            Optional<TopicPartitionId> found = parts.directory().found().stream()
                    .filter(id -> id.folderName().equals(FOLDER))
                    .findFirst();
            provenEnd = parts.provenEnd().getAsLong();
            snapshots.sweep();
            // The process before may have died before it had synced the name of what is believed now, a vote above all.
            parts.disk().syncDirectory(folder);
            Optional<SnapshotFolder.Sound> snapshot = snapshots.loadNewest();
            parts.ports().owner().execute(() -> openLog(found, parts.promises(), snapshot));
        } catch (IOException | FormationException | RuntimeException failure) {
            opened.completeExceptionally(failure);
        }
    }

    private void openLog(
            Optional<TopicPartitionId> found, NodePromises promises, Optional<SnapshotFolder.Sound> snapshot) {
        TailBudget tail = new TailBudget(TAIL_BYTES);
        if (found.isEmpty()) {
            PartitionLog fresh = parts.directory()
                    .create(
                            new TopicPartitionId(TOPIC_ID, TOPIC, 0),
                            CONFIG,
                            parts.ports().owner(),
                            tail);
            check(fresh, promises, snapshot);
            return;
        }
        parts.directory().load(found.get(), CONFIG, parts.ports().owner(), tail, outcome -> {
            if (outcome instanceof LoadOutcome.Loaded loaded) {
                check(loaded.log(), promises, snapshot);
            } else if (outcome instanceof LoadOutcome.Failed failed) {
                refuse("the metadata log in " + folder + " cannot be read: " + failed.message());
            }
        });
    }

    private void check(PartitionLog log, NodePromises promises, Optional<SnapshotFolder.Sound> snapshot) {
        LogPosition position = snapshot.map(SnapshotFolder.Sound::position).orElse(LogPosition.EMPTY);
        if (log.logStartOffset() > position.endOffset()) {
            refuse("the metadata log in " + folder + " begins at " + log.logStartOffset()
                    + " and no sound snapshot reaches it (the newest ends at " + position.endOffset()
                    + "): restore a snapshot or the folder");
        } else if (log.latestEpoch() > promises.election().epoch()) {
            refuse(stateFile.path() + " stands at epoch " + promises.election().epoch() + ", the log beside it at "
                    + log.latestEpoch() + ": the file is older than the log and must not be used to vote");
        } else if (Math.max(log.assignedEnd(), position.endOffset()) < provenEnd) {
            refuse("the metadata in " + folder + " ends at "
                    + Math.max(log.assignedEnd(), position.endOffset()) + ", this node has had it up to " + provenEnd
                    + ": it was lost or is an older copy, and to go on with it would forget what came after; restore"
                    + " the newest copy of all log directories, or empty the first one");
        } else if (belongsTogether(log, position)) {
            finish(log, promises, snapshot, position);
        } else {
            // A snapshot of the leader's was installed and the log not yet emptied.
            log.truncateFullyAndStartAt(position.endOffset(), () -> finish(log, promises, snapshot, position));
        }
    }

    private static boolean belongsTogether(PartitionLog log, LogPosition snapshot) {
        if (snapshot.endOffset() > log.assignedEnd()) {
            return false;
        }
        return snapshot.endOffset() <= log.logStartOffset()
                || log.epochAt(snapshot.endOffset() - 1) == snapshot.epoch();
    }

    private void finish(
            PartitionLog log, NodePromises promises, Optional<SnapshotFolder.Sound> snapshot, LogPosition position) {
        LogQuorumStore store = new LogQuorumStore(
                log, stateFile, promises, snapshots, parts.files(), parts.ports(), parts.wallClockMs());
        StoredSnapshot content = snapshot.map(SnapshotFolder.Sound::content).orElse(StoredSnapshot.NONE);
        new VoterScan(store, position.endOffset(), log.assignedEnd(), this::refuse).run(changes -> {
            StoredLog stored = new StoredLog(
                    position,
                    position,
                    epochStarts(log),
                    log.assignedEnd(),
                    new StoredVoters(content.voters(), changes));
            LoadedQuorum loaded = new LoadedQuorum(promises.election(), stored, content.records());
            opened.complete(new QuorumNode(parts.settings(), store, loaded, parts.ports(), parts.snapshotBytes()));
        });
    }

    private static Map<Integer, Long> epochStarts(PartitionLog log) {
        Map<Integer, Long> starts = new TreeMap<>();
        int epoch = log.latestEpoch();
        while (epoch >= 0) {
            // Where everything older ended is where this one begins.
            EpochEnd before = log.endOffsetForEpoch(epoch - 1);
            long start = before.isKnown() ? before.endOffset() : log.logStartOffset();
            starts.put(epoch, start);
            epoch = start > log.logStartOffset() ? log.epochAt(start - 1) : -1;
        }
        return starts;
    }

    private void refuse(String why) {
        opened.completeExceptionally(new FormationException(why));
    }
}
