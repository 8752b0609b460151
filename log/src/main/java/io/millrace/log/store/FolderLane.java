package io.millrace.log.store;

import io.millrace.log.Owner;
import io.millrace.log.io.AppendTask;
import io.millrace.log.io.DirectoryHealth;
import io.millrace.log.io.WriteLane;
import java.nio.file.Path;

/** The lane for what concerns no open log: removing strays and half-deleted folders. Thread: as {@link WriteLane}. */
final class FolderLane implements WriteLane.Client {
    private static final Owner NOBODY = task -> {};

    private FolderLane() {}

    static WriteLane of(Path root, DirectoryHealth health) {
        return new WriteLane(NOBODY, new FolderLane(), health, root, true);
    }

    @Override
    public void prepareFolder() {}

    @Override
    public void appendCompleted(AppendTask task) {
        throw new IllegalStateException("nothing is appended to a directory");
    }

    @Override
    public void roundCompleted() {}

    @Override
    public void syncCompleted(long syncedEnd, long truncations) {}

    @Override
    public void checkpointDue() {}
}
