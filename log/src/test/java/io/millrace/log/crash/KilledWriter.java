package io.millrace.log.crash;

import io.millrace.log.AppendError;
import io.millrace.log.AppendOrigin;
import io.millrace.log.AppendOutcome;
import io.millrace.log.LoadOutcome;
import io.millrace.log.LogConfig;
import io.millrace.log.LogListener;
import io.millrace.log.PartitionLog;
import io.millrace.log.TailBudget;
import io.millrace.log.TopicPartitionId;
import io.millrace.log.batch.BatchBuilder;
import io.millrace.log.disk.RealDisk;
import io.millrace.log.store.LogDirectory;
import io.millrace.log.store.LogDirectoryOptions;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A process that writes until it is killed: recovers its log, proves that every record it finds is the one that was
 * written there, and then appends, saying aloud what is acknowledged.
 *
 * <p>Says "found END" once, then "acked END" again and again. Arguments: folder, flush mode.
 *
 * <p>Thread: main waits; the log belongs to the owner's thread.
 */
final class KilledWriter {
    private static final TopicPartitionId ID = new TopicPartitionId(new UUID(4, 2), "killed", 0);
    private static final long PRODUCER = 5;
    private static final int RECORDS_PER_BATCH = 3;
    private static final int IN_FLIGHT_BATCHES = 20;
    private static final int VALUE_BYTES = 200;
    private static final int READ_BYTES = 1 << 20;
    private static final int EXIT_WRONG = 3;

    private final LoopOwner owner = new LoopOwner();
    private final TailBudget tail = new TailBudget(1 << 16);
    private final LogConfig config;
    private PartitionLog log;
    private long acked;

    private KilledWriter(LogConfig config) {
        this.config = config;
    }

    public static void main(String[] args) throws Exception {
        LogConfig config = LogConfig.from(
                Map.of("flush.mode", args[1], "segment.bytes", "100000", "index.interval.bytes", "1000"));
        try {
            new KilledWriter(config).run(Path.of(args[0]));
        } catch (Exception e) {
            e.printStackTrace();
            System.exit(EXIT_WRONG);
        }
    }

    private void run(Path folder) throws Exception {
        LogDirectory directory = LogDirectory.open(
                folder, new RealDisk(), LogDirectoryOptions.of(1, "killed").withCheckpoint(300_000, 200));
        log = directory.found().contains(ID)
                ? load(directory)
                : onOwner(() -> directory.create(ID, config, owner, tail));
        long end = onOwner(this::proveContent);
        say("found", end);
        owner.execute(() -> {
            log.setListener(new Acknowledger());
            log.startEpoch(log.latestEpoch() + 1);
            acked = end;
            fill();
        });
        Thread.sleep(TimeUnit.MINUTES.toMillis(1));
    }

    private PartitionLog load(LogDirectory directory) throws Exception {
        CompletableFuture<LoadOutcome> loaded = new CompletableFuture<>();
        directory.load(ID, config, owner, tail, loaded::complete);
        LoadOutcome outcome = loaded.get(1, TimeUnit.MINUTES);
        if (outcome instanceof LoadOutcome.Loaded found) {
            return found.log();
        }
        throw new IllegalStateException("not loaded: " + outcome);
    }

    private long proveContent() throws Exception {
        LogContent content = LogContent.of(log, READ_BYTES);
        long next = 0;
        for (LogBatch batch : content.batches()) {
            ByteBuffer written = batch(batch.baseOffset(), batch.baseSequence());
            byte[] expected = new byte[written.remaining()];
            written.get(expected);
            int header = 21;
            boolean same = batch.baseOffset() == next
                    && Arrays.equals(batch.bytes(), header, batch.bytes().length, expected, header, expected.length);
            if (!same) {
                throw new IllegalStateException("batch " + batch + " is not what was written, expected offset " + next);
            }
            next = batch.nextOffset();
        }
        if (next != content.end()) {
            throw new IllegalStateException("content ends at " + next + ", the log at " + content.end());
        }
        return next;
    }

    private void fill() {
        while (log.assignedEnd() - acked < IN_FLIGHT_BATCHES * RECORDS_PER_BATCH) {
            ByteBuffer bytes = batch(log.assignedEnd(), (int) log.assignedEnd());
            CountedPayload payload = new CountedPayload(bytes);
            AppendOutcome outcome =
                    log.append(payload, AppendOrigin.CLIENT, log.latestEpoch(), System.currentTimeMillis());
            payload.release();
            if (!(outcome instanceof AppendOutcome.Appended)) {
                throw new IllegalStateException("append at " + log.assignedEnd() + ": " + outcome);
            }
        }
    }

    /** The same records for the same offset; the sequence goes on with the offset. */
    private static ByteBuffer batch(long offset, int sequence) {
        BatchBuilder batch = new BatchBuilder().producer(PRODUCER, (short) 0, sequence);
        for (int i = 0; i < RECORDS_PER_BATCH; i++) {
            byte[] value = new byte[VALUE_BYTES];
            Arrays.fill(value, (byte) (offset + i));
            batch.append(0, null, ByteBuffer.wrap(value).putLong(0, offset + i));
        }
        return batch.buildBuffer();
    }

    private void acknowledge(long end) {
        acked = end;
        say("acked", end);
        fill();
    }

    private static void say(String what, long end) {
        System.out.println(what + " " + end);
        System.out.flush();
    }

    private <T> T onOwner(java.util.concurrent.Callable<T> work) throws Exception {
        CompletableFuture<T> done = new CompletableFuture<>();
        owner.execute(() -> {
            try {
                done.complete(work.call());
            } catch (Exception e) {
                done.completeExceptionally(e);
            }
        });
        return done.get(1, TimeUnit.MINUTES);
    }

    private final class Acknowledger implements LogListener {
        @Override
        public void onWritten(long writtenEnd, int bytes) {
            if (!config.syncsBeforeAck()) {
                acknowledge(writtenEnd);
            }
        }

        @Override
        public void onSynced(long syncedEnd) {
            if (config.syncsBeforeAck()) {
                acknowledge(syncedEnd);
            }
        }

        @Override
        public void onAppendsFailed(long cutBackTo, AppendError why) {
            throw new IllegalStateException("append failed: " + why);
        }

        @Override
        public void onOffline(String why) {
            throw new IllegalStateException("offline: " + why);
        }
    }
}
