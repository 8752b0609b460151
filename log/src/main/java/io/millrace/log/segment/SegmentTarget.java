package io.millrace.log.segment;

import io.millrace.log.io.WriteTarget;
import java.nio.file.Path;

/** A segment's {@code .log} file. Thread: as {@link WriteTarget}. */
final class SegmentTarget extends WriteTarget {
    private final PartitionFolder folder;
    private final long baseOffset;
    /** Of the file while it is not at its own place; null when it is. Changed under the lock of the open files. */
    private volatile String otherName;

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

    /** Another file stands, or will stand, at its place; an index file found there says nothing of this one. */
    @Override
    public boolean isElsewhere() {
        return otherName != null;
    }

    /** Null for its own place. */
    void isAt(String name) {
        otherName = name;
    }

    @Override
    public Path path() {
        String name = otherName;
        return name == null
                ? folder.file(baseOffset, SegmentNames.LOG)
                : folder.path().resolve(name);
    }
}
