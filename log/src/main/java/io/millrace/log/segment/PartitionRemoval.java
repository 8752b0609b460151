package io.millrace.log.segment;

import io.millrace.log.disk.Disk;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.UUID;

/**
 * Removes a partition's folder in two steps, so that a crash in between leaves something that the next start finishes: a
 * folder named {@code <topic>-<partition>.<uuid>-delete}. Thread: the writer.
 */
public final class PartitionRemoval {
    private static final String KEPT_FOLDER = "-unknown";

    private PartitionRemoval() {}

    /**
     * Renames a folder that nobody can tell the owner of, and keeps it: what is in it may be all that is left of something.
     * Thread: the writer.
     */
    public static void keepAside(LogServices services, Path folder) throws IOException {
        Path aside = services.root().resolve(folder.getFileName() + "." + UUID.randomUUID() + KEPT_FOLDER);
        services.disk().rename(folder, aside);
        services.disk().syncDirectory(services.root());
        services.health().safetyAlarm(folder + " does not say which topic it belongs to and is kept as " + aside);
    }

    /** Renames a partition's folder so that no start takes it for one, and removes it later. Thread: the writer. */
    public static void setAside(LogServices services, Path folder, long delayMs) throws IOException {
        String name = folder.getFileName().toString();
        String kept = name.length() > 200 ? name.substring(0, 200) : name;
        Path aside = services.root().resolve(kept + "." + UUID.randomUUID() + SegmentNames.DELETED_FOLDER);
        try {
            services.disk().rename(folder, aside);
        } catch (NoSuchFileException e) {
            // A partition without data never had a folder.
            return;
        }
        services.disk().syncDirectory(services.root());
        services.writer().later(services.io().nowMs() + delayMs, () -> removeFolder(services, aside));
    }

    /** Thread: the writer. */
    public static void removeFolder(LogServices services, Path folder) {
        if (services.health().isOffline()) return;
        try {
            Disk disk = services.disk();
            for (Path file : disk.list(folder)) disk.delete(file);
            disk.delete(folder);
        } catch (NoSuchFileException e) {
            // Somebody was faster.
        } catch (IOException e) {
            services.health().failed("removal of " + folder, e);
        }
    }
}
