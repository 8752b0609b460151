package io.millrace.membership.quorum;

import io.millrace.log.disk.Disk;
import io.millrace.log.store.LogDirectory;
import io.millrace.log.store.LogDirectoryException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The metadata folder in the first of a node's log directories, and the clusters that all of them belong to.
 *
 * <p>Thread: as {@link FormationStore}.
 */
public final class MetadataFolder implements FormationStore {
    private final Disk disk;
    private final List<LogDirectory> directories;
    private final Path folder;
    private final QuorumStateFile file;

    /** @param directories of one node, open; the first holds the metadata */
    public MetadataFolder(Disk disk, List<LogDirectory> directories) {
        this.disk = disk;
        this.directories = List.copyOf(directories);
        this.folder = directories.get(0).path().resolve(QuorumOpener.FOLDER);
        this.file = new QuorumStateFile(disk, folder);
    }

    @Override
    public Found read() throws IOException, FormationException {
        LogDirectory first = directories.get(0);
        Optional<NodePromises> promises = file.read();
        if (promises.isPresent() && promises.get().directoryId().equals(first.directoryId())) {
            // A crash may have left some unbound.
            bind(promises.get().clusterId());
        }
        return new Found(
                first.directoryId(),
                promises,
                directories.stream()
                        .flatMap(directory -> directory.clusterId().stream())
                        .findFirst(),
                first.clusterId().isPresent(),
                holdsPartitions(first) || holdsMetadata(),
                directories.stream().skip(1).anyMatch(MetadataFolder::holdsPartitions),
                file.path().toString());
    }

    private static boolean holdsPartitions(LogDirectory directory) {
        return directory.found().stream().anyMatch(id -> !id.folderName().equals(QuorumOpener.FOLDER));
    }

    private boolean holdsMetadata() throws IOException {
        return disk.exists(folder)
                && disk.list(folder).stream()
                        .map(path -> path.getFileName().toString())
                        .anyMatch(name -> name.endsWith(".log") || name.endsWith(SnapshotFile.SUFFIX));
    }

    @Override
    public void write(NodePromises promises) throws IOException, FormationException {
        file.write(promises);
        bind(promises.clusterId());
    }

    private void bind(String clusterId) throws FormationException {
        for (LogDirectory directory : directories) {
            try {
                directory.format(clusterId);
            } catch (LogDirectoryException otherCluster) {
                throw new FormationException(otherCluster.getMessage(), otherCluster);
            }
        }
    }
}
