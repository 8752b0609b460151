package io.millrace.log.io;

import io.millrace.log.AppendError;
import io.millrace.log.disk.DiskFullException;
import io.millrace.log.disk.NoFreeFilesException;
import io.millrace.log.disk.OpenMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * The write path of a log directory. Each round takes what the owners have queued, sorts it by lane, turns neighbouring
 * appends of one file into one gathered write, and hands everything back in one task per owner.
 *
 * <p>What a crash may leave: a file of which only a prefix of the last gathered write is there. What an error leaves: the
 * file is cut back to its last whole write, and everything queued behind the failed write is dropped unwritten.
 *
 * <p>Thread: {@link #submit} and {@link #tryReserve} from any thread, the rest on the writer.
 */
public final class DirectoryWriter implements WriterWork {
    static final int MAX_RUN_PARTS = 256;
    private static final long SYNC_RETRY_MS = 200;
    static final int MAX_RUN_BYTES = 8 << 20;

    private final DirectoryIo io;
    private final OpenFiles files;
    private final Syncer syncer;
    private final DirectoryHealth health;
    private final CheckpointPace pace;
    private final WriterQueue queue;
    private final RecentBytes recent;

    private final List<WriteLane> lanes = new ArrayList<>();
    /** In the order in which they come up: a simulation of the same seed delivers them in the same. */
    private final Map<io.millrace.log.Owner, CompletionBatch> completions = new LinkedHashMap<>();

    private final List<WriteLane> toSync = new ArrayList<>();
    private final PriorityQueue<Later> later = new PriorityQueue<>();
    private final AppendTask[] run = new AppendTask[MAX_RUN_PARTS];
    private final ByteBuffer[] parts = new ByteBuffer[MAX_RUN_PARTS];

    public DirectoryWriter(
            DirectoryIo io,
            OpenFiles files,
            Syncer syncer,
            DirectoryHealth health,
            CheckpointPace pace,
            long queueLimitBytes) {
        this.io = io;
        this.files = files;
        this.syncer = syncer;
        this.health = health;
        this.pace = pace;
        this.queue = new WriterQueue(queueLimitBytes);
        this.recent = RecentBytes.inMemoryOf(files.memoryBytes());
    }

    /** Room for an append; given back by the writer when it is done with the bytes. */
    public boolean tryReserve(int bytes) {
        return queue.tryReserve(bytes);
    }

    /** Bytes that wait for the writer. */
    public long queuedBytes() {
        return queue.reservedBytes();
    }

    /** What of the files is in memory, as far as is known. Thread: any. */
    public RecentBytes recent() {
        return recent;
    }

    public void submit(WriterTask task) {
        if (queue.submit(task)) io.wakeWriter();
    }

    /** Asks for another sync of a lane a little later: one that could not even begin is no failed one. Thread: any. */
    public void syncLater(WriteLane lane) {
        submit(new LaneTask(lane) {
            @Override
            protected void onWriter() {
                later(SYNC_RETRY_MS, () -> syncer.request(lane, null));
            }
        });
    }

    /** Runs a task on the writer after this time, whatever is done to the machine's clock. Thread: the writer. */
    public void later(long delayMs, Runnable task) {
        later.add(new Later(io.steadyMs() + delayMs, task));
    }

    @Override
    public boolean hasQueued() {
        return !queue.isEmpty();
    }

    @Override
    public long round(long nowMs) {
        WriterTask task = queue.drain();
        while (task != null) {
            WriterTask following = task.next;
            task.next = null;
            enqueue(task);
            task = following;
        }
        for (int i = 0; i < lanes.size(); i++) runGuarded(lanes.get(i), nowMs);
        lanes.clear();
        deliver();
        for (int i = 0; i < toSync.size(); i++) syncer.request(toSync.get(i), null);
        toSync.clear();
        while (!later.isEmpty() && later.peek().dueMs <= nowMs)
            later.poll().task.run();
        health.tick(nowMs);
        long due = pace.dueOrRun(nowMs);
        return later.isEmpty() ? due : Math.min(due, later.peek().dueMs);
    }

    /** Each once, also when one cannot be delivered and the rest has to wait for the next round. */
    private void deliver() {
        Iterator<CompletionBatch> each = completions.values().iterator();
        while (each.hasNext()) {
            CompletionBatch batch = each.next();
            each.remove();
            batch.deliver();
        }
    }

    @Override
    public void failed(Throwable bug) {
        health.offline("a round of the writer failed: " + bug, bug);
    }

    private void enqueue(WriterTask task) {
        WriteLane lane = task.lane;
        if (!lane.inRound) {
            lane.inRound = true;
            lanes.add(lane);
        }
        if (lane.last == null) {
            lane.first = task;
        } else {
            lane.last.next = task;
        }
        lane.last = task;
    }

    private static WriterTask poll(WriteLane lane) {
        WriterTask task = lane.first;
        lane.first = task.next;
        if (lane.first == null) lane.last = null;
        task.next = null;
        return task;
    }

    /** Neither a bug nor a lack of memory may end the writer: appends of all logs would wait for ever. */
    private void runGuarded(WriteLane lane, long nowMs) {
        lane.inRound = false;
        WriterTask before;
        do {
            before = lane.first;
            try {
                runLane(lane, nowMs);
            } catch (RuntimeException | VirtualMachineError e) {
                health.offline("writer of log " + lane.name() + " failed: " + e, e);
            }
        } while (lane.first != null && lane.first != before);
    }

    private void runLane(WriteLane lane, long nowMs) {
        CompletionBatch batch = completions.computeIfAbsent(lane.owner, CompletionBatch::new);
        boolean wrote = false;
        while (lane.first != null) {
            if (lane.first instanceof AppendTask) {
                int count = takeRun(lane);
                wrote |= writeRun(lane, count, nowMs);
                for (int i = 0; i < count; i++) {
                    batch.add(run[i]);
                    run[i] = null;
                    parts[i] = null;
                }
            } else {
                WriterTask task = poll(lane);
                try {
                    task.perform();
                } finally {
                    batch.add(task);
                }
            }
        }
        if (wrote && lane.syncsAfterWrite()) toSync.add(lane);
    }

    /** Neighbouring appends of one target and one generation. */
    private int takeRun(WriteLane lane) {
        int count = 0;
        long bytes = 0;
        AppendTask head = (AppendTask) lane.first;
        while (count < MAX_RUN_PARTS
                && lane.first instanceof AppendTask task
                && task.target == head.target
                && task.generation == head.generation
                && (count == 0 || bytes + task.sizeBytes() <= MAX_RUN_BYTES)) {
            poll(lane);
            run[count] = task;
            parts[count] = task.bytes;
            bytes += task.sizeBytes();
            count++;
        }
        return count;
    }

    private boolean writeRun(WriteLane lane, int count, long nowMs) {
        long bytes = 0;
        for (int i = 0; i < count; i++) bytes += run[i].sizeBytes();
        AppendError failure;
        if (health.isOffline()) {
            failure = AppendError.OFFLINE;
        } else if (run[0].generation <= lane.failedGeneration) {
            failure = AppendError.DISK_FULL;
        } else {
            failure = write(lane, run[0].target, count, bytes, nowMs);
        }
        if (failure != null) {
            lane.failedGeneration = run[0].generation;
            for (int i = 0; i < count; i++) run[i].failure = failure;
        }
        queue.release(bytes);
        return failure == null;
    }

    private AppendError write(WriteLane lane, WriteTarget target, int count, long bytes, long nowMs) {
        try {
            if (run[0].position() != target.fileBytes()) {
                throw new IOException(
                        "append at " + run[0].position() + " of " + target + ", which ends at " + target.fileBytes());
            }
            prepareFolder(lane);
            boolean isNew = !target.exists();
            OpenFile file = files.acquire(target, isNew ? OpenMode.CREATE : OpenMode.READ_WRITE);
            try {
                target.created();
                if (target.cutBackUnsynced()) syncCutBack(file, target);
                writeOrCutBack(lane, file, target, count);
            } finally {
                file.release();
            }
            recent.wrote(target, target.fileBytes(), bytes);
            target.wrote(bytes);
            lane.noteWritten(target, isNew, run[count - 1].endOffset());
            pace.wrote(lane, bytes, nowMs);
            health.wroteAgain();
            return null;
        } catch (DiskFullException e) {
            health.diskFull("log " + lane.name(), e);
            return AppendError.DISK_FULL;
        } catch (NoFreeFilesException e) {
            health.failed("log " + lane.name(), e);
            return AppendError.WRITER_BUSY;
        } catch (IOException | RuntimeException | VirtualMachineError e) {
            // How much of it is in the file nobody knows.
            health.offline("write to log " + lane.name() + " failed: " + e, e);
            return AppendError.OFFLINE;
        }
    }

    /** Makes the lane's folder unless it is there. Thread: the writer. */
    public void prepareFolder(WriteLane lane) throws IOException {
        if (lane.folderReady) return;
        lane.client.prepareFolder();
        lane.folderReady = true;
        synchronized (lane) {
            lane.namesUnsynced = true;
            lane.rootNameUnsynced = true;
        }
    }

    private void writeOrCutBack(WriteLane lane, OpenFile file, WriteTarget target, int count) throws IOException {
        try {
            file.file.writeFully(parts, 0, count, target.fileBytes());
        } catch (DiskFullException e) {
            // If even this fails the directory goes offline: the end of the file would be unknown.
            file.file.truncate(target.fileBytes());
            target.cutBackUnsynced(true);
            lane.noteCutBack(target);
            throw e;
        }
    }

    /**
     * What a failed write left may have reached the disk before it was cut off. It must not come back with the power in the
     * place of what is written now, which may have the same offsets and the same epoch.
     */
    private static void syncCutBack(OpenFile file, WriteTarget target) throws IOException {
        file.file.sync();
        target.cutBackUnsynced(false);
    }

    /** A task for a certain time. */
    private record Later(long dueMs, Runnable task) implements Comparable<Later> {
        @Override
        public int compareTo(Later other) {
            return Long.compare(dueMs, other.dueMs);
        }
    }
}
