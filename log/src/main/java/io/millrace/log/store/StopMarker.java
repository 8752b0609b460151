package io.millrace.log.store;

import io.millrace.log.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The {@code stop-marker} file: whether the directory is in use or was left in order, and which page cache stood behind it.
 * A process that dies leaves {@code running}; if kernel and mount are still the same, nothing that it wrote is lost.
 *
 * <pre>
 *   version=1
 *   state=running | clean
 *   page.cache=boot id and mount
 * </pre>
 *
 * Thread: any (no state).
 */
final class StopMarker {
    static final String NAME = "stop-marker";
    private static final int VERSION = 1;

    private StopMarker() {}

    /** @param used whether the directory holds partitions: then a missing marker means the worst */
    static PreviousStop read(Disk disk, Path directory, boolean used) throws IOException {
        PropertiesText text = PropertiesText.read(disk, directory.resolve(NAME));
        if (text == null) return used ? PreviousStop.MACHINE_CRASH : PreviousStop.CLEAN;
        text.refuseNewerThan(VERSION, directory.resolve(NAME));
        if ("clean".equals(text.get("state"))) return PreviousStop.CLEAN;
        boolean samePages = disk.pageCacheIdentity(directory).equals(text.get("page.cache"));
        return samePages && "running".equals(text.get("state"))
                ? PreviousStop.PROCESS_CRASH
                : PreviousStop.MACHINE_CRASH;
    }

    /** The page cache behind the process that left the directory in order; empty when none did, or there never was one. */
    static String cleanUnder(Disk disk, Path directory) throws IOException {
        PropertiesText text = PropertiesText.read(disk, directory.resolve(NAME));
        boolean clean = text != null && "clean".equals(text.get("state")) && text.get("page.cache") != null;
        return clean ? text.get("page.cache") : "";
    }

    static void write(Disk disk, Path directory, boolean clean) throws IOException {
        AtomicFile.writeAlsoWhenFull(
                disk,
                directory.resolve(NAME),
                "version=" + VERSION + "\nstate=" + (clean ? "clean" : "running") + "\npage.cache="
                        + disk.pageCacheIdentity(directory) + "\n");
    }
}
