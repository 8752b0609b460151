package io.millrace.log.segment;

import io.millrace.log.TopicPartitionId;
import java.nio.file.Path;

/**
 * Where a partition's files are. Paths are made when needed: an idle replica keeps none.
 * Thread: any; renamed on the writer.
 */
final class PartitionFolder {
    private final Path root;
    private volatile String name;

    PartitionFolder(Path root, TopicPartitionId id) {
        this.root = root;
        this.name = id.folderName();
    }

    Path path() {
        return root.resolve(name);
    }

    Path root() {
        return root;
    }

    void renamedTo(String newName) {
        name = newName;
    }

    Path file(long baseOffset, String suffix) {
        return SegmentNames.in(path(), baseOffset, suffix);
    }
}
