package io.millrace.log.segment;

import io.millrace.log.AppendError;
import io.millrace.log.AppendOrigin;
import io.millrace.log.AppendOutcome;
import io.millrace.log.AppendOutcome.Appended;
import io.millrace.log.AppendOutcome.Rejected;
import io.millrace.log.LogConfig;
import io.millrace.log.Payload;
import io.millrace.log.TimestampType;
import io.millrace.log.batch.BatchException;
import io.millrace.log.batch.BatchHeader;
import io.millrace.log.batch.BatchValidator;
import io.millrace.log.batch.Recompression;
import io.millrace.log.compress.CodecMissingException;
import io.millrace.log.compress.Compression;
import io.millrace.log.io.AppendTask;
import java.nio.ByteBuffer;

/**
 * Takes batches into a log: checks, gives them their offsets, notes them in memory, hands them to the writer; and settles
 * the books when the writer is back. What the writer could not write is taken back here, in every structure at once.
 *
 * <p>Thread: the owner's.
 */
final class LogAppender {
    private final SegmentedLog log;
    /** Counts failed writes: the writer drops what is queued behind one under the same number. And new beginnings. */
    private long generation;

    private int inFlight;
    private int roundBytes;
    private AppendError roundFailure;
    private long messagesSinceSync;

    LogAppender(SegmentedLog log) {
        this.log = log;
    }

    AppendOutcome append(Payload batch, AppendOrigin origin, int leaderEpoch, long nowMs) {
        Rejected refused = refusal();
        if (refused != null) return refused;
        ByteBuffer b = batch.bytes();
        refused = BatchValidator.check(log.id, b, log.config, origin, nowMs);
        if (refused != null) return refused;
        AppendOutcome known = log.producers.check(b, b.position(), origin, log.assigned, log.logStart);
        if (known != null) return known;
        Compression target = Recompression.target(log.config, b, b.position());
        if (target == null) return place(batch.retain(), b, leaderEpoch, nowMs);
        try {
            Payload packed = Recompression.recompress(b, b.position(), target, log.config);
            return place(packed, packed.bytes(), leaderEpoch, nowMs);
        } catch (BatchException e) {
            return Rejected.of(e.error(), e.getMessage());
        } catch (CodecMissingException e) {
            return Rejected.of(AppendError.UNSUPPORTED_COMPRESSION_TYPE, e.getMessage());
        }
    }

    /** Takes over one reference to the payload. */
    private AppendOutcome place(Payload payload, ByteBuffer b, int leaderEpoch, long nowMs) {
        int at = b.position();
        int size = b.remaining();
        Rejected busy = reserve(size);
        if (busy != null) {
            payload.release();
            return busy;
        }
        long base = log.assigned;
        long end = base + BatchHeader.lastOffsetDelta(b, at) + 1;
        boolean appendTime = log.config.timestampType() == TimestampType.LOG_APPEND_TIME;
        BatchHeader.place(b, at, base, leaderEpoch);
        if (appendTime) BatchHeader.stampLogAppendTime(b, at, nowMs);
        long timestamp = BatchHeader.maxTimestamp(b, at);
        Segment segment = segmentFor(size, end - 1, timestamp, nowMs);
        log.epochs.assign(leaderEpoch, base);
        log.addAborted(log.producers.appended(b, at, nowMs));
        long position = segment.sizeBytes;
        segment.append(base, end, size, timestamp, log.config.indexIntervalBytes());
        log.assigned = end;
        submit(new AppendTask(
                log.lane(), segment.target, payload, b, position, base, end, timestamp, base, generation));
        return new Appended(base, end - 1, appendTime ? nowMs : -1, log.logStart);
    }

    AppendOutcome appendReplicated(Payload batches, long nowMs, boolean gapsMayCome) {
        Rejected refused = refusal();
        if (refused != null) return refused;
        ByteBuffer b = batches.bytes();
        long expected = log.assigned;
        int epoch = log.epochs.epochAt(expected - 1);
        boolean gapsAllowed = gapsMayCome || log.compaction.mayHaveGaps();
        boolean gap = false;
        for (int at = b.position(); at < b.limit(); at += BatchHeader.sizeBytes(b, at)) {
            refused = BatchValidator.checkReplicated(log.id, b, at);
            if (refused != null) return refused;
            long base = BatchHeader.baseOffset(b, at);
            gap |= base > expected;
            if (gapsAllowed ? base < expected : base != expected) {
                return Rejected.of(
                        AppendError.OFFSET_GAP,
                        "Replicated batch at offset " + base + " of " + log.id + ", expected " + expected);
            }
            // It lies outside of the checksum, and recovery cuts a log where it falls.
            if (BatchHeader.leaderEpoch(b, at) < epoch) {
                return Rejected.of(
                        AppendError.CORRUPT_MESSAGE,
                        "Replicated batch at offset " + base + " of " + log.id + " has leader epoch "
                                + BatchHeader.leaderEpoch(b, at) + ", the one before it " + epoch);
            }
            epoch = BatchHeader.leaderEpoch(b, at);
            expected = BatchHeader.nextOffset(b, at);
        }
        if (b.remaining() == 0) return Rejected.of(AppendError.INVALID_RECORD, "No batches for " + log.id);
        refused = reserve(b.remaining());
        if (refused != null) return refused;
        if (gap) log.compaction.noteGaps(generation);
        return placeReplicated(batches.retain(), b, expected, nowMs);
    }

    private AppendOutcome placeReplicated(Payload payload, ByteBuffer b, long end, long nowMs) {
        long first = BatchHeader.baseOffset(b, b.position());
        Segment segment = segmentFor(b.remaining(), end - 1, BatchHeader.maxTimestamp(b, b.position()), nowMs);
        long position = segment.sizeBytes;
        long maxTimestamp = Segment.NONE;
        long maxBatch = Segment.NONE;
        long before = log.assigned;
        for (int at = b.position(); at < b.limit(); at += BatchHeader.sizeBytes(b, at)) {
            long base = BatchHeader.baseOffset(b, at);
            long timestamp = BatchHeader.newestRecord(b, at);
            log.epochs.assign(BatchHeader.leaderEpoch(b, at), base, before);
            before = BatchHeader.nextOffset(b, at);
            log.addAborted(log.producers.appended(b, at, nowMs));
            segment.append(
                    base,
                    BatchHeader.nextOffset(b, at),
                    BatchHeader.sizeBytes(b, at),
                    timestamp,
                    log.config.indexIntervalBytes());
            if (timestamp > maxTimestamp) {
                maxTimestamp = timestamp;
                maxBatch = base;
            }
        }
        log.assigned = end;
        submit(new AppendTask(
                log.lane(), segment.target, payload, b, position, first, end, maxTimestamp, maxBatch, generation));
        return new Appended(first, end - 1, -1, log.logStart);
    }

    private Rejected refusal() {
        AppendError error = log.refusal();
        if (error == AppendError.OFFLINE) return Rejected.of(error, "The log directory of " + log.id + " is offline");
        if (error != null) return Rejected.of(error, "The log of " + log.id + " is being truncated");
        return null;
    }

    private Rejected reserve(int bytes) {
        // While the disk is full one append at a time finds out whether it still is.
        if (inFlight > 0 && log.services.health().isDiskFull()) {
            return Rejected.of(AppendError.DISK_FULL, "No space left for " + log.id);
        }
        if (log.services.writer().tryReserve(bytes)) return null;
        return Rejected.of(AppendError.WRITER_BUSY, "Too many bytes are waiting for the disk of " + log.id);
    }

    private Segment segmentFor(int bytes, long lastOffset, long timestamp, long nowMs) {
        LogConfig config = log.config;
        Segment active = log.segments.active();
        if (active == null) {
            active = Segment.begin(log.folder, log.assigned, nowMs);
            log.segments.add(active);
        } else if (active.endsUnsynced
                || active.isFull(bytes, lastOffset, config.segmentBytes(), config.segmentIndexBytes())
                || active.isOld(timestamp, nowMs, rollMs(active))) {
            active = roll(nowMs);
        }
        return active;
    }

    /**
     * {@code segment.ms} less a jitter that is fixed for the segment, so that not all logs roll at once. KAFKA: a log that
     * must be compacted in time rolls in time, because only what is sealed can be compacted.
     */
    private long rollMs(Segment segment) {
        LogConfig config = log.config;
        long rollMs = config.compact() ? Math.min(config.segmentMs(), config.maxCompactionLagMs()) : config.segmentMs();
        long jitter = Math.min(config.segmentJitterMs(), rollMs);
        if (jitter <= 0) return rollMs;
        long mixed = (log.id.hashCode() * 31L + segment.baseOffset) * 0x9E3779B97F4A7C15L;
        return rollMs - Long.remainderUnsigned(mixed, jitter);
    }

    Segment roll(long nowMs) {
        log.submit(new SealTask(log, log.segments.active(), generation));
        Segment next = Segment.begin(log.folder, log.assigned, nowMs);
        log.segments.add(next);
        return next;
    }

    private void submit(AppendTask task) {
        inFlight++;
        log.submit(task);
    }

    void completed(AppendTask task) {
        inFlight--;
        if (task.failure() == null) {
            wrote(task);
            return;
        }
        task.payload().release();
        if (task.generation() != generation) return;
        generation++;
        roundFailure = task.failure();
        takeBackUnwritten();
    }

    private void wrote(AppendTask task) {
        if (task.endOffset() > log.assigned || task.generation() != generation) {
            // Cut off by a truncation that came after it.
            task.payload().release();
            return;
        }
        log.written = task.endOffset();
        Segment segment = log.segments.floor(task.baseOffset());
        segment.written(task);
        log.tail().add(task.payload(), task.baseOffset(), task.endOffset());
        roundBytes += task.sizeBytes();
        messagesSinceSync += task.endOffset() - task.baseOffset();
    }

    /** Everything that is not written goes, in every structure: one epoch must never have two histories. */
    private void takeBackUnwritten() {
        Segments segments = log.segments;
        while (segments.count() > 1 && segments.active().baseOffset >= log.written) {
            Segment dropped = segments.removeLast();
            log.submit(new DropFileTask(log, dropped));
        }
        if (!segments.isEmpty()) segments.active().cutBackToWritten(log.written);
        log.assigned = log.written;
        // An epoch that was to start exactly here has lost nothing.
        log.epochs.truncateFromEnd(log.written + 1);
        if (log.aborted != null) log.aborted.truncateTo(log.written);
        // After a truncation they are rebuilt from the log anyway.
        if (!log.busy && !log.producers.undoTo(log.written)) {
            throw new IllegalStateException("producers of " + log.id + " cannot go back to " + log.written);
        }
    }

    /** Listeners may append from inside their call, so that nothing here is touched after it. */
    void roundCompleted() {
        int bytes = roundBytes;
        AppendError failure = roundFailure;
        roundBytes = 0;
        roundFailure = null;
        // First: what a listener appends from its next call has the offsets of those that failed.
        if (failure != null) log.listener.onAppendsFailed(log.written, failure);
        if (bytes > 0) {
            log.producers.settled(log.written, log.highWatermark);
            if (messagesSinceSync >= log.config.flushMessages() && !log.config.syncsBeforeAck()) {
                messagesSinceSync = 0;
                log.checkpointing().requestSync();
            }
            log.listener.onWritten(log.written, bytes);
            log.checkpointing().settle();
        }
    }

    long generation() {
        return generation;
    }

    /** The log begins anew elsewhere: what is on its way to the file is no part of it, wherever it would end. */
    void disown() {
        generation++;
    }
}
