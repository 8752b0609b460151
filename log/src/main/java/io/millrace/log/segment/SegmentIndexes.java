package io.millrace.log.segment;

import io.millrace.log.SegmentFile;
import io.millrace.log.disk.Disk;
import io.millrace.log.io.FileRef;
import io.millrace.log.io.OpenFiles;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The indexes of segments that are not appended to, read when first needed and bounded in memory; the least recently used
 * go first. A file that is missing, damaged or too short is made up for from the segment's headers.
 *
 * <p>Thread: any of the pools; two that miss the same index both read it.
 */
public final class SegmentIndexes {
    static final int REBUILD_INTERVAL_BYTES = 16 << 10;

    private final Disk disk;
    private final OpenFiles files;
    private final long limitBytes;
    private final Map<FileRef, Cached> cache = new LinkedHashMap<>(16, 0.75f, true);
    private long usedBytes;

    public SegmentIndexes(Disk disk, OpenFiles files, long limitBytes) {
        this.disk = disk;
        this.files = files;
        this.limitBytes = limitBytes;
    }

    /** An index that covers the segment up to {@code segment.bytes()}. */
    LoadedIndex of(SegmentView segment) throws IOException {
        int cuts = segment.file().cuts();
        LoadedIndex loaded = cached(segment.file(), cuts);
        if (loaded != null && loaded.coveredBytes() >= segment.bytes()) return loaded;
        if (loaded == null && !segment.file().isElsewhere()) {
            String name = SegmentNames.of(segment.baseOffset(), SegmentNames.INDEX);
            loaded = IndexFile.read(disk, segment.path().resolveSibling(name), segment.baseOffset(), segment.bytes());
            // Swapped out while it was read: the index may be that of its successor.
            if (segment.file().isElsewhere()) loaded = null;
        }
        if (loaded == null || loaded.coveredBytes() < segment.bytes()) loaded = extend(segment, loaded);
        remember(segment.file(), new Cached(cuts, loaded));
        return loaded;
    }

    private LoadedIndex cached(FileRef file, int cuts) {
        synchronized (cache) {
            Cached cached = cache.get(file);
            return cached == null || cached.cuts != cuts ? null : cached.index;
        }
    }

    /** A segment that was written whole, with its index at hand. */
    void put(FileRef file, LoadedIndex index) {
        remember(file, new Cached(file.cuts(), index));
    }

    private LoadedIndex extend(SegmentView segment, LoadedIndex from) throws IOException {
        SegmentFile file = files.acquireForRead(segment.file());
        try {
            long max = from == null ? Segment.NONE : from.maxTimestamp();
            long maxBatch = from == null ? Segment.NONE : from.maxTimestampBatch();
            long end = from == null ? segment.baseOffset() : from.endOffset();
            int start = from == null ? 0 : from.coveredBytes();
            SparseIndex index = new SparseIndex(
                    segment.baseOffset(), REBUILD_INTERVAL_BYTES, segment.baseOffset(), 0, Segment.NONE);
            if (from != null) {
                for (int i = 1; i < from.index().count(); i++) {
                    index.add(
                            from.index().offset(i),
                            from.index().position(i),
                            from.index().maxTimestampBefore(i));
                }
            }
            HeaderWalk walk = new HeaderWalk(file, start, segment.bytes());
            while (walk.next()) {
                index.add(walk.baseOffset(), (int) walk.position(), max);
                if (walk.maxTimestamp() > max) {
                    max = walk.maxTimestamp();
                    maxBatch = walk.baseOffset();
                }
                end = walk.nextOffset();
            }
            return new LoadedIndex(index, segment.bytes(), end, max, maxBatch);
        } finally {
            file.release();
        }
    }

    private void remember(FileRef file, Cached loaded) {
        synchronized (cache) {
            Cached before = cache.put(file, loaded);
            usedBytes += loaded.heapBytes() - (before == null ? 0 : before.heapBytes());
            Iterator<Cached> oldestFirst = cache.values().iterator();
            while (usedBytes > limitBytes && cache.size() > 1) {
                usedBytes -= oldestFirst.next().heapBytes();
                oldestFirst.remove();
            }
        }
    }

    /** The segment was cut or deleted. */
    void forget(FileRef file) {
        synchronized (cache) {
            Cached before = cache.remove(file);
            if (before != null) usedBytes -= before.heapBytes();
        }
    }

    /** @param cuts of the file when the index was read: after another cut it is worth nothing */
    private record Cached(int cuts, LoadedIndex index) {
        int heapBytes() {
            return index.index().heapBytes();
        }
    }
}
