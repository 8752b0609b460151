package io.millrace.log.store;

import io.millrace.log.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The {@code directories} file in the first log directory of a node: which others it has, so that a disk which is not
 * mounted is not taken for a new one.
 *
 * <pre>
 *   version=1
 *   00000000-0000-0000-0000-000000000000=path
 * </pre>
 *
 * Thread: any (immutable).
 */
record KnownDirectories(Map<UUID, Path> paths) {
    static final String NAME = "directories";
    private static final String VERSION_KEY = "version";
    private static final String VERSION = "1";

    /** Knows none when there is no such file. */
    static KnownDirectories read(Disk disk, Path first) throws IOException, LogDirectoryException {
        Path file = first.resolve(NAME);
        PropertiesText text = PropertiesText.read(disk, file);
        Map<UUID, Path> paths = new TreeMap<>();
        if (text == null) return new KnownDirectories(paths);
        text.refuseNewerThan(Integer.parseInt(VERSION), file);
        if (!VERSION.equals(text.get(VERSION_KEY))) {
            throw new LogDirectoryException(
                    file + " has version " + text.get(VERSION_KEY) + ", expected " + VERSION + ".");
        }
        try {
            text.all().forEach((key, value) -> {
                if (!key.equals(VERSION_KEY)) paths.put(UUID.fromString(key), Path.of(value));
            });
        } catch (IllegalArgumentException e) {
            throw new LogDirectoryException(file + " is damaged: " + e.getMessage() + ".", e);
        }
        return new KnownDirectories(paths);
    }

    void write(Disk disk, Path first) throws IOException {
        StringBuilder text = new StringBuilder(VERSION_KEY + "=" + VERSION + "\n");
        paths.forEach((id, path) -> text.append(id).append('=').append(path).append('\n'));
        AtomicFile.write(disk, first.resolve(NAME), text.toString());
    }

    /** The directory that was last seen under a path; null for none. */
    UUID at(Path path) {
        return paths.entrySet().stream()
                .filter(known -> known.getValue().equals(path))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(null);
    }
}
