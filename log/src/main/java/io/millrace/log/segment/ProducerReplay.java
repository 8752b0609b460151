package io.millrace.log.segment;

import io.millrace.log.SegmentFile;
import io.millrace.log.TopicPartitionId;
import io.millrace.log.batch.BatchHeader;
import io.millrace.log.producer.DamagedSnapshotException;
import io.millrace.log.producer.ProducerStateTable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rebuilds the producer state as it was at an offset: from the nearest snapshot file that can be read, and the headers of
 * the batches after it.
 *
 * <p>Thread: the read pool.
 */
final class ProducerReplay {
    private static final Logger LOG = LoggerFactory.getLogger(ProducerReplay.class);
    static final long MAX_SNAPSHOT_BYTES = 64 << 20;

    private final LogServices services;
    private final TopicPartitionId id;
    private final Path folder;

    ProducerReplay(LogServices services, TopicPartitionId id, Path folder) {
        this.services = services;
        this.id = id;
        this.folder = folder;
    }

    /** @param segments all of the log up to {@code endExclusive}, in order */
    ProducerStateTable rebuild(List<SegmentView> segments, long endExclusive, long nowMs) throws IOException {
        long from = -1;
        ProducerStateTable table = null;
        List<Long> snapshots = snapshots(endExclusive);
        for (int i = snapshots.size() - 1; i >= 0 && table == null; i--) {
            from = snapshots.get(i);
            table = load(from, nowMs);
        }
        if (table == null) {
            table = new ProducerStateTable(id);
            from = -1;
        }
        for (SegmentView segment : segments) {
            if (segment.endOffset() > from && segment.baseOffset() < endExclusive) {
                replay(table, segment, from, endExclusive, nowMs);
            }
        }
        return table;
    }

    private List<Long> snapshots(long endExclusive) throws IOException {
        List<Long> offsets = new ArrayList<>();
        for (Path file : services.disk().list(folder)) {
            long offset = SegmentNames.baseOffset(file, SegmentNames.SNAPSHOT);
            if (offset >= 0 && offset <= endExclusive) offsets.add(offset);
        }
        offsets.sort(null);
        return offsets;
    }

    private ProducerStateTable load(long offset, long nowMs) throws IOException {
        Path path = SegmentNames.in(folder, offset, SegmentNames.SNAPSHOT);
        byte[] bytes = SmallFiles.read(services.disk(), path, MAX_SNAPSHOT_BYTES);
        if (bytes == null) return null;
        try {
            return ProducerStateTable.load(id, bytes, nowMs);
        } catch (DamagedSnapshotException e) {
            LOG.warn("{} is left aside: {}", path, e.getMessage());
            return null;
        }
    }

    private void replay(ProducerStateTable table, SegmentView segment, long from, long endExclusive, long nowMs)
            throws IOException {
        SegmentFile file = services.openFiles().acquireForRead(segment.file());
        try {
            HeaderWalk walk = new HeaderWalk(file, 0, segment.bytes());
            while (walk.next() && walk.baseOffset() < endExclusive) {
                if (walk.baseOffset() < from) continue;
                ByteBuffer header = walk.header();
                int at = walk.headerIndex();
                if (BatchHeader.isControl(header, at)) {
                    table.replay(WholeBatch.read(file, walk.position(), walk.sizeBytes()), 0, nowMs);
                } else {
                    table.replay(header, at, nowMs);
                }
            }
        } finally {
            file.release();
        }
    }
}
