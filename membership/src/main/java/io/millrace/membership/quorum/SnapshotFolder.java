package io.millrace.membership.quorum;

import io.millrace.log.disk.Disk;
import io.millrace.log.disk.DiskFile;
import io.millrace.log.disk.OpenMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The snapshots in the metadata folder: the newest, and the one before it in case the newest cannot be read.
 *
 * <p>A name appears only when its file is complete and synced (rule Q7); what a crash leaves of an unfinished one ends
 * in {@code .part} and is swept at start.
 *
 * <p>Thread: one at a time; blocks.
 */
final class SnapshotFolder {
    static final int KEPT = 2;
    private static final String PART = ".part";
    private static final Logger log = LoggerFactory.getLogger(SnapshotFolder.class);

    /** A snapshot that was read and found sound. */
    record Sound(LogPosition position, StoredSnapshot content) {}

    private final Disk disk;
    private final Path folder;

    SnapshotFolder(Disk disk, Path folder) {
        this.disk = disk;
        this.folder = folder;
    }

    /** The positions named in the folder, newest first. */
    List<LogPosition> list() throws IOException {
        List<LogPosition> found = new ArrayList<>();
        for (Path file : disk.list(folder)) {
            SnapshotFile.position(file.getFileName().toString()).ifPresent(found::add);
        }
        found.sort(Comparator.reverseOrder());
        return found;
    }

    /**
     * The newest sound one. A damaged one is moved out of the way, so that it is found by a person and not again.
     *
     * @throws FormationException when one is a newer build's; that stays where it is
     */
    Optional<Sound> loadNewest() throws IOException, FormationException {
        for (LogPosition position : list()) {
            Path file = path(position);
            Optional<StoredSnapshot> content = content(position, file);
            if (content.isPresent()) {
                return Optional.of(new Sound(position, content.get()));
            }
            log.error("snapshot {} is damaged, looking for an older one", file);
            disk.rename(file, file.resolveSibling(file.getFileName() + ".damaged"));
        }
        return Optional.empty();
    }

    private Optional<StoredSnapshot> content(LogPosition position, Path file) throws IOException, FormationException {
        try {
            return SnapshotFile.decode(position, readAll(file));
        } catch (MessageFormatException newer) {
            throw new FormationException(folder + ": " + newer.getMessage(), newer);
        }
    }

    void sweep() throws IOException {
        for (Path file : disk.list(folder)) {
            if (file.getFileName().toString().endsWith(PART)) {
                disk.delete(file);
            }
        }
    }

    void write(LogPosition snapshot, byte[] bytes) throws IOException {
        Path part = part(snapshot);
        try (DiskFile file = disk.open(part, OpenMode.CREATE)) {
            file.truncate(0);
            file.writeFully(ByteBuffer.wrap(bytes), 0);
        }
        publish(snapshot);
    }

    void writePart(LogPosition snapshot, long position, byte[] bytes) throws IOException {
        try (DiskFile file = disk.open(part(snapshot), OpenMode.CREATE)) {
            if (position == 0) {
                file.truncate(0);
            }
            file.writeFully(ByteBuffer.wrap(bytes), position);
        }
    }

    /** What has come of another node's snapshot, if it is whole and sound. */
    Optional<StoredSnapshot> checkPart(LogPosition snapshot) throws IOException {
        return SnapshotFile.decode(snapshot, readAll(part(snapshot)));
    }

    /** Sync, rename, sync the folder: then it counts. Older ones than the previous go. */
    void publish(LogPosition snapshot) throws IOException {
        try (DiskFile file = disk.open(part(snapshot), OpenMode.READ_WRITE)) {
            file.sync();
        }
        disk.rename(part(snapshot), path(snapshot));
        disk.syncDirectory(folder);
        List<LogPosition> all = list();
        for (LogPosition old : all.subList(Math.min(KEPT, all.size()), all.size())) {
            disk.delete(path(old));
        }
    }

    QuorumStore.SnapshotPart readPart(LogPosition snapshot, long position, int maxBytes) throws IOException {
        try (DiskFile file = disk.open(path(snapshot), OpenMode.READ)) {
            int length = (int) Math.max(0, Math.min(maxBytes, file.size() - position));
            ByteBuffer bytes = ByteBuffer.allocate(length);
            readFully(file, bytes, position);
            return new QuorumStore.SnapshotPart(file.size(), bytes.array());
        } catch (NoSuchFileException gone) {
            return new QuorumStore.SnapshotPart(-1, new byte[0]);
        }
    }

    private byte[] readAll(Path path) throws IOException {
        try (DiskFile file = disk.open(path, OpenMode.READ)) {
            ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(file.size()));
            readFully(file, bytes, 0);
            return bytes.array();
        }
    }

    private static void readFully(DiskFile file, ByteBuffer bytes, long position) throws IOException {
        while (bytes.hasRemaining()) {
            int read = file.read(bytes, position + bytes.position());
            if (read <= 0) {
                throw new IOException("a snapshot file became shorter while it was read");
            }
        }
    }

    private Path path(LogPosition snapshot) {
        return folder.resolve(SnapshotFile.name(snapshot));
    }

    private Path part(LogPosition snapshot) {
        return folder.resolve(SnapshotFile.name(snapshot) + PART);
    }
}
