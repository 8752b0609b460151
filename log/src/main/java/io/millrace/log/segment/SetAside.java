package io.millrace.log.segment;

import io.millrace.log.TopicPartitionId;
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
     * Removes them; the new start is written down first when they were all that told of it. Where there is no room for that one of
     * them stays until what the others took makes some.
     */
    void remove(LogServices services, TopicPartitionId id, LogContent content, long logStart) throws IOException {
        if (content.logStart <= logStart || !reach(logStart, content.logStart)) {
            for (Path file : files) services.disk().delete(file);
            return;
        }
        long start = content.logStart;
        say(services, id, start, () -> {
            StartSign.keep(services.disk(), files);
            say(services, id, start, () -> {});
        });
    }

    private interface Removal {
        void run() throws IOException;
    }

    /** Writes the start down, and then all of them go; or there is no room. */
    private void say(LogServices services, TopicPartitionId id, long start, Removal otherwise) {
        services.checkpoints().commitLogStart(id, start, () -> true, () -> {
            try {
                if (services.checkpoints().logStart(id) < start) {
                    otherwise.run();
                } else {
                    for (Path file : files) services.disk().delete(file);
                }
            } catch (IOException e) {
                services.health().failed("removal of deleted segments", e);
            }
        });
    }
}
