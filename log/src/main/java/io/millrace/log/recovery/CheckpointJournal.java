package io.millrace.log.recovery;

import io.millrace.log.TopicPartitionId;
import io.millrace.log.disk.Disk;
import io.millrace.log.disk.DiskFile;
import io.millrace.log.disk.DiskFullException;
import io.millrace.log.disk.NoFreeFilesException;
import io.millrace.log.disk.OpenMode;
import io.millrace.log.disk.WrittenAgain;
import io.millrace.log.io.DirectoryHealth;
import io.millrace.log.segment.Checkpoints;
import io.millrace.log.segment.LogCheckpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * The {@code recovery-checkpoint} file of a log directory: one frame per change of one partition, the last one counts. So
 * 50,000 idle partitions cost nothing, and a busy one costs its own frame. When more than half of the file is out of date
 * it is written anew beside and renamed.
 *
 * <pre>
 *   magic    int32  "MRCP"
 *   version  int16  1; behind a later one comes int32, the CRC32C of magic and version
 *   frames:
 *     length int32  of the payload
 *     crc    int32  CRC32C of the payload, xor the length with its bits reversed
 *     state  int8   1 in force, 0 withdrawn: the log was cut below it, and nothing older holds either
 *     payload       see {@link CheckpointCodec}
 * </pre>
 *
 * The state is outside the checksum, so that withdrawing needs no space on a full disk: one byte is overwritten and synced
 * before the log is cut.
 *
 * <p>A torn frame at the end was never in force. Damage before the end means that something later is lost: then only log
 * starts are taken from the file, and every partition is scanned. A later version, with its checksum, is a newer build's: the
 * directory is refused and the file left as it is. Any other header is damage, as that before the end.
 *
 * <p>Thread: any; one at a time writes.
 */
public final class CheckpointJournal implements Checkpoints, AutoCloseable {
    public static final String NAME = "recovery-checkpoint";
    private static final long SLACK_BYTES = 1 << 20;

    private final Disk disk;
    private final Path path;
    private final DirectoryHealth health;
    private final Map<TopicPartitionId, JournalEntry> entries = new HashMap<>();
    private final JournalQueue queue;
    private DiskFile file;
    private long end;
    private long liveBytes;
    private boolean nameUnsynced = true;
    private boolean trusted;
    /** That of a damaged file until it is known of whom nothing is known. */
    private ByteBuffer header = JournalFrame.noFileHeader();

    private CheckpointJournal(Disk disk, Path path, DirectoryHealth health) {
        this.disk = disk;
        this.path = path;
        this.health = health;
        this.queue = new JournalQueue(path, health, this::write);
    }

    /**
     * Reads what is there. Blocks.
     *
     * @param known the partitions that have a folder
     */
    public static CheckpointJournal open(Disk disk, Path directory, DirectoryHealth health, Set<TopicPartitionId> known)
            throws IOException {
        CheckpointJournal journal = new CheckpointJournal(disk, directory.resolve(NAME), health);
        journal.openFile(known);
        return journal;
    }

    private synchronized void openFile(Set<TopicPartitionId> known) throws IOException {
        file = disk.open(path, OpenMode.CREATE);
        long size = file.size();
        if (size > 0) {
            JournalContents contents = JournalContents.read(file, path, size);
            trusted = contents.trusted;
            entries.putAll(contents.entries);
            end = contents.end;
            liveBytes = contents.liveBytes;
        }
        if (!trusted) {
            begin();
            doubt(known);
        } else {
            header = JournalFrame.fileHeader();
            file.truncate(end);
            // What is believed must not be lost: the process before may have died before its sync, or its name's.
            WrittenAgain.write(file, 0, end);
            sync();
        }
    }

    private void begin() throws IOException {
        file.truncate(0);
        file.writeFully(header.duplicate(), 0);
        end = JournalFrame.FILE_HEADER_BYTES;
        liveBytes = 0;
        for (Map.Entry<TopicPartitionId, JournalEntry> e : entries.entrySet()) {
            e.getValue().isNowhere();
            if (e.getValue().logStart >= 0) append(CheckpointCodec.logStart(e.getKey(), e.getValue().logStart));
        }
        sync();
    }

    /**
     * Says of each that nothing is known: that it has no checkpoint must not mean to a later process that it never had one. Until
     * that is durable the file is to be taken for a damaged one; where there is no room for it, it stays one.
     */
    private void doubt(Set<TopicPartitionId> known) throws IOException {
        try {
            for (TopicPartitionId id : known) {
                JournalEntry entry = entries.computeIfAbsent(id, key -> new JournalEntry());
                ByteBuffer frame = JournalFrame.withdrawn(CheckpointCodec.unknown(id, entry.logStart));
                entry.isUnknown(end, frame.remaining());
                liveBytes += entry.bytes;
                write(frame);
            }
            file.sync();
            header = JournalFrame.fileHeader();
            file.writeFully(header.duplicate(), 0);
            file.sync();
        } catch (DiskFullException full) {
            file.truncate(end);
            health.failed("checkpoint", full);
        }
    }

    /**
     * False when the file is damaged, or gone although there are partitions: then it has nothing to say about any. That remains
     * so of this one until it has a checkpoint.
     */
    public synchronized boolean isTrusted(TopicPartitionId id) {
        return trusted && !entries.getOrDefault(id, JournalEntry.NONE).isUnknown();
    }

    /** What is said to be on the disk, of all partitions. */
    public synchronized List<Promised> promised() {
        return entries.entrySet().stream()
                .flatMap(e -> e.getValue().promised(e.getKey()).stream())
                .toList();
    }

    /** Whether anything is said of the partition. */
    public synchronized boolean knows(TopicPartitionId id) {
        return entries.containsKey(id);
    }

    /** Null when there is none that can be trusted. */
    public synchronized LogCheckpoint checkpoint(TopicPartitionId id) throws IOException {
        JournalEntry entry = entries.get(id);
        if (entry == null || entry.position < 0) return null;
        ByteBuffer frame = JournalFrame.readAt(file, entry.position, entry.bytes);
        if (JournalFrame.sizeBytes(frame, 0) != entry.bytes) return null;
        ByteBuffer payload = frame.slice(JournalFrame.OVERHEAD_BYTES, entry.bytes - JournalFrame.OVERHEAD_BYTES);
        return CheckpointCodec.checkpoint(CheckpointCodec.id(payload), payload);
    }

    @Override
    public synchronized long recoveryOffset(TopicPartitionId id) {
        JournalEntry entry = entries.get(id);
        return entry == null || entry.position < 0 ? -1 : entry.recoveryOffset;
    }

    /** Whether there is a checkpoint, or was one that a truncation has withdrawn. */
    public synchronized boolean hadCheckpoint(TopicPartitionId id) {
        return entries.getOrDefault(id, JournalEntry.NONE).bytes > 0;
    }

    @Override
    public synchronized long logStart(TopicPartitionId id) {
        return entries.getOrDefault(id, JournalEntry.NONE).logStart;
    }

    @Override
    public void commit(LogCheckpoint checkpoint, BooleanSupplier stillTrue) {
        queue.add(new JournalChange(
                checkpoint.id(), CheckpointCodec.checkpoint(checkpoint), checkpoint, stillTrue, null));
    }

    @Override
    public void commitLogStart(TopicPartitionId id, long logStart, BooleanSupplier stillTrue, Runnable then) {
        queue.add(new JournalChange(id, CheckpointCodec.logStart(id, logStart), null, stillTrue, then));
    }

    @Override
    public synchronized boolean takeLogStart(TopicPartitionId id, long logStart) throws IOException {
        long before = end;
        boolean durable = true;
        try {
            append(CheckpointCodec.logStart(id, logStart));
            sync();
        } catch (DiskFullException full) {
            file.truncate(before);
            end = before;
            durable = false;
        }
        JournalEntry entry = entries.computeIfAbsent(id, key -> new JournalEntry());
        entry.logStart = Math.max(entry.logStart, logStart);
        return durable;
    }

    @Override
    public synchronized void forget(TopicPartitionId id) {
        JournalEntry gone = entries.get(id);
        if (gone == null || file == null || health.isOffline()) return;
        long before = end;
        try {
            append(CheckpointCodec.forgotten(id));
            try {
                sync();
            } catch (NoFreeFilesException e) {
                // It is in the file, whose name the next one makes durable.
                health.failed("checkpoint", e);
            }
            entries.remove(id);
            liveBytes -= gone.bytes;
        } catch (IOException e) {
            health.failed("checkpoint", e);
            withdrawInstead(id, before);
        }
    }

    /**
     * What is said of partitions without a folder is forgotten, before one can be made anew: a process that died while it
     * deleted a partition has left it behind.
     */
    public synchronized void forgetAllBut(Set<TopicPartitionId> found) throws IOException {
        List<TopicPartitionId> gone = new ArrayList<>();
        for (TopicPartitionId id : entries.keySet()) {
            if (!found.contains(id)) gone.add(id);
        }
        if (gone.isEmpty()) return;
        long before = end;
        try {
            for (TopicPartitionId id : gone) append(CheckpointCodec.forgotten(id));
            sync();
            for (TopicPartitionId id : gone) liveBytes -= entries.remove(id).bytes;
        } catch (DiskFullException full) {
            // What is withdrawn misleads nobody, and who makes one of them anew has it forgotten first.
            file.truncate(before);
            end = before;
            for (TopicPartitionId id : gone) invalidateBeyond(id, Long.MIN_VALUE);
        }
    }

    /** No space for a frame: then at least nothing of the partition is in force. */
    private void withdrawInstead(TopicPartitionId id, long before) {
        try {
            file.truncate(before);
            end = before;
            invalidateBeyond(id, Long.MIN_VALUE);
        } catch (IOException e) {
            health.offline("checkpoint of " + id + " cannot be withdrawn: " + e, e);
        }
    }

    private synchronized void write(List<JournalChange> batch) throws IOException {
        if (file == null || health.isOffline()) return;
        long before = end;
        long[] positions = new long[batch.size()];
        try {
            for (int i = 0; i < positions.length; i++) {
                positions[i] = batch.get(i).stillTrue().getAsBoolean()
                        ? append(batch.get(i).payload())
                        : -1;
            }
            sync();
        } catch (IOException | RuntimeException | VirtualMachineError e) {
            // A torn frame would look like damage if others followed it, and one that nobody knows of could not be
            // withdrawn.
            file.truncate(before);
            end = before;
            throw e;
        }
        for (int i = 0; i < positions.length; i++) {
            if (positions[i] >= 0) note(batch.get(i), positions[i]);
        }
        if (end > 2 * liveBytes + SLACK_BYTES) rewrite();
    }

    private void note(JournalChange one, long position) {
        byte kind = CheckpointCodec.kind(one.payload());
        JournalEntry entry = entries.computeIfAbsent(one.id(), key -> new JournalEntry());
        if (kind == CheckpointCodec.LOG_START) {
            entry.logStart =
                    Math.max(entry.logStart, one.payload().getLong(one.payload().limit() - 8));
            return;
        }
        int bytes = JournalFrame.OVERHEAD_BYTES + one.payload().remaining();
        liveBytes += bytes - entry.bytes;
        entry.bytes = bytes;
        entry.inForceAt(position);
        entry.take(one.checkpoint());
    }

    /** @return where the frame starts */
    private long append(ByteBuffer payload) throws IOException {
        return write(JournalFrame.of(payload));
    }

    private long write(ByteBuffer frame) throws IOException {
        int bytes = frame.remaining();
        long position = end;
        file.writeFully(frame, position);
        end += bytes;
        return position;
    }

    private void rewrite() throws IOException {
        Path fresh = path.resolveSibling(NAME + ".tmp");
        DiskFile old = file;
        long oldEnd = end;
        Map<JournalEntry, Long> moved = new HashMap<>();
        DiskFile made = disk.open(fresh, OpenMode.CREATE);
        try {
            made.truncate(0);
            made.writeFully(header.duplicate(), 0);
            file = made;
            end = JournalFrame.FILE_HEADER_BYTES;
            for (Map.Entry<TopicPartitionId, JournalEntry> e : entries.entrySet())
                copy(e.getKey(), e.getValue(), old, moved);
            made.sync();
            disk.rename(fresh, path);
        } catch (IOException | RuntimeException | VirtualMachineError e) {
            file = old;
            end = oldEnd;
            made.close();
            throw e;
        }
        moved.forEach(JournalEntry::movedTo);
        nameUnsynced = true;
        old.close();
        sync();
    }

    /** The new file has the name from its renaming on: what is said from then on holds when that is durable, too. */
    private void sync() throws IOException {
        file.sync();
        if (nameUnsynced) disk.syncDirectory(path.getParent());
        nameUnsynced = false;
    }

    /** Frames that are withdrawn go along: that there was a checkpoint says that the log's first file was synced. */
    private void copy(TopicPartitionId id, JournalEntry entry, DiskFile old, Map<JournalEntry, Long> moved)
            throws IOException {
        if (entry.logStart > 0) append(CheckpointCodec.logStart(id, entry.logStart));
        if (entry.framePosition < 0) return;
        ByteBuffer frame = JournalFrame.readAt(old, entry.framePosition, entry.bytes);
        if (frame.remaining() < entry.bytes) throw new IOException(path + " is cut short");
        moved.put(entry, end);
        write(frame);
    }

    @Override
    public synchronized void invalidateBeyond(TopicPartitionId id, long endOffset) throws IOException {
        JournalEntry entry = entries.get(id);
        if (entry == null || entry.position < 0 || entry.recoveryOffset <= endOffset) return;
        file.writeFully(ByteBuffer.allocate(1).put(JournalFrame.WITHDRAWN).flip(), entry.position + 8);
        sync();
        entry.position = -1;
    }

    @Override
    public synchronized void beginAnew(TopicPartitionId id, long start) throws IOException {
        JournalEntry entry = entries.get(id);
        if (entry == null && start == 0 && !nameUnsynced) return;
        if (entry != null) {
            invalidateBeyond(id, Long.MIN_VALUE);
            append(CheckpointCodec.forgotten(id));
            entries.remove(id);
            liveBytes -= entry.bytes;
        }
        if (start > 0) {
            append(CheckpointCodec.logStart(id, start));
            JournalEntry begun = new JournalEntry();
            begun.logStart = start;
            entries.put(id, begun);
        }
        sync();
    }

    @Override
    public synchronized void close() throws IOException {
        if (file != null) file.close();
        file = null;
    }
}
