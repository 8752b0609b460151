package io.millrace.log.segment;

import io.millrace.log.TopicPartitionId;
import io.millrace.log.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The files in a partition's folder that were waiting to be removed when the process stopped. They say that the log's
 * beginning was let go of by intent: on a disk that is too full to take the new log start retention goes ahead, since it makes
 * room, and nothing else tells of it.
 *
 * <p>Thread: the read pool; made for one recovery.
 */
final class SetAside {
    private final List<Path> files = new ArrayList<>();

    /** Takes a file whose name says that it was waiting. */
    void add(Path file) {
        files.add(file);
    }

    /** Whether a segment of the log that began at {@code logStart}, before the one at {@code first}, is among them. */
    boolean reach(long logStart, long first) {
        for (Path file : files) {
            String name = file.getFileName().toString();
            Path segment = file.resolveSibling(name.substring(0, name.length() - SegmentNames.DELETED.length()));
            long base = SegmentNames.baseOffset(segment, SegmentNames.LOG);
            if (base >= Math.max(0, logStart) && base < first) return true;
        }
        return false;
    }

    /**
     * Removes them; the new start is written down first when they were all that told of it, or as soon as they have made room
     * for it.
     */
    void remove(LogServices services, TopicPartitionId id, LogContent content, long logStart) throws IOException {
        if (content.logStart > logStart && reach(logStart, content.logStart)) {
            services.checkpoints().commitLogStart(id, content.logStart, () -> true, () -> {
                try {
                    remove(services.disk());
                    if (services.checkpoints().logStart(id) < content.logStart) {
                        services.checkpoints().commitLogStart(id, content.logStart, () -> true, null);
                    }
                } catch (IOException e) {
                    services.health().failed("removal of deleted segments", e);
                }
            });
        } else {
            remove(services.disk());
        }
    }

    private void remove(Disk disk) throws IOException {
        for (Path file : files) disk.delete(file);
    }
}
