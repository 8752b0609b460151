package io.millrace.log.segment;

import io.millrace.log.disk.Disk;
import io.millrace.log.io.LaneTask;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes segments out of a log's folder: renamed at once, so that a restart does not find them, removed after
 * {@code file.delete.delay.ms}. A restart removes what was still waiting. Each name is on its own: after a loss of power
 * any of them may be there again, so that a log start above them must be durable first.
 *
 * <p>Thread: as {@link LaneTask}.
 */
final class DeleteSegmentsTask extends LaneTask {
    static final String[] SUFFIXES = {SegmentNames.LOG, SegmentNames.INDEX, SegmentNames.SNAPSHOT};
    private static final String EMPTIED = ".emptied" + SegmentNames.DELETED;

    private final SegmentedLog log;
    private final List<Segment> segments;
    /** The segment that carries on; made first if it has no file, because its name is the log's end. Null for none. */
    private final Segment successor;

    private final long delayMs;
    private final int timesEmptied;
    private boolean successorUnsynced;

    DeleteSegmentsTask(SegmentedLog log, List<Segment> segments, Segment successor) {
        super(log.lane());
        this.log = log;
        this.segments = segments;
        this.successor = successor;
        this.delayMs = log.config.fileDeleteDelayMs();
        this.timesEmptied = log.timesEmptied;
    }

    @Override
    protected void onWriter() {
        PatientStep.run(log.services, "removal of segments of " + log.id, this::setAside);
    }

    /** The last one stays until its successor has a file: the others may make the room that this takes. Thread: the writer. */
    void setAside() throws IOException {
        if (log.timesEmptied != timesEmptied) return;
        List<Path> waiting = new ArrayList<>();
        try {
            for (int i = 0; i < segments.size(); i++) {
                if (i == segments.size() - 1) makeSuccessor();
                setAside(segments.get(i), nameFor(i), waiting);
            }
        } finally {
            later(log, waiting, delayMs, () -> removeWhenTold(waiting));
        }
    }

    private void makeSuccessor() throws IOException {
        if (successor == null || successor.target.exists() && !successorUnsynced) return;
        successorUnsynced = true;
        log.services.openFiles().create(successor.target);
        log.services.disk().syncDirectory(log.folder.path());
        successorUnsynced = false;
    }

    /**
     * The segment in the middle of which the start lies that is written down takes that one's name: else it would look as if it
     * ended below the start, and tell of nothing ({@link SetAside#reach}).
     */
    private long nameFor(int i) {
        long base = segments.get(i).baseOffset;
        if (successor == null) return base;
        long end = i + 1 < segments.size() ? segments.get(i + 1).baseOffset : successor.baseOffset;
        long told = log.services.checkpoints().logStart(log.id);
        return told > base && told < end ? told : base;
    }

    private void setAside(Segment segment, long name, List<Path> waiting) throws IOException {
        log.services.openFiles().forget(segment.target);
        log.services.indexes().forget(segment.target);
        lane().noteGone(segment.target);
        for (String suffix : SUFFIXES) {
            Path aside = log.folder.file(name, suffix + SegmentNames.DELETED);
            setAside(log.services.disk(), log.folder.file(segment.baseOffset, suffix), aside, waiting);
        }
    }

    /**
     * Whatever segments there are, and what was waiting: under names that tell nothing of the content to come
     * ({@link SetAside#reach}). Thread: the writer.
     */
    static void setAllAside(SegmentedLog log) throws IOException {
        Disk disk = log.services.disk();
        List<Path> waiting = new ArrayList<>();
        for (Path file : disk.list(log.folder.path())) {
            for (String suffix : SUFFIXES) {
                if (SegmentNames.baseOffset(file, suffix) < 0
                        && SegmentNames.baseOffset(file, suffix + SegmentNames.DELETED) < 0) continue;
                setAside(disk, file, file.resolveSibling(file.getFileName() + EMPTIED), waiting);
            }
        }
        later(log, waiting, log.config.fileDeleteDelayMs(), () -> remove(log.services, waiting));
    }

    /**
     * The disk may have been too full for the new start when it was to be written down. Until here the names that were set
     * aside told of it, and what is removed makes room.
     */
    private void removeWhenTold(List<Path> waiting) {
        if (successor == null || isTold()) {
            remove(log.services, waiting);
            return;
        }
        if (log.services.health().isOffline()) return;
        try {
            Path sign = StartSign.keep(log.services.disk(), waiting);
            log.services.io().sync(() -> sayAgain(sign));
        } catch (IOException e) {
            log.services.health().failed("removal of deleted segments", e);
        }
    }

    private boolean isTold() {
        return log.services.checkpoints().logStart(log.id) >= successor.baseOffset;
    }

    /** Without room for it the sign stays, for the next start. */
    private void sayAgain(Path sign) {
        log.services
                .checkpoints()
                .commitLogStart(log.id, successor.baseOffset, () -> log.timesEmptied == timesEmptied, () -> {
                    if (sign != null && isTold()) remove(log.services, List.of(sign));
                });
    }

    private static void later(SegmentedLog log, List<Path> waiting, long delayMs, Runnable removal) {
        if (!waiting.isEmpty()) log.services.writer().later(delayMs, removal);
    }

    private static void setAside(Disk disk, Path file, Path aside, List<Path> waiting) throws IOException {
        try {
            disk.rename(file, aside);
            waiting.add(aside);
        } catch (NoSuchFileException e) {
            // Never written, or removed by hand.
        }
    }

    static void remove(LogServices services, List<Path> files) {
        if (services.health().isOffline()) return;
        try {
            for (Path file : files) services.disk().delete(file);
        } catch (IOException e) {
            services.health().failed("removal of deleted segments", e);
        }
    }
}
