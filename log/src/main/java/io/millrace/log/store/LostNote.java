package io.millrace.log.store;

import io.millrace.log.TopicPartitionId;
import io.millrace.log.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Keeps what {@link LostFiles} has found in the file {@code lost-files} until the cluster knows of it. The checkpoints tell of
 * it only once: what they say of a folder that is gone is forgotten at the same start, and recovery takes back what they say of
 * a segment that is too short. A process that ends before it is registered would be followed by one that misses nothing.
 *
 * <pre>
 *   version=1
 *   orders-0.obLD1OX2R4mrze8BI0VniQ=what is gone
 * </pre>
 *
 * <p>Thread: blocks; one at a time.
 */
final class LostNote {
    static final String NAME = "lost-files";
    private static final String VERSION_KEY = "version";
    private static final int VERSION = 1;
    /** The file is read up to a bound. */
    private static final int MOST = 200;

    private LostNote() {}

    /** What was found now and what a process before had found and could not tell. */
    static List<LostPartition> add(Disk disk, Path directory, List<LostPartition> found) throws IOException {
        Path file = directory.resolve(NAME);
        PropertiesText text = PropertiesText.read(disk, file);
        if (text == null && found.isEmpty()) return found;
        Map<TopicPartitionId, String> all = new LinkedHashMap<>();
        if (text != null) {
            text.refuseNewerThan(VERSION, file);
            new TreeMap<>(text.all()).forEach((folder, what) -> {
                TopicPartitionId id = TopicPartitionId.ofFolder(folder);
                if (id != null) all.put(id, what);
            });
        }
        found.forEach(lost -> all.put(lost.id(), lost.what()));
        return all.entrySet().stream()
                .map(one -> new LostPartition(one.getKey(), one.getValue()))
                .toList();
    }

    /** Durable when it returns. */
    static void write(Disk disk, Path directory, List<LostPartition> lost) throws IOException {
        StringBuilder text = new StringBuilder(VERSION_KEY + "=" + VERSION + "\n");
        lost.stream().limit(MOST).forEach(one -> text.append(one.id().folderName())
                .append('=')
                .append(one.what())
                .append('\n'));
        AtomicFile.write(disk, directory.resolve(NAME), text.toString());
    }

    /** The cluster knows of it. */
    static void remove(Disk disk, Path directory) throws IOException {
        Path file = directory.resolve(NAME);
        if (!disk.exists(file)) return;
        disk.delete(file);
        disk.syncDirectory(directory);
    }
}
