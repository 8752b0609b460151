package io.millrace.log.segment;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out afterwards which record of a segment is the newest: of one that was cut, or is from before a restart. What
 * comes of it may be of no use any more, or nothing; whoever still misses it asks again when no reading is under way.
 *
 * <p>Thread: the owner's.
 */
final class SegmentSummaries {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentSummaries.class);

    private final SegmentedLog log;
    private int underWay;

    SegmentSummaries(SegmentedLog log) {
        this.log = log;
    }

    boolean isReading() {
        return underWay > 0;
    }

    /**
     * @param urgent on the sync pool when the other is full of reads; else it is not read now
     * @param known run when the segment has its summary, and not otherwise
     */
    void read(Segment segment, boolean urgent, Runnable known) {
        SegmentView view = segment.view();
        underWay++;
        try {
            if (log.services.io().read(() -> read(segment, view, known))) return;
            if (urgent) {
                log.services.io().sync(() -> read(segment, view, known));
            } else {
                underWay--;
            }
        } catch (VirtualMachineError noThread) {
            underWay--;
            LOG.warn("No read of {} now: {}", view.path(), noThread.toString());
        }
    }

    private void read(Segment segment, SegmentView view, Runnable known) {
        LoadedIndex summary = null;
        try {
            summary = log.services.indexes().of(view);
        } catch (NoSuchFileException gone) {
            // Retention has deleted it, or the log.
        } catch (IOException e) {
            log.services.health().failed("read of " + view.path(), e);
        } catch (RuntimeException | VirtualMachineError e) {
            LOG.warn("Read of {} failed, it is tried again later", view.path(), e);
        } finally {
            LoadedIndex found = summary;
            log.owner.execute(() -> ended(segment, view, found, known));
        }
    }

    private void ended(Segment segment, SegmentView view, LoadedIndex found, Runnable known) {
        underWay--;
        // A cut may be under way, or have been, which leaves something else to be read.
        if (found == null || log.busy || segment.summaryKnown || segment.writtenBytes != view.bytes()) return;
        segment.setSummary(found.maxTimestamp(), found.maxTimestampBatch());
        known.run();
    }
}
