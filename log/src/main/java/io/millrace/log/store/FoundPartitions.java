package io.millrace.log.store;

import io.millrace.log.TopicPartitionId;
import io.millrace.log.disk.Disk;
import io.millrace.log.segment.PartitionRemoval;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks through a log directory for partition folders and for folders whose deletion was interrupted; their names say all.
 * A folder that is neither is somebody else's and left alone. Thread: made and used by one.
 */
final class FoundPartitions {
    private static final Logger LOG = LoggerFactory.getLogger(FoundPartitions.class);

    final List<TopicPartitionId> partitions = new ArrayList<>();
    final List<Path> halfDeleted = new ArrayList<>();

    FoundPartitions(Disk disk, Path directory) throws IOException {
        for (Path path : disk.list(directory)) {
            if (!disk.isDirectory(path)) continue;
            String name = path.getFileName().toString();
            TopicPartitionId id = TopicPartitionId.ofFolder(name);
            if (id != null) {
                partitions.add(id);
            } else if (PartitionRemoval.isSetAside(name)) {
                halfDeleted.add(path);
            } else {
                LOG.warn("{} is no partition of this node and is left alone", path);
            }
        }
    }
}
