package io.millrace.log.segment;

import io.millrace.log.io.WriteTarget;
import java.nio.file.Path;

/** A segment's {@code .log} file. Thread: as {@link WriteTarget}. */
final class SegmentTarget extends WriteTarget {
    private final PartitionFolder folder;
    private final long baseOffset;

    SegmentTarget(PartitionFolder folder, long baseOffset) {
        this.folder = folder;
        this.baseOffset = baseOffset;
    }

    SegmentTarget(PartitionFolder folder, long baseOffset, long fileBytes) {
        super(fileBytes);
        this.folder = folder;
        this.baseOffset = baseOffset;
    }

    void foundBytes(long fileBytes) {
        found(fileBytes);
    }

    @Override
    public Path path() {
        return folder.file(baseOffset, SegmentNames.LOG);
    }
}
