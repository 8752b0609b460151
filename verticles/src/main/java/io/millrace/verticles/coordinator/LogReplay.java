package io.millrace.verticles.coordinator;

import io.millrace.log.PartitionLog;
import io.millrace.log.Payload;
import io.millrace.log.ReadOutcome;
import io.millrace.log.batch.BatchException;
import io.millrace.log.compress.CodecMissingException;
import io.millrace.verticles.shard.Replica;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Reads a partition from its start to where it ended when this node began to lead it, and hands out every record. It never
 * reads beyond the high watermark, and waits for that to come: what a leader finds in its log becomes committed, or
 * somebody else leads.
 *
 * <p>Bytes come in pieces, from memory or by the directory's read pool; records are handed out in portions, each in a turn
 * of the loop of its own.
 *
 * <p>Thread: the shard's loop.
 */
final class LogReplay {
    /** One read; a single larger batch is read all the same. */
    private static final int PIECE_BYTES = 256 << 10;

    /** Records per turn of the loop: well below a millisecond. */
    private static final int PORTION = 200;

    private final Executor loop;
    private final Replica replica;
    private final RecordFeed.Sink sink;
    private final Runnable done;
    private final Consumer<String> failed;
    private final long target;
    private final Queue<Payload> payloads = new ArrayDeque<>();
    private long offset;
    private long nextOffset;
    private RecordFeed feed;
    private boolean stopped;

    /**
     * Prepares a replay; exactly one of {@code done} and {@code failed} is called, unless it is stopped before.
     *
     * @param failed told why the log could not be read
     */
    LogReplay(Executor loop, Replica replica, RecordFeed.Sink sink, Runnable done, Consumer<String> failed) {
        this.loop = loop;
        this.replica = replica;
        this.sink = sink;
        this.done = done;
        this.failed = failed;
        this.target = replica.log().assignedEnd();
        this.offset = replica.log().logStartOffset();
    }

    /** Begins; calls back from later turns only. */
    void start() {
        loop.execute(this::read);
    }

    /** Ends it without a word. */
    void stop() {
        stopped = true;
        release();
    }

    private void read() {
        if (stopped) {
            return;
        }
        long limit = Math.min(target, replica.machine().highWatermark());
        if (offset >= target) {
            stopped = true;
            done.run();
        } else if (offset >= limit) {
            replica.whenProgressed(this::read);
        } else {
            ReadOutcome outcome = replica.log().read(offset, limit, PIECE_BYTES, true);
            if (outcome instanceof ReadOutcome.FromMemory memory) {
                payloads.addAll(memory.batches());
                nextOffset = memory.nextOffset();
                hand();
            } else if (outcome instanceof ReadOutcome.FromDisk disk) {
                disk.read().submitCopy(this::found, failure -> fail(failure.getMessage()));
            } else if (outcome instanceof ReadOutcome.OutOfRange range && offset < range.logStart()) {
                // The start has moved on meanwhile.
                offset = range.logStart();
                loop.execute(this::read);
            } else {
                nothingFound("nothing is found at offset " + offset + ", below the high watermark " + limit);
            }
        }
    }

    private void found(ByteBuffer bytes, long next) {
        if (stopped) {
            return;
        }
        if (!bytes.hasRemaining() && next <= offset) {
            nothingFound("what stood at offset " + offset + " was removed while it was read");
            return;
        }
        nextOffset = next;
        feed = new RecordFeed(bytes, maxRecordBytes());
        hand();
    }

    /**
     * In a compacted log the next batch may end beyond the watermark: a watermark begins anew with a process, and compaction
     * has left nothing before that batch. Then it is waited for as any other.
     */
    private void nothingFound(String why) {
        if (replica.machine().highWatermark() < target) {
            replica.whenProgressed(this::read);
        } else {
            fail(why);
        }
    }

    private void hand() {
        if (stopped) {
            return;
        }
        try {
            if (feed == null && !payloads.isEmpty()) {
                feed = new RecordFeed(payloads.peek().bytes(), maxRecordBytes());
            }
            if (feed != null && !feed.feed(offset, PORTION, sink)) {
                feed = null;
                if (!payloads.isEmpty()) {
                    payloads.remove().release();
                }
            }
        } catch (BatchException | CodecMissingException | VirtualMachineError unreadable) {
            fail(unreadable.getMessage());
            return;
        }
        if (feed == null && payloads.isEmpty()) {
            offset = nextOffset;
            loop.execute(this::read);
        } else {
            loop.execute(this::hand);
        }
    }

    private int maxRecordBytes() {
        PartitionLog log = replica.log();
        return log.config().maxDecompressedMessageBytes();
    }

    private void fail(String why) {
        if (!stopped) {
            stop();
            failed.accept(why);
        }
    }

    private void release() {
        if (feed != null) {
            feed.close();
            feed = null;
        }
        for (Payload payload = payloads.poll(); payload != null; payload = payloads.poll()) {
            payload.release();
        }
    }
}
