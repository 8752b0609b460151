package io.millrace.log.segment;

import java.nio.file.Path;

/**
 * Where a partition's files are. Paths are made when needed: an idle replica keeps none.
 * Thread: any (immutable).
 */
final class PartitionFolder {
    private final Path root;
    private final String name;

    PartitionFolder(Path root, String name) {
        this.root = root;
        this.name = name;
    }

    Path path() {
        return root.resolve(name);
    }

    Path file(long baseOffset, String suffix) {
        return SegmentNames.in(path(), baseOffset, suffix);
    }
}
