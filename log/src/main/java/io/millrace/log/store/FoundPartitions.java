package io.millrace.log.store;

import io.millrace.log.TopicPartitionId;
import io.millrace.log.disk.Disk;
import io.millrace.log.segment.PartitionRemoval;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks through a log directory for partition folders, for what a move between directories has left, and for folders whose
 * deletion was interrupted; their names say all. A folder that is none of these is somebody else's and left alone.
 * Thread: made and used by one.
 */
final class FoundPartitions {
    private static final Logger LOG = LoggerFactory.getLogger(FoundPartitions.class);

    final List<TopicPartitionId> partitions = new ArrayList<>();
    /** On their way in. */
    final List<TopicPartitionId> futures = new ArrayList<>();
    /** Marked as complete elsewhere. */
    final List<TopicPartitionId> moved = new ArrayList<>();

    final List<Path> halfDeleted = new ArrayList<>();

    FoundPartitions(Disk disk, Path directory) throws IOException {
        for (Path path : disk.list(directory)) {
            String name = path.getFileName().toString();
            if (!disk.isDirectory(path)) {
                TopicPartitionId mark = TopicPartitionId.ofName(name, MovingReplicas.MOVED);
                if (mark != null) moved.add(mark);
                continue;
            }
            TopicPartitionId id = TopicPartitionId.ofFolder(name);
            TopicPartitionId future = TopicPartitionId.ofName(name, MovingReplicas.FUTURE);
            if (id != null) {
                partitions.add(id);
            } else if (future != null) {
                futures.add(future);
            } else if (PartitionRemoval.isSetAside(name)) {
                halfDeleted.add(path);
            } else {
                LOG.warn("{} is no partition of this node and is left alone", path);
            }
        }
    }

    /** Those of which something may have been noted. */
    Set<TopicPartitionId> known() {
        Set<TopicPartitionId> known = new HashSet<>(partitions);
        known.addAll(futures);
        return known;
    }
}
