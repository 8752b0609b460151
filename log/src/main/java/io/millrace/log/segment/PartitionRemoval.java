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
    private static final String SUFFIX = "-delete";
    private static final int UUID_CHARS = 36;
    /** So much of the folder's name is kept for people. */
    private static final int MAX_KEPT_CHARS = 200;

    private PartitionRemoval() {}

    /** Renames a partition's folder so that no start takes it for one, and removes it later. Thread: the writer. */
    public static void setAside(LogServices services, Path folder, long delayMs) throws IOException {
        String kept = kept(folder.getFileName().toString());
        Path aside = services.root().resolve(kept + "." + services.io().newId() + SUFFIX);
        try {
            services.disk().rename(folder, aside);
        } catch (NoSuchFileException e) {
            // A partition without data never had a folder.
            return;
        }
        services.writer().later(delayMs, () -> removeFolder(services, aside));
        services.disk().syncDirectory(services.root());
    }

    /** Whether a folder of that name is one that {@link #setAside} left. Thread: any. */
    public static boolean isSetAside(String name) {
        int end = name.length() - SUFFIX.length();
        int start = end - UUID_CHARS;
        if (start < 2 || !name.endsWith(SUFFIX) || name.charAt(start - 1) != '.') return false;
        try {
            String uuid = name.substring(start, end);
            return UUID.fromString(uuid).toString().equals(uuid);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Whether the folder, of which {@link #isSetAside(String)} holds, had this name. Thread: any. */
    public static boolean isSetAside(Path folder, String name) {
        return folder.getFileName().toString().startsWith(kept(name) + ".");
    }

    private static String kept(String name) {
        return name.length() > MAX_KEPT_CHARS ? name.substring(0, MAX_KEPT_CHARS) : name;
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
