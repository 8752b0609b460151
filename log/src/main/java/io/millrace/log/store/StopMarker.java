package io.millrace.log.store;

import io.millrace.log.TopicPartitionId;
import io.millrace.log.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The {@code stop-marker} file: whether the directory is in use or was left in order, and which page cache stood behind it.
 * A process that dies leaves {@code running}; if kernel and mount are still the same, nothing that it wrote is lost.
 *
 * <pre>
 *   version=1 | 2                            2 with the last line, which a build that does not know of it must not drop
 *   state=running | clean
 *   page.cache=boot id and mount
 *   lost=orders-0.obLD1OX2R4mrze8BI0VniQ,…   only while the cluster does not know and a full disk took no lost-files
 * </pre>
 *
 * Thread: any (no state).
 */
final class StopMarker {
    static final String NAME = "stop-marker";
    private static final int VERSION = 1;
    private static final int WITH_LOST = 2;
    /** What has room beside the rest where a file is overwritten in its place. */
    private static final int LOST_CHARS = 120;

    private StopMarker() {}

    /** @param used whether the directory holds partitions: then a missing marker means the worst */
    static PreviousStop read(Disk disk, Path directory, boolean used) throws IOException {
        PropertiesText text = PropertiesText.read(disk, directory.resolve(NAME));
        if (text == null) return used ? PreviousStop.MACHINE_CRASH : PreviousStop.CLEAN;
        text.refuseNewerThan(WITH_LOST, directory.resolve(NAME));
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

    /** Partitions of which something is gone and that are noted nowhere else. */
    static List<TopicPartitionId> lost(Disk disk, Path directory) throws IOException {
        PropertiesText text = PropertiesText.read(disk, directory.resolve(NAME));
        if (text == null || text.get("lost") == null) return List.of();
        return Stream.of(text.get("lost").split(","))
                .map(TopicPartitionId::ofFolder)
                .filter(Objects::nonNull)
                .toList();
    }

    /** @param lost as many are noted as there is room for, the first in any case */
    static void write(Disk disk, Path directory, boolean clean, List<TopicPartitionId> lost) throws IOException {
        StringBuilder names = new StringBuilder();
        for (TopicPartitionId id : lost) {
            if (names.length() > 0 && names.length() + id.folderName().length() > LOST_CHARS) break;
            names.append(names.length() == 0 ? "lost=" : ",").append(id.folderName());
        }
        AtomicFile.writeAlsoWhenFull(
                disk,
                directory.resolve(NAME),
                "version=" + (lost.isEmpty() ? VERSION : WITH_LOST) + "\nstate=" + (clean ? "clean" : "running")
                        + "\npage.cache="
                        + disk.pageCacheIdentity(directory) + "\n"
                        + names);
    }
}
