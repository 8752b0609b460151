package io.millrace.log.store;

import io.millrace.log.TopicPartitionId;
import io.millrace.log.disk.Disk;
import io.millrace.log.segment.PartitionMetadataFile;
import io.millrace.log.segment.SegmentNames;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks through a log directory for partition folders and for folders whose deletion was interrupted. The checkpoint knows
 * the topic id of most, so that few files are opened. Thread: made and used by one.
 */
final class FoundPartitions {
    private static final Logger LOG = LoggerFactory.getLogger(FoundPartitions.class);
    /** A folder without a readable topic id: no topic of the metadata has this one, so that it is a stray. */
    static final UUID UNKNOWN_TOPIC = new UUID(0, 0);

    final List<TopicPartitionId> partitions = new ArrayList<>();
    final List<Path> halfDeleted = new ArrayList<>();

    FoundPartitions(Disk disk, Path directory, Collection<TopicPartitionId> known) throws IOException {
        Map<String, List<TopicPartitionId>> byFolder = new HashMap<>();
        for (TopicPartitionId id : known) {
            byFolder.computeIfAbsent(id.folderName(), key -> new ArrayList<>(1)).add(id);
        }
        for (Path path : disk.list(directory)) {
            String name = path.getFileName().toString();
            if (name.endsWith(SegmentNames.DELETED_FOLDER) && name.indexOf('.') > 0 && disk.isDirectory(path)) {
                halfDeleted.add(path);
                continue;
            }
            int dash = name.lastIndexOf('-');
            if (dash <= 0 || !isNumber(name, dash + 1) || !disk.isDirectory(path)) continue;
            List<TopicPartitionId> ids = byFolder.get(name);
            // A topic that was deleted and made anew has two ids for one name: then the folder itself must say.
            TopicPartitionId id = ids != null && ids.size() == 1 ? ids.get(0) : read(disk, path, name, dash);
            if (id.topicId().equals(UNKNOWN_TOPIC) && isHalfMade(disk, path)) {
                halfDeleted.add(path);
            } else {
                partitions.add(id);
            }
        }
    }

    /** A process that dies while it makes a partition leaves a folder that does not say whose it is, and nothing in it. */
    private static boolean isHalfMade(Disk disk, Path folder) throws IOException {
        for (Path file : disk.list(folder)) {
            boolean identity = file.getFileName().toString().equals(PartitionMetadataFile.NAME);
            boolean emptySegment = SegmentNames.baseOffset(file, SegmentNames.LOG) >= 0 && disk.size(file) == 0;
            if (!identity && !emptySegment) return false;
        }
        return true;
    }

    private static boolean isNumber(String name, int from) {
        if (from == name.length() || name.length() - from > 10) return false;
        for (int i = from; i < name.length(); i++) {
            if (name.charAt(i) < '0' || name.charAt(i) > '9') return false;
        }
        return Long.parseLong(name.substring(from)) <= Integer.MAX_VALUE;
    }

    private static TopicPartitionId read(Disk disk, Path path, String name, int dash) throws IOException {
        UUID topicId = PartitionMetadataFile.read(disk, path);
        if (topicId == null) {
            LOG.warn("{} does not say which topic it belongs to", path);
            topicId = UNKNOWN_TOPIC;
        }
        return new TopicPartitionId(topicId, name.substring(0, dash), Integer.parseInt(name.substring(dash + 1)));
    }
}
