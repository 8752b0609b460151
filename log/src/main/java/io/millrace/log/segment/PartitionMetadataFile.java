package io.millrace.log.segment;

import io.millrace.log.TopicPartitionId;
import io.millrace.log.disk.Disk;
import io.millrace.log.disk.DiskFile;
import io.millrace.log.disk.OpenMode;
import io.millrace.log.io.FileRef;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.UUID;

/**
 * The {@code partition.metadata} file of a partition's folder: which topic of that name it belongs to.
 *
 * <pre>
 *   version: 1
 *   topic.id: 00000000-0000-0000-0000-000000000000
 * </pre>
 *
 * Thread: any (no state of its own).
 */
public final class PartitionMetadataFile extends FileRef {
    public static final String NAME = "partition.metadata";
    private static final String VERSION_LINE = "version: 1";
    private static final String ID_PREFIX = "topic.id: ";
    private static final int MAX_BYTES = 1024;

    private final PartitionFolder folder;

    PartitionMetadataFile(PartitionFolder folder) {
        this.folder = folder;
    }

    @Override
    public Path path() {
        return folder.path().resolve(NAME);
    }

    static void write(Disk disk, Path folder, TopicPartitionId id) throws IOException {
        disk.createDirectories(folder);
        String text = VERSION_LINE + "\n" + ID_PREFIX + id.topicId() + "\n";
        try (DiskFile file = disk.open(folder.resolve(NAME), OpenMode.CREATE)) {
            file.truncate(0);
            file.writeFully(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), 0);
        }
    }

    /** Whether the folder belongs to another topic of the same name. */
    static boolean isOfAnother(Disk disk, Path folder, TopicPartitionId id) throws IOException {
        UUID there = read(disk, folder);
        return there != null && !there.equals(id.topicId());
    }

    /** Null when the file is missing or says nothing that can be used. */
    public static UUID read(Disk disk, Path folder) throws IOException {
        Path path = folder.resolve(NAME);
        if (!disk.exists(path)) return null;
        ByteBuffer in = ByteBuffer.allocate(MAX_BYTES);
        try (DiskFile file = disk.open(path, OpenMode.READ)) {
            while (in.hasRemaining() && file.read(in, in.position()) > 0) {
                // until the end of the file
            }
        }
        String[] lines = new String(in.array(), 0, in.position(), StandardCharsets.UTF_8).split("\n");
        if (lines.length < 2 || !lines[0].equals(VERSION_LINE) || !lines[1].startsWith(ID_PREFIX)) return null;
        String text = lines[1].substring(ID_PREFIX.length()).trim();
        try {
            UUID id = UUID.fromString(text);
            // The JDK also takes an id that is cut short, for another one.
            return id.toString().equals(text) ? id : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
