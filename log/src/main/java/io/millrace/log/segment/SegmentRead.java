package io.millrace.log.segment;

import io.millrace.log.ColdRead;
import io.millrace.log.FileSlice;
import io.millrace.log.Owner;
import io.millrace.log.ReadOutcome;
import io.millrace.log.SegmentFile;
import io.millrace.log.io.RecentBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A read of one segment's file, planned from memory.
 *
 * <p>Thread: made on the owner, {@link #load} on the read pool.
 */
final class SegmentRead implements ColdRead {
    /** Headers at both ends of a slice that took so long were on the disk, or may as well have been. */
    private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final SegmentedLog log;
    private final LogServices services;
    private final Owner owner;
    /** A log that was emptied since may have other files under the same names. */
    private final int timesEmptied;

    private final boolean gapsAllowed;

    private final SegmentView segment;
    /** Where offsets that are missing at the end of the segment go on; null for the last one. */
    private final SegmentView following;

    private final long offset;
    private final long limitExclusive;
    private final int maxBytes;
    private final boolean minOne;
    /** A batch boundary at or before the wanted batch, -1 when only the index file knows one. */
    private final long startPosition;
    /** The index in memory, for as much as it knows; null when only the index file does. */
    private final Jump jump;

    /** The read that answers a reader of the log: from the tail if it is there, else from a file, later. Thread: the owner's. */
    static ReadOutcome plan(SegmentedLog log, long offset, long limitExclusive, int maxBytes, boolean minOne) {
        if (offset < log.logStart || offset > log.written) return new ReadOutcome.OutOfRange(log.logStart, log.written);
        long limit = Math.min(limitExclusive, log.written);
        if (offset >= limit) return ReadOutcome.Empty.INSTANCE;
        if (log.tail != null && log.tail.holds(offset)) {
            ReadOutcome found = log.tail.read(offset, limit, maxBytes, minOne);
            return found == null ? ReadOutcome.Empty.INSTANCE : found;
        }
        int i = log.segments.floorIndex(offset);
        if (i < 0) return new ReadOutcome.OutOfRange(log.logStart, log.written);
        SegmentView following =
                i + 1 < log.segments.count() ? log.segments.get(i + 1).view() : null;
        return new ReadOutcome.FromDisk(
                new SegmentRead(log, log.segments.get(i), following, offset, limit, maxBytes, minOne));
    }

    SegmentRead(
            SegmentedLog log,
            Segment from,
            SegmentView following,
            long offset,
            long limitExclusive,
            int maxBytes,
            boolean minOne) {
        this.log = log;
        this.services = log.services;
        this.owner = log.owner;
        this.timesEmptied = log.timesEmptied;
        this.gapsAllowed = log.compaction.mayHaveGaps();
        this.segment = from.view();
        this.following = following;
        this.offset = offset;
        this.limitExclusive = limitExclusive;
        this.maxBytes = maxBytes;
        this.minOne = minOne;
        int entry = from.index == null ? -1 : from.index.floorOffset(offset);
        startPosition = entry < 0 ? -1 : from.index.position(entry);
        jump = entry < 0 ? null : jump(from.index, startPosition);
    }

    /** The last batch boundary of the index that is certainly within the size and the limit. */
    private Jump jump(SparseIndex index, long start) {
        int bySize = index.floorPosition(Math.min(start + maxBytes, segment.bytes()));
        int byOffset = index.floorOffset(limitExclusive);
        int entry = Math.min(bySize, byOffset);
        return entry < 0 ? null : new Jump(index.position(entry), index.offset(entry));
    }

    @Override
    public long offset() {
        return offset;
    }

    @Override
    public FileSlice load() throws IOException {
        FileSlice slice = load(segment);
        boolean elsewhere = slice.isEmpty() && slice.nextOffset() > offset && following != null;
        return elsewhere && following.baseOffset() < limitExclusive ? load(following) : slice;
    }

    private FileSlice load(SegmentView segment) throws IOException {
        SegmentFile file;
        try {
            file = services.openFiles().acquireForRead(segment.file());
        } catch (NoSuchFileException e) {
            return FileSlice.empty(offset);
        }
        boolean handedOut = false;
        try {
            // After the file is open: what has that name from now on does not matter.
            if (log.timesEmptied != timesEmptied) return FileSlice.empty(offset);
            FileSlice slice = find(segment, file);
            if (!slice.isEmpty()) makeResident(segment, slice);
            handedOut = !slice.isEmpty();
            return slice;
        } catch (NoSuchFileException e) {
            return FileSlice.empty(offset);
        } catch (DamagedSegmentException e) {
            services.health().safetyAlarm("offset " + offset + " cannot be read: " + e.getMessage());
            throw e;
        } catch (IOException e) {
            services.health().failed("read of " + segment.path(), e);
            throw e;
        } finally {
            if (!handedOut) file.release();
        }
    }

    private FileSlice find(SegmentView segment, SegmentFile file) throws IOException {
        long start = segment == this.segment ? startPosition : 0;
        Jump boundary = segment == this.segment ? jump : null;
        if (start < 0) {
            SparseIndex index = services.indexes().of(segment).index();
            start = index.position(Math.max(0, index.floorOffset(offset)));
            boundary = jump(index, start);
        }
        HeaderWalk walk = new HeaderWalk(file, start, segment.bytes());
        long reached = -1;
        do {
            if (!walk.next()) return endOfSegment(segment, walk, reached);
            reached = walk.nextOffset();
        } while (reached <= offset);
        long first = walk.position();
        if (walk.nextOffset() > limitExclusive || (walk.sizeBytes() > maxBytes && !minOne)) {
            return FileSlice.empty(offset);
        }
        long end = walk.nextPosition();
        long next = walk.nextOffset();
        if (boundary != null && boundary.position > end && boundary.position <= first + maxBytes) {
            end = boundary.position;
            next = boundary.offset;
            walk = new HeaderWalk(file, end, segment.bytes());
        }
        while (walk.next() && walk.nextPosition() <= first + maxBytes && walk.nextOffset() <= limitExclusive) {
            end = walk.nextPosition();
            next = walk.nextOffset();
        }
        return new FileSlice(file, first, (int) (end - first), next);
    }

    private void makeResident(SegmentView segment, FileSlice slice) throws IOException {
        RecentBytes recent = services.writer().recent();
        if (recent.holds(segment.file(), slice.position())) return;
        PageCache.load(slice.file(), slice.position(), slice.sizeBytes());
        recent.read(slice.sizeBytes());
    }

    @Override
    public FileSlice ready() {
        RecentBytes recent = services.writer().recent();
        if (jump == null || !recent.holds(segment.file(), startPosition)) return null;
        SegmentFile file = services.openFiles().acquireIfOpen(segment.file());
        if (file == null) return null;
        FileSlice found = null;
        try {
            long before = services.io().nanoTime();
            FileSlice slice = find(segment, file);
            if (services.io().nanoTime() - before > SLOW_NANOS) {
                recent.mistaken();
            } else if (!slice.isEmpty()) {
                found = slice;
            }
        } catch (IOException e) {
            // The pool meets it too, and says what it is.
            return null;
        } finally {
            if (found == null) file.release();
        }
        return found;
    }

    /** What is missing at the end goes on in the next segment; what is missing before that is damage. */
    private FileSlice endOfSegment(SegmentView segment, HeaderWalk walk, long reached) throws IOException {
        if (walk.position() < segment.bytes()) {
            throw new DamagedSegmentException("no batch at position " + walk.position() + " of " + segment.path());
        }
        // Without a single batch only when somebody has emptied the file.
        long end = reached < 0 ? segment.baseOffset() : reached;
        long goesOn = segment == this.segment && following != null ? following.baseOffset() : segment.endOffset();
        if (!gapsAllowed && end < goesOn) {
            services.health()
                    .safetyAlarm("offsets " + end + " to " + goesOn + " of " + log.id
                            + " are missing: no segment holds them");
        }
        return FileSlice.empty(Math.max(offset, goesOn));
    }

    @Override
    public void submit(Consumer<FileSlice> loaded, Consumer<IOException> failed) {
        run(
                () -> {
                    FileSlice slice = load();
                    return () -> loaded.accept(slice);
                },
                failed);
    }

    @Override
    public void submitCopy(Copied copied, Consumer<IOException> failed) {
        run(
                () -> {
                    FileSlice slice = load();
                    try {
                        ByteBuffer bytes = ByteBuffer.allocate(slice.sizeBytes());
                        slice.readInto(bytes);
                        return () -> copied.accept(bytes.flip(), slice.nextOffset());
                    } finally {
                        slice.release();
                    }
                },
                failed);
    }

    /** On the read pool; what it returns is run on the owner. */
    private interface PoolTask {
        Runnable run() throws IOException;
    }

    private void run(PoolTask task, Consumer<IOException> failed) {
        boolean accepted = services.io().read(() -> {
            try {
                owner.execute(task.run());
            } catch (IOException e) {
                owner.execute(() -> failed.accept(e));
            } catch (RuntimeException | VirtualMachineError e) {
                owner.execute(() -> failed.accept(new IOException("read of " + segment.path() + " failed", e)));
            }
        });
        if (!accepted) owner.execute(() -> failed.accept(new IOException("too many reads are waiting for the disk")));
    }

    /** A batch boundary that needs no walk to reach. */
    private record Jump(long position, long offset) {}
}
