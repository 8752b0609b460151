package io.millrace.log.compact;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.AppendOrigin;
import io.millrace.log.AppendOutcome;
import io.millrace.log.CompactionOutcome;
import io.millrace.log.FileSlice;
import io.millrace.log.LogConfig;
import io.millrace.log.PartitionLog;
import io.millrace.log.Payload;
import io.millrace.log.ReadOutcome;
import io.millrace.log.TailBudget;
import io.millrace.log.TopicPartitionId;
import io.millrace.log.batch.BatchBuilder;
import io.millrace.log.batch.BatchHeader;
import io.millrace.log.disk.RealDisk;
import io.millrace.log.store.LogDirectory;
import io.millrace.log.store.LogDirectoryOptions;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real threads: one appends, two read anywhere from files that are hardly ever open, passes swap segments under them. Nobody
 * meets an error, a damaged batch or an offset that is not there.
 */
@Timeout(60)
class CompactionBesideReadersTest {
    private static final int PASSES = 5;
    private static final int MAX_APPENDS = 200_000;
    private static final int READERS = 2;

    @TempDir
    Path dir;

    private final ExecutorService owner = Executors.newSingleThreadExecutor();
    private PartitionLog log;
    private volatile boolean over;
    private volatile int done;

    @Test
    void readersMeetNoErrorWhileSegmentsAreSwapped() throws Exception {
        LogConfig config = LogConfig.from(Map.of(
                "cleanup.policy", "compact",
                "segment.bytes", "20000",
                "min.cleanable.dirty.ratio", "0.01",
                "delete.retention.ms", "0"));
        ExecutorService threads = Executors.newCachedThreadPool();
        try (LogDirectory directory = LogDirectory.open(
                dir, new RealDisk(), LogDirectoryOptions.of(1, "c1").withMaxOpenFiles(1))) {
            // No tail: every read is one of a file.
            log = directory.create(
                    new TopicPartitionId(new UUID(1, 1), "t", 0), config, owner::execute, new TailBudget(1));
            List<CompletableFuture<Long>> readers = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                long seed = i;
                readers.add(CompletableFuture.supplyAsync(() -> read(new Random(seed)), threads));
            }
            CompletableFuture<Void> passes = CompletableFuture.runAsync(() -> compact(threads), threads);
            for (int i = 0; i < MAX_APPENDS && done < PASSES; i++) append(i);
            over = true;
            long reads = 0;
            for (CompletableFuture<Long> reader : readers) reads += reader.get(30, TimeUnit.SECONDS);
            passes.get(30, TimeUnit.SECONDS);
            assertThat(done).isGreaterThanOrEqualTo(PASSES);
            assertThat(reads).isGreaterThan(100);
            assertThat(directory.offlineReason()).isEmpty();
            CompletableFuture<Void> closed = new CompletableFuture<>();
            owner.execute(() -> log.close(() -> closed.complete(null)));
            closed.get(20, TimeUnit.SECONDS);
        } finally {
            over = true;
            threads.shutdown();
            owner.shutdown();
        }
    }

    private <T> T onOwner(Callable<T> body) throws Exception {
        return owner.submit(body).get(20, TimeUnit.SECONDS);
    }

    private void append(int i) throws Exception {
        Payload batch = new BatchBuilder()
                .append(i, CompactedLife.utf8("k" + i % 11), i % 13 == 0 ? null : new byte[100])
                .build();
        AppendOutcome outcome = onOwner(() -> log.append(batch, AppendOrigin.CLIENT, 0, i));
        assertThat(outcome).isInstanceOf(AppendOutcome.Appended.class);
    }

    private void compact(ExecutorService threads) {
        CompactedLife.Bench bench = new CompactedLife.Bench() {
            @Override
            public void run(Runnable pass) {
                threads.execute(pass);
            }
        };
        try {
            while (!over) {
                CompletableFuture<CompactionOutcome> outcome = new CompletableFuture<>();
                owner.execute(() -> {
                    if (log.compaction().need(System.currentTimeMillis(), log.writtenEnd()) == null) {
                        outcome.complete(new CompactionOutcome.Postponed("nothing is due"));
                    } else {
                        log.compaction().start(bench, log.writtenEnd(), outcome::complete);
                    }
                });
                CompactionOutcome came = outcome.get(20, TimeUnit.SECONDS);
                assertThat(came).isNotInstanceOf(CompactionOutcome.Impossible.class);
                if (came instanceof CompactionOutcome.Done) done = done + 1;
            }
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private long read(Random random) {
        long reads = 0;
        try {
            while (!over) {
                long end = onOwner(() -> log.writtenEnd());
                if (end < 50) continue;
                long offset = (long) (random.nextDouble() * (end - 40));
                ReadOutcome planned = onOwner(() -> log.read(offset, end, 2_000, true));
                if (!(planned instanceof ReadOutcome.FromDisk disk)) continue;
                if (random.nextBoolean()) Thread.onSpinWait();
                CompletableFuture<FileSlice> loaded = new CompletableFuture<>();
                owner.execute(() -> disk.read().submit(loaded::complete, loaded::completeExceptionally));
                FileSlice slice = loaded.get(20, TimeUnit.SECONDS);
                check(slice, offset);
                reads++;
            }
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        return reads;
    }

    private static void check(FileSlice slice, long offset) {
        assertThat(slice.isEmpty()).as("read at %d", offset).isFalse();
        ByteBuffer bytes = CompactedLife.bytes(slice);
        slice.release();
        List<ByteBuffer> batches = new ArrayList<>();
        CompactedLife.split(bytes, batches);
        assertThat(BatchHeader.nextOffset(batches.get(0), 0)).isGreaterThan(offset);
    }
}
