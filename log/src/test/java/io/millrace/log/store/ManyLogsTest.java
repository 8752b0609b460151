package io.millrace.log.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.AppendOrigin;
import io.millrace.log.LoadOutcome;
import io.millrace.log.LogConfig;
import io.millrace.log.PartitionLog;
import io.millrace.log.TailBudget;
import io.millrace.log.TopicPartitionId;
import io.millrace.log.disk.RealDisk;
import io.millrace.log.io.ManualDirectoryIo;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("full")
class ManyLogsTest {
    private static final int EMPTY = 50_000;
    private static final int WITH_DATA = 2_000;

    @TempDir
    Path dir;

    private final Deque<Runnable> owed = new ArrayDeque<>();
    private final TailBudget tail = new TailBudget(0);
    private ManualDirectoryIo io;
    private LogDirectory directory;
    private final List<PartitionLog> logs = new ArrayList<>();

    @Test
    void anIdleReplicaCostsFarLessThanTenKilobytes() throws Exception {
        open();
        long before = usedHeap();
        for (int i = 0; i < EMPTY; i++) logs.add(directory.create(id(i), LogConfig.DEFAULTS, owed::add, tail));
        long each = (usedHeap() - before) / EMPTY;

        System.out.println("an empty replica takes " + each + " bytes");
        assertThat(each).isLessThan(2_000);

        for (int i = 0; i < WITH_DATA; i++) {
            logs.get(i).append(LogLife.idempotent(i, 0, "v"), AppendOrigin.CLIENT, 0, io.nowMs());
        }
        run();
        for (PartitionLog log : logs) log.close(() -> {});
        run();
        directory.close();
        logs.clear();
        open();
        assertThat(directory.found()).hasSize(WITH_DATA);
        before = usedHeap();
        long start = System.nanoTime();
        for (TopicPartitionId id : directory.found()) {
            directory.load(
                    id, LogConfig.DEFAULTS, owed::add, tail, outcome -> logs.add(((LoadOutcome.Loaded) outcome).log()));
        }
        run();
        each = (usedHeap() - before) / WITH_DATA;
        System.out.println("a loaded replica takes " + each + " bytes and "
                + (System.nanoTime() - start) / 1000 / WITH_DATA + " us to load");
        assertThat(logs).hasSize(WITH_DATA).allMatch(log -> log.writtenEnd() == 1);
        assertThat(each).isLessThan(5_000);
        assertThat(directory.openFileCount()).isZero();
    }

    private void open() throws Exception {
        io = new ManualDirectoryIo();
        directory = LogDirectory.open(dir, new RealDisk(), LogDirectoryOptions.of(1, "c1"), io);
    }

    private void run() {
        boolean any = true;
        while (any) {
            any = io.runWriter() | io.runSyncs() | io.runReads() | !owed.isEmpty();
            while (!owed.isEmpty()) owed.remove().run();
        }
    }

    private static TopicPartitionId id(int i) {
        return new TopicPartitionId(new UUID(1, i), "topic" + i, 0);
    }

    private static long usedHeap() {
        Runtime runtime = Runtime.getRuntime();
        long used = Long.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
            System.gc();
            used = Math.min(used, runtime.totalMemory() - runtime.freeMemory());
        }
        return used;
    }
}
