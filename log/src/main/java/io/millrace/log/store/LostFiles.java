package io.millrace.log.store;

import io.millrace.log.TopicPartitionId;
import io.millrace.log.disk.Disk;
import io.millrace.log.recovery.CheckpointJournal;
import io.millrace.log.recovery.Promised;
import io.millrace.log.segment.PartitionRemoval;
import io.millrace.log.segment.SegmentNames;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Compares at start what the checkpoints promise of a directory with the files that are there, by names and sizes alone: a
 * folder that somebody has deleted, a segment that a repair of the file system has cut. A crash does none of that, since a
 * checkpoint promises what was synced. Damage inside of the files is found when they are read.
 *
 * <p>Thread: blocks; made and used by one, before any log is loaded.
 */
final class LostFiles {
    /** So many are named; they all have the same consequence. */
    private static final int MOST = 1_000;

    private final Disk disk;
    private final Path directory;
    private final List<LostPartition> lost = new ArrayList<>();

    private LostFiles(Disk disk, Path directory) {
        this.disk = disk;
        this.directory = directory;
    }

    /** @param folders of partitions, also those on their way in; half deleted ones left out */
    static List<LostPartition> find(
            Disk disk, Path directory, CheckpointJournal journal, Set<TopicPartitionId> folders, List<Path> halfDeleted)
            throws IOException {
        LostFiles files = new LostFiles(disk, directory);
        for (Promised promised : journal.promised()) {
            if (files.lost.size() >= MOST) break;
            TopicPartitionId id = promised.id();
            if (folders.contains(id)) {
                files.look(promised, journal.logStart(id));
            } else if (halfDeleted.stream().noneMatch(folder -> isOf(folder, id))) {
                files.lost.add(new LostPartition(
                        id, "its folder is gone, which held offsets up to " + promised.recoveryOffset()));
            }
        }
        return List.copyOf(files.lost);
    }

    /** Half deleted as a replica, or as one on its way in. */
    private static boolean isOf(Path folder, TopicPartitionId id) {
        return PartitionRemoval.isSetAside(folder, id.folderName())
                || PartitionRemoval.isSetAside(folder, id.nameWith(MovingReplicas.FUTURE));
    }

    private void look(Promised promised, long logStart) throws IOException {
        Path folder = directory.resolve(promised.id().folderName());
        if (!disk.exists(folder)) {
            // On its way in, under another name: a move compares it with what it is copied from.
            return;
        }
        Path segment = SegmentNames.in(folder, promised.segmentBase(), SegmentNames.LOG);
        if (disk.exists(segment)) {
            long bytes = disk.size(segment);
            if (bytes < promised.position()) {
                lost.add(new LostPartition(
                        promised.id(),
                        segment.getFileName() + " has " + bytes + " bytes, " + promised.position() + " were synced"));
            } else {
                lookAtStart(promised, folder, Math.max(0, logStart));
            }
        } else if (disk.list(folder).stream()
                .noneMatch(file -> SegmentNames.baseOffset(file, SegmentNames.LOG) >= 0
                        || file.getFileName().toString().endsWith(SegmentNames.SWAP))) {
            // Others may be there: retention goes beyond the checkpoint.
            lost.add(new LostPartition(
                    promised.id(), "its segments are gone, which held offsets up to " + promised.recoveryOffset()));
        }
    }

    /** A replica without its beginning must not be elected: the others would delete theirs. */
    private void lookAtStart(Promised promised, Path folder, long start) throws IOException {
        if (promised.segmentBase() <= start || disk.exists(SegmentNames.in(folder, start, SegmentNames.LOG))) return;
        for (Path file : disk.list(folder)) {
            String name = file.getFileName().toString();
            long base = SegmentNames.baseOffset(file, SegmentNames.LOG);
            // What is waiting to be removed may be the beginning, let go of by intent on a disk too full to say so.
            if (base >= 0 && base <= start || name.endsWith(SegmentNames.SWAP) || name.endsWith(SegmentNames.DELETED)) {
                return;
            }
        }
        lost.add(new LostPartition(promised.id(), "its beginning is gone, which was at offset " + start));
    }
}
