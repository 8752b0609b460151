package io.millrace.log.store;

import io.millrace.log.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.UUID;

/**
 * The {@code meta.properties} file: whose log directory this is. Text, one {@code key=value} per line:
 *
 * <pre>
 *   version=1
 *   cluster.id=...     absent until the cluster is formed
 *   node.id=1
 *   directory.id=00000000-0000-0000-0000-000000000000
 * </pre>
 *
 * Written beside and renamed, so that a crash leaves the old or the new one. Thread: any (immutable).
 *
 * @param clusterId null until the cluster is formed
 */
record MetaProperties(String clusterId, int nodeId, UUID directoryId) {
    static final String NAME = "meta.properties";
    private static final String VERSION = "1";

    /** Null when there is no such file. */
    static MetaProperties read(Disk disk, Path directory) throws IOException, LogDirectoryException {
        Path path = directory.resolve(NAME);
        PropertiesText text = PropertiesText.read(disk, path);
        if (text == null) return null;
        text.refuseNewerThan(Integer.parseInt(VERSION), path);
        if (!VERSION.equals(text.get("version"))) {
            throw new LogDirectoryException(
                    path + " has version " + text.get("version") + ", expected " + VERSION + ".");
        }
        try {
            return new MetaProperties(
                    text.get("cluster.id"),
                    Integer.parseInt(text.require("node.id")),
                    UUID.fromString(text.require("directory.id")));
        } catch (IllegalArgumentException e) {
            throw new LogDirectoryException(path + " is damaged: " + e.getMessage() + ".", e);
        }
    }

    void write(Disk disk, Path directory) throws IOException {
        StringBuilder text = new StringBuilder("version=").append(VERSION).append('\n');
        if (clusterId != null) text.append("cluster.id=").append(clusterId).append('\n');
        text.append("node.id=").append(nodeId).append('\n');
        text.append("directory.id=").append(directoryId).append('\n');
        AtomicFile.write(disk, directory.resolve(NAME), text.toString());
    }

    /** By hand: a record's own are put together from method handles, which the start would be the first to need. */
    @Override
    public boolean equals(Object other) {
        return other instanceof MetaProperties that
                && nodeId == that.nodeId
                && Objects.equals(clusterId, that.clusterId)
                && directoryId.equals(that.directoryId);
    }

    @Override
    public int hashCode() {
        return 31 * directoryId.hashCode() + nodeId;
    }
}
