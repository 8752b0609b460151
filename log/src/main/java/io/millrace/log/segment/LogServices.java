package io.millrace.log.segment;

import io.millrace.log.disk.Disk;
import io.millrace.log.io.CheckpointPace;
import io.millrace.log.io.DirectoryHealth;
import io.millrace.log.io.DirectoryIo;
import io.millrace.log.io.DirectoryWriter;
import io.millrace.log.io.OpenFiles;
import io.millrace.log.io.Syncer;
import java.nio.file.Path;

/**
 * What the logs of one directory share. Thread: any (immutable; each part says its own).
 *
 * @param folderSuffix what the names of their folders end with: nothing, unless they are on their way into the directory
 * @param producerExpirationMs how long a producer that sends nothing is remembered
 */
public record LogServices(
        Path root,
        String folderSuffix,
        Disk disk,
        DirectoryIo io,
        OpenFiles openFiles,
        DirectoryWriter writer,
        Syncer syncer,
        DirectoryHealth health,
        CheckpointPace pace,
        SegmentIndexes indexes,
        Checkpoints checkpoints,
        LogRegistry registry,
        long producerExpirationMs) {

    /** The same for logs whose folders have another name. */
    public LogServices withFolderSuffix(String suffix) {
        return new LogServices(
                root,
                suffix,
                disk,
                io,
                openFiles,
                writer,
                syncer,
                health,
                pace,
                indexes,
                checkpoints,
                registry,
                producerExpirationMs);
    }
}
