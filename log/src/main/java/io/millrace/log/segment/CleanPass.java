package io.millrace.log.segment;

import io.millrace.log.CompactionBench;
import io.millrace.log.CompactionOutcome;
import io.millrace.log.SegmentFile;
import io.millrace.log.batch.BatchException;
import io.millrace.log.batch.BatchHeader;
import io.millrace.log.batch.RecordCursor;
import io.millrace.log.compact.BatchRetention;
import io.millrace.log.compact.OffsetMap;
import io.millrace.log.compact.SegmentFacts;
import io.millrace.log.compact.SegmentGroups;
import io.millrace.log.compact.TransactionTrail;
import io.millrace.log.compress.CodecMissingException;
import io.millrace.log.disk.DiskFullException;
import io.millrace.log.disk.NoFreeFilesException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One pass over one log: reads the dirty part and notes each key's last offset, then writes everything up to there anew,
 * group by group, without what is superseded. Memory is the table of keys, two buffers and the batch in hand.
 *
 * <p>Thread: one of the bench's, from the first line to the last; what is written goes to the owner.
 */
final class CleanPass {
    /** The pass is not wanted any more, or cannot go on now. */
    static final class Stopped extends RuntimeException {
        Stopped(String why) {
            super(why, null, false, false);
        }
    }

    private final SegmentedLog log;
    private final LogCompaction compaction;
    private final CompactionBench bench;
    private final CleaningPlan plan;
    private final BatchReader reader;
    private final ByteBuffer out;
    private long bytesRead;
    private long bytesWritten;
    private OffsetMap map;

    CleanPass(SegmentedLog log, LogCompaction compaction, CompactionBench bench, CleaningPlan plan) {
        this.log = log;
        this.compaction = compaction;
        this.bench = bench;
        this.plan = plan;
        this.reader = new BatchReader(bench.bufferBytes(), this::read);
        this.out = ByteBuffer.allocate(Math.max(bench.bufferBytes(), BatchHeader.SIZE_BYTES));
    }

    void run() {
        long start = bench.nanoTime();
        CompactionOutcome outcome;
        long cleanedTo = CleanedMark.NONE;
        try {
            long keys = plan.end() - plan.firstDirty();
            map = new OffsetMap(bench.newHash(), keys, bench.mapBytes(), bench.mapLoadFactor());
            takeInKeys();
            cleanedTo = Math.min(map.latestOffset() + 1, plan.end());
            BatchRetention retention = writeAnew(cleanedTo);
            outcome = new CompactionOutcome.Done(
                    bytesRead,
                    bytesWritten,
                    retention.recordsSeen(),
                    retention.recordsKept(),
                    map.utilization(),
                    bench.nanoTime() - start);
        } catch (Stopped | NoSuchFileException e) {
            outcome = new CompactionOutcome.Postponed(String.valueOf(e.getMessage()));
        } catch (DiskFullException | NoFreeFilesException e) {
            outcome = new CompactionOutcome.Postponed(e.toString());
        } catch (DamagedSegmentException | BatchException | CodecMissingException e) {
            outcome = new CompactionOutcome.Impossible(e.getMessage());
        } catch (IOException e) {
            log.services.health().failed("compaction of " + log.id, e);
            outcome = new CompactionOutcome.Postponed(e.toString());
        } catch (RuntimeException e) {
            // A bug: this log is left as it is, and others go on.
            outcome = new CompactionOutcome.Impossible(e.toString());
        }
        CompactionOutcome came = outcome;
        long reached = cleanedTo;
        log.owner.execute(() -> compaction.finished(came, reached));
    }

    private void takeInKeys() throws IOException {
        TransactionTrail trail = new TransactionTrail(plan.aborted());
        for (SegmentView segment : plan.views()) {
            if (segment.endOffset() <= plan.firstDirty()) continue;
            SegmentFile file = log.services.openFiles().acquireForRead(segment.file());
            try {
                reader.open(segment, file);
                while (reader.next()) {
                    if (!takeIn(reader.bytes(), reader.index(), trail)) return;
                }
            } finally {
                file.release();
            }
            map.reached(segment.endOffset() - 1);
        }
    }

    /** @return false when the table is full */
    private boolean takeIn(ByteBuffer b, int at, TransactionTrail trail) {
        boolean superfluous = trail.isSuperfluous(b, at);
        long next = BatchHeader.nextOffset(b, at);
        if (next <= plan.firstDirty()) return true;
        if (!superfluous && !BatchHeader.isControl(b, at)) {
            int most = plan.config().maxDecompressedMessageBytes();
            try (RecordCursor cursor = RecordCursor.read(b, at, most)) {
                while (cursor.next()) {
                    if (!cursor.hasKey() || cursor.offset() < plan.firstDirty()) continue;
                    if (map.isFull()) return false;
                    map.put(cursor.key(), cursor.offset());
                }
            }
        }
        map.reached(next - 1);
        return true;
    }

    private BatchRetention writeAnew(long cleanedTo) throws IOException {
        TransactionTrail trail = new TransactionTrail(plan.aborted());
        BatchRetention retention = new BatchRetention(
                map,
                trail,
                plan.lastBatches(),
                offset -> Arrays.binarySearch(plan.epochStarts(), offset) >= 0,
                plan.config(),
                plan.nowMs());
        List<Segment> segments = new ArrayList<>();
        List<SegmentFacts> facts = new ArrayList<>();
        for (int i = 0; i < plan.segments().size(); i++) {
            SegmentView view = plan.views().get(i);
            if (view.baseOffset() >= cleanedTo) break;
            segments.add(plan.segments().get(i));
            facts.add(new SegmentFacts(view.baseOffset(), view.endOffset(), view.bytes(), 0, 0));
        }
        List<Integer> starts = SegmentGroups.starts(facts, plan.config().segmentBytes());
        for (int g = 0; g < starts.size(); g++) {
            int from = starts.get(g);
            int to = g + 1 < starts.size() ? starts.get(g + 1) : segments.size();
            int abortsBefore = trail.emptyAborts().size();
            write(List.copyOf(segments.subList(from, to)), from, retention, trail, abortsBefore);
        }
        return retention;
    }

    private void write(
            List<Segment> group, int first, BatchRetention retention, TransactionTrail trail, int abortsBefore)
            throws IOException {
        long base = plan.views().get(first).baseOffset();
        String name = SegmentNames.of(base, SegmentNames.LOG) + SegmentNames.CLEANED;
        Path path = log.folder.path().resolve(name);
        boolean handedOver = false;
        try (CleanedWriter writer = new CleanedWriter(log.services.disk(), path, base, out, this::wrote)) {
            boolean changed = group.size() > 1;
            for (int i = 0; i < group.size(); i++) {
                boolean last = i == group.size() - 1;
                changed |= copy(plan.views().get(first + i), last, retention, writer);
            }
            List<Long> empty = List.copyOf(trail.emptyAborts()
                    .subList(abortsBefore, trail.emptyAborts().size()));
            if (changed) {
                LoadedIndex index = writer.finish();
                CleanedGroup cleaned = new CleanedGroup(group, name, index, writer.firstTimestamp(), empty);
                handedOver = true;
                log.owner.execute(() -> compaction.accept(cleaned));
            } else if (!empty.isEmpty()) {
                log.owner.execute(() -> compaction.noteEmptyAborts(empty));
            }
        } finally {
            if (!handedOver) log.services.disk().delete(path);
        }
    }

    /** @return whether anything was left out or changed */
    private boolean copy(SegmentView segment, boolean lastOfGroup, BatchRetention retention, CleanedWriter writer)
            throws IOException {
        boolean changed = false;
        SegmentFile file = log.services.openFiles().acquireForRead(segment.file());
        try {
            reader.open(segment, file);
            while (reader.next()) {
                ByteBuffer b = reader.bytes();
                int at = reader.index();
                boolean ends = lastOfGroup && BatchHeader.nextOffset(b, at) == segment.endOffset();
                ByteBuffer stays = retention.apply(b, at, ends);
                changed |= stays != b;
                if (stays == null) continue;
                int index = stays == b ? at : 0;
                if ((long) writer.sizeBytes() + BatchHeader.sizeBytes(stays, index) > Integer.MAX_VALUE) {
                    throw new Stopped("a segment of " + log.id + " grows beyond what a file may have");
                }
                writer.add(stays, index);
            }
        } finally {
            file.release();
        }
        return changed;
    }

    private void read(long bytes) {
        bytesRead += bytes;
        moved(bytes);
    }

    private void wrote(long bytes) {
        bytesWritten += bytes;
        moved(bytes);
    }

    private void moved(long bytes) {
        if (compaction.isCancelled() || bench.isClosed()) throw new Stopped("not wanted any more");
        bench.moved(bytes);
    }
}
