package io.millrace.log.recovery;

import io.millrace.log.TopicPartitionId;
import io.millrace.log.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a {@link CheckpointJournal} file says when it is opened.
 *
 * <p>Thread: made and used by one.
 */
final class JournalContents {
    private static final Logger LOG = LoggerFactory.getLogger(JournalContents.class);

    final Map<TopicPartitionId, JournalEntry> entries = new HashMap<>();
    /** Of what is intact. */
    int end = JournalFrame.FILE_HEADER_BYTES;

    long liveBytes;
    /** False when something may be missing: then only the log starts hold. */
    boolean trusted;

    private JournalContents() {}

    /** @throws io.millrace.log.disk.NewerFormatException when a newer build wrote it */
    static JournalContents read(DiskFile file, Path path, long size) throws IOException {
        ByteBuffer all = JournalFrame.read(file, size);
        JournalContents contents = new JournalContents();
        contents.trusted = JournalFrame.isFileHeader(all, path);
        if (!contents.trusted) LOG.error("{} has a damaged header: every partition is scanned", path);
        contents.readFrames(all, path);
        if (!contents.trusted) contents.entries.values().forEach(entry -> entry.position = -1);
        return contents;
    }

    private void readFrames(ByteBuffer all, Path path) {
        while (end < all.limit()) {
            int bytes = JournalFrame.sizeBytes(all, end);
            if (bytes < 0) break;
            apply(all, end, bytes);
            end += bytes;
        }
        if (end < all.limit() && JournalFrame.intactOneFollows(all, end)) {
            LOG.error("{} is damaged at position {}: every partition is scanned", path, end);
            trusted = false;
        }
    }

    private void apply(ByteBuffer all, int at, int bytes) {
        ByteBuffer payload = all.slice(at + JournalFrame.OVERHEAD_BYTES, bytes - JournalFrame.OVERHEAD_BYTES);
        byte kind = CheckpointCodec.kind(payload);
        TopicPartitionId id = CheckpointCodec.id(payload);
        if (kind == CheckpointCodec.FORGOTTEN) {
            JournalEntry gone = entries.remove(id);
            if (gone != null) liveBytes -= gone.bytes;
            return;
        }
        JournalEntry entry = entries.computeIfAbsent(id, key -> new JournalEntry());
        entry.logStart = Math.max(entry.logStart, payload.getLong());
        if (kind == CheckpointCodec.CHECKPOINT) {
            liveBytes += bytes - entry.bytes;
            entry.bytes = bytes;
            entry.take(payload);
            entry.inForceAt(at);
            if (all.get(at + 8) != JournalFrame.IN_FORCE) entry.position = -1;
        }
    }
}
