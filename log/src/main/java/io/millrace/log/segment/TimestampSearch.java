package io.millrace.log.segment;

import io.millrace.log.SegmentFile;
import io.millrace.log.TimestampOutcome;
import io.millrace.log.batch.BatchException;
import io.millrace.log.batch.RecordCursor;
import io.millrace.log.compress.CodecMissingException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.function.Consumer;

/**
 * Finds records by timestamp, exactly: the indexes tell from where to walk headers, the headers tell the batch, the batch
 * is unpacked (within {@code max.decompressed.message.bytes}) to find the record.
 *
 * <p>Thread: started on the owner, works on the read pool.
 */
final class TimestampSearch {
    private final SegmentedLog log;
    private final List<SegmentView> segments;
    private final long fromOffset;
    private final long limitExclusive;
    private final int maxRecordBytes;

    private TimestampSearch(SegmentedLog log, long limitExclusive) {
        this.log = log;
        this.segments = log.segments.viewsFrom(Math.max(0, log.segments.floorIndex(log.logStart)));
        this.fromOffset = log.logStart;
        this.limitExclusive = Math.min(limitExclusive, log.written);
        this.maxRecordBytes = log.config.maxDecompressedMessageBytes();
    }

    static void start(SegmentedLog log, long timestamp, long limitExclusive, Consumer<TimestampOutcome> found) {
        TimestampSearch search = new TimestampSearch(log, limitExclusive);
        search.run(() -> search.find(timestamp), found);
    }

    static void startMax(SegmentedLog log, long limitExclusive, Consumer<TimestampOutcome> found) {
        TimestampSearch search = new TimestampSearch(log, limitExclusive);
        search.run(search::findMax, found);
    }

    /** A search on the pool. */
    private interface Body {
        TimestampOutcome run() throws IOException;
    }

    private void run(Body body, Consumer<TimestampOutcome> found) {
        boolean accepted = log.services.io().read(() -> {
            TimestampOutcome outcome = outcomeOf(body);
            log.owner.execute(() -> found.accept(outcome));
        });
        if (!accepted) {
            log.owner.execute(
                    () -> found.accept(new TimestampOutcome.Failed("too many reads are waiting for the disk")));
        }
    }

    private TimestampOutcome outcomeOf(Body body) {
        try {
            return body.run();
        } catch (NoSuchFileException e) {
            return new TimestampOutcome.Failed("a segment was deleted meanwhile");
        } catch (DamagedSegmentException e) {
            return new TimestampOutcome.Failed(e.getMessage());
        } catch (IOException e) {
            log.services.health().failed("read of log " + log.id, e);
            return new TimestampOutcome.Failed(e.toString());
        } catch (BatchException | CodecMissingException e) {
            return new TimestampOutcome.Failed(e.getMessage());
        } catch (VirtualMachineError e) {
            return new TimestampOutcome.Failed(e.toString());
        }
    }

    private TimestampOutcome find(long timestamp) throws IOException {
        for (SegmentView segment : segments) {
            if (segment.baseOffset() >= limitExclusive) break;
            if (segment.summaryKnown() && segment.maxTimestamp() < timestamp) continue;
            LoadedIndex loaded = log.services.indexes().of(segment);
            if (loaded.maxTimestamp() < timestamp) continue;
            SparseIndex index = loaded.index();
            TimestampOutcome found = findIn(segment, index.position(index.floorTimestamp(timestamp)), timestamp);
            if (found != null) return found;
        }
        return TimestampOutcome.NotFound.INSTANCE;
    }

    private TimestampOutcome findIn(SegmentView segment, long from, long timestamp) throws IOException {
        SegmentFile file = log.services.openFiles().acquireForRead(segment.file());
        try {
            HeaderWalk walk = new HeaderWalk(file, from, segment.bytes());
            while (walk.next() && walk.baseOffset() < limitExclusive) {
                if (walk.maxTimestamp() < timestamp || walk.nextOffset() <= fromOffset) continue;
                TimestampOutcome found = findInBatch(file, walk, timestamp);
                if (found != null) return found;
            }
            return null;
        } finally {
            file.release();
        }
    }

    private TimestampOutcome findInBatch(SegmentFile file, HeaderWalk walk, long timestamp) throws IOException {
        int epoch = walk.leaderEpoch();
        ByteBuffer batch = WholeBatch.read(file, walk.position(), walk.sizeBytes());
        try (RecordCursor cursor = RecordCursor.skim(batch, 0, maxRecordBytes)) {
            while (cursor.next()) {
                if (cursor.offset() >= limitExclusive) return null;
                if (cursor.timestamp() >= timestamp && cursor.offset() >= fromOffset) {
                    return new TimestampOutcome.Found(cursor.offset(), cursor.timestamp(), epoch);
                }
            }
        }
        return null;
    }

    private TimestampOutcome findMax() throws IOException {
        SegmentView best = null;
        long bestTimestamp = Segment.NONE;
        long bestBatch = Segment.NONE;
        for (SegmentView segment : segments) {
            if (segment.baseOffset() >= limitExclusive) break;
            Candidate candidate = candidateOf(segment);
            if (candidate.timestamp > bestTimestamp) {
                best = segment;
                bestTimestamp = candidate.timestamp;
                bestBatch = candidate.batch;
            }
        }
        return best == null ? TimestampOutcome.NotFound.INSTANCE : recordWith(best, bestTimestamp, bestBatch);
    }

    /** The first batch of the segment with its largest timestamp, within the bounds. */
    private Candidate candidateOf(SegmentView segment) throws IOException {
        boolean whole = segment.baseOffset() >= fromOffset && segment.endOffset() <= limitExclusive;
        if (whole && segment.summaryKnown()) {
            return new Candidate(segment.maxTimestamp(), segment.maxTimestampBatch());
        }
        if (whole) {
            LoadedIndex loaded = log.services.indexes().of(segment);
            return new Candidate(loaded.maxTimestamp(), loaded.maxTimestampBatch());
        }
        SegmentFile file = log.services.openFiles().acquireForRead(segment.file());
        try {
            long max = Segment.NONE;
            long batch = Segment.NONE;
            HeaderWalk walk = new HeaderWalk(file, 0, segment.bytes());
            while (walk.next() && walk.nextOffset() <= limitExclusive) {
                if (walk.nextOffset() > fromOffset && walk.maxTimestamp() > max) {
                    max = walk.maxTimestamp();
                    batch = walk.baseOffset();
                }
            }
            return new Candidate(max, batch);
        } finally {
            file.release();
        }
    }

    private TimestampOutcome recordWith(SegmentView segment, long timestamp, long batch) throws IOException {
        SegmentFile file = log.services.openFiles().acquireForRead(segment.file());
        try {
            SparseIndex index = log.services.indexes().of(segment).index();
            HeaderWalk walk =
                    new HeaderWalk(file, index.position(Math.max(0, index.floorOffset(batch))), segment.bytes());
            while (walk.next()) {
                if (walk.baseOffset() < batch) continue;
                TimestampOutcome found = findInBatch(file, walk, timestamp);
                return found == null ? TimestampOutcome.NotFound.INSTANCE : found;
            }
            throw new DamagedSegmentException("no batch " + batch + " in " + segment.path());
        } finally {
            file.release();
        }
    }

    private record Candidate(long timestamp, long batch) {}
}
