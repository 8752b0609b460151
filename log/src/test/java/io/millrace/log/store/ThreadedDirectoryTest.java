package io.millrace.log.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.AppendError;
import io.millrace.log.AppendOrigin;
import io.millrace.log.AppendOutcome;
import io.millrace.log.LoadOutcome;
import io.millrace.log.LogConfig;
import io.millrace.log.LogListener;
import io.millrace.log.Owner;
import io.millrace.log.PartitionLog;
import io.millrace.log.Payload;
import io.millrace.log.ReadOutcome;
import io.millrace.log.TailBudget;
import io.millrace.log.TimestampOutcome;
import io.millrace.log.TopicPartitionId;
import io.millrace.log.batch.BatchBuilder;
import io.millrace.log.disk.RealDisk;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same log on real threads: two owners, the writer and the pools at once. */
class ThreadedDirectoryTest {
    private static final int LOGS = 6;
    private static final int RECORDS = 400;

    @TempDir
    Path dir;

    private final List<ExecutorService> loops =
            List.of(Executors.newSingleThreadExecutor(), Executors.newSingleThreadExecutor());

    @AfterEach
    void stopLoops() {
        loops.forEach(ExecutorService::shutdownNow);
    }

    @ParameterizedTest
    @ValueSource(strings = {"page-cache", "group"})
    void whatWasAcknowledgedIsThereAfterARestart(String flushMode) throws Exception {
        LogConfig config = LogConfig.DEFAULTS.with("flush.mode", flushMode).with("segment.bytes", "5000");
        LogDirectory directory = open();
        List<PartitionLog> logs = new ArrayList<>();
        List<CompletableFuture<Void>> fed = new ArrayList<>();
        for (int i = 0; i < LOGS; i++) {
            Owner owner = loops.get(i % 2)::execute;
            PartitionLog log = directory.create(id(i), config, owner, new TailBudget(2_000));
            logs.add(log);
            fed.add(new Feeder(log, owner, flushMode.equals("group")).all);
        }
        for (CompletableFuture<Void> one : fed) one.get(30, TimeUnit.SECONDS);
        closeAll(logs);
        directory.close();

        LogDirectory again = open();
        assertThat(again.previousStop()).isEqualTo(PreviousStop.CLEAN);
        List<PartitionLog> loaded = new ArrayList<>();
        for (int i = 0; i < LOGS; i++) loaded.add(load(again, id(i), config, i));
        for (int i = 0; i < LOGS; i++) {
            assertThat(valuesOf(loaded.get(i), i)).hasSize(RECORDS).first().isEqualTo("v0");
            PartitionLog log = loaded.get(i);
            CompletableFuture<TimestampOutcome> max = new CompletableFuture<>();
            loops.get(i % 2).execute(() -> log.findMaxTimestamp(Long.MAX_VALUE, max::complete));
            assertThat(max.get(10, TimeUnit.SECONDS)).isInstanceOf(TimestampOutcome.Found.class);
        }
        closeAll(loaded);
        again.close();
        assertThat(again.safetyAlarms()).isZero();
    }

    @Test
    void anIdleDirectoryClosesAtOnceAndCleanly() throws Exception {
        LogDirectory directory = open();
        directory.close();
        LogDirectory again = open();
        assertThat(again.previousStop()).isEqualTo(PreviousStop.CLEAN);
        again.close();
    }

    private LogDirectory open() throws LogDirectoryException {
        return LogDirectory.open(dir, new RealDisk(), LogDirectoryOptions.of(1, "c1"));
    }

    private static TopicPartitionId id(int i) {
        return new TopicPartitionId(new UUID(4, 4), "threads", i);
    }

    private PartitionLog load(LogDirectory directory, TopicPartitionId id, LogConfig config, int i) throws Exception {
        CompletableFuture<LoadOutcome> outcome = new CompletableFuture<>();
        directory.load(id, config, loops.get(i % 2)::execute, new TailBudget(0), outcome::complete);
        return ((LoadOutcome.Loaded) outcome.get(10, TimeUnit.SECONDS)).log();
    }

    private void closeAll(List<PartitionLog> logs) throws Exception {
        for (int i = 0; i < logs.size(); i++) {
            PartitionLog log = logs.get(i);
            CompletableFuture<Void> closed = new CompletableFuture<>();
            loops.get(i % 2).execute(() -> log.close(() -> closed.complete(null)));
            closed.get(10, TimeUnit.SECONDS);
        }
    }

    private List<String> valuesOf(PartitionLog log, int i) throws Exception {
        List<String> values = new ArrayList<>();
        long next = 0;
        while (next < log.writtenEnd()) {
            long from = next;
            CompletableFuture<Long> step = new CompletableFuture<>();
            loops.get(i % 2).execute(() -> {
                var disk = (ReadOutcome.FromDisk) log.read(from, Long.MAX_VALUE, 3_000, true);
                disk.read()
                        .submit(
                                slice -> {
                                    ByteBuffer bytes = ByteBuffer.allocate(slice.sizeBytes());
                                    try {
                                        if (!slice.isEmpty()) slice.readInto(bytes);
                                    } catch (java.io.IOException e) {
                                        step.completeExceptionally(e);
                                    }
                                    slice.release();
                                    values.addAll(LogLife.valuesOf(bytes.flip(), from));
                                    step.complete(slice.nextOffset());
                                },
                                step::completeExceptionally);
            });
            next = step.get(10, TimeUnit.SECONDS);
        }
        return values;
    }

    /** Appends the next record whenever the writer is behind by less than a few. */
    private static final class Feeder implements LogListener {
        final CompletableFuture<Void> all = new CompletableFuture<>();
        private final PartitionLog log;
        private final boolean group;
        private final Consumer<Throwable> failed = all::completeExceptionally;

        Feeder(PartitionLog log, Owner owner, boolean group) {
            this.log = log;
            this.group = group;
            owner.execute(() -> {
                log.setListener(this);
                feed();
            });
        }

        private void feed() {
            long acked = group ? log.syncedEnd() : log.writtenEnd();
            if (acked == RECORDS) all.complete(null);
            while (log.assignedEnd() < RECORDS && log.assignedEnd() - acked < 20) {
                Payload batch = new BatchBuilder()
                        .append(System.currentTimeMillis(), null, LogLife.bytes("v" + log.assignedEnd()))
                        .build();
                AppendOutcome outcome = log.append(batch, AppendOrigin.CLIENT, 0, System.currentTimeMillis());
                if (!(outcome instanceof AppendOutcome.Appended)) failed.accept(new AssertionError(outcome.toString()));
            }
        }

        @Override
        public void onWritten(long writtenEnd, int bytes) {
            if (!group) feed();
        }

        @Override
        public void onSynced(long syncedEnd) {
            if (group) feed();
        }

        @Override
        public void onAppendsFailed(long cutBackTo, AppendError why) {
            failed.accept(new AssertionError(why.toString()));
        }

        @Override
        public void onOffline(String why) {
            failed.accept(new AssertionError(why));
        }
    }
}
