package io.millrace.log.compact;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.CompactionOutcome;
import io.millrace.log.FileSlice;
import io.millrace.log.ReadOutcome;
import io.millrace.log.disk.RealDisk;
import io.millrace.log.store.LogLife;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One pass over a log: the segments that it takes and makes, and what goes on beside it.
 *
 * <p>Thread: one.
 */
class CleanPassTest {
    @TempDir
    Path dir;

    private CompactedLife life() {
        return new CompactedLife(dir, new RealDisk());
    }

    @Test
    void smallSegmentsBecomeOneAndTheOldFilesGoAfterTheDelay() throws IOException {
        CompactedLife c = life().with("file.delete.delay.ms", "5000").start();
        for (int i = 0; i < 60; i++) c.put("k" + i % 2, "v" + i);
        int before = c.life.log.segmentCount();
        c.compact();
        c.put("k0", "x").fill().compact();

        assertThat(before).isGreaterThan(8);
        assertThat(c.life.log.segmentCount()).isLessThan(8);
        assertThat(files(c)).anyMatch(name -> name.endsWith(".deleted"));
        assertThat(files(c)).noneMatch(name -> name.endsWith(".swap") || name.endsWith(".cleaned"));
        c.life.io.advanceMs(5_001);
        c.life.run();
        assertThat(files(c)).noneMatch(name -> name.endsWith(".deleted"));
        assertThat(c.state()).containsEntry("k1", "v59").containsEntry("k0", "x");
    }

    @Test
    void whatDoesNotFitInTheTableIsDoneInSeveralPasses() {
        CompactedLife c = life().start();
        c.bench.mapBytes = 16L * OffsetMap.ENTRY_BYTES;
        for (int i = 0; i < 200; i++) c.put("k" + i % 50, "v" + i);
        c.fill();

        int passes = 0;
        while (c.due() && passes++ < 100) c.pass();

        assertThat(passes).isGreaterThan(3);
        assertThat(c.state()).hasSize(51).containsEntry("k49", "v199").containsEntry("k0", "v150");
        assertThat(c.all().size()).isLessThan(60);
    }

    @Test
    void aReadThatWasPlannedBeforeTheSwapReadsTheOldFile() {
        CompactedLife c = life().start();
        for (int i = 0; i < 20; i++) c.put("k", "v" + i);
        c.life.killAndStart();
        ReadOutcome.FromDisk planned = (ReadOutcome.FromDisk) c.life.log.read(0, Long.MAX_VALUE, 1 << 20, true);
        ReadOutcome.FromDisk later = (ReadOutcome.FromDisk) c.life.log.read(2, Long.MAX_VALUE, 1 << 20, true);

        c.compact();

        FileSlice slice = LogLife.load(planned.read());
        assertThat(LogLife.valuesOf(CompactedLife.bytes(slice), 0)).startsWith("v0", "v1", "v2");
        slice.release();
        c.life.forgetOpenFiles();
        FileSlice other = LogLife.load(later.read());
        assertThat(LogLife.valuesOf(CompactedLife.bytes(other), 2)).startsWith("v2", "v3");
        other.release();
        assertThat(c.values()).doesNotContain("v0", "v2");
    }

    @Test
    void whatIsCutWhileAPassRunsIsNotBroughtBack() {
        CompactedLife c = life().start();
        for (int i = 0; i < 20; i++) c.put("k", "v" + i);
        c.bench.held = new ArrayList<>();
        c.pass();
        boolean[] done = {false};
        c.life.log.truncateTo(10, () -> done[0] = true);
        c.life.run();
        for (int i = 0; i < 20; i++) c.put("k", "w" + i);

        c.bench.held.get(0).run();
        c.life.run();

        assertThat(done[0]).isTrue();
        assertThat(c.outcome).isInstanceOf(CompactionOutcome.Postponed.class);
        assertThat(c.values()).containsSubsequence("v9", "w0", "w19").doesNotContain("v10");
        c.life.killAndStart();
        assertThat(c.values()).containsSubsequence("v9", "w0", "w19").doesNotContain("v10");
    }

    @Test
    void retentionGoesOnBesideIt() throws IOException {
        CompactedLife c = life().with("cleanup.policy", "compact,delete", "retention.bytes", "900")
                .start();
        for (int i = 0; i < 30; i++) c.put("k" + i, "v" + i);
        c.bench.held = new ArrayList<>();
        c.pass();
        c.life.log.maintain(c.life.io.nowMs(), c.life.log.writtenEnd());
        c.life.run();
        long start = c.life.log.logStartOffset();

        c.bench.held.get(0).run();
        c.life.run();

        assertThat(start).isPositive();
        assertThat(c.outcome).isInstanceOf(CompactionOutcome.Postponed.class);
        assertThat(c.all()).first().extracting(CompactedLife.Seen::offset).isEqualTo(start);
        assertThat(files(c)).noneMatch(name -> name.endsWith(".cleaned"));
    }

    @Test
    void aDamagedBatchIsLeftAloneAndReported() throws IOException {
        CompactedLife c = life().start();
        for (int i = 0; i < 20; i++) c.put("k", "v" + i);
        c.life.stop();
        Path first = c.life.folder().resolve("00000000000000000000.log");
        byte[] bytes = Files.readAllBytes(first);
        bytes[70] ^= 1;
        Files.write(first, bytes);
        c.life.start();

        c.pass();

        assertThat(c.outcome).isInstanceOf(CompactionOutcome.Impossible.class);
        assertThat(c.due()).isFalse();
        assertThat(c.life.directory.safetyAlarms()).isEqualTo(1);
        assertThat(Files.readAllBytes(first)).isEqualTo(bytes);
    }

    private static List<String> files(CompactedLife c) throws IOException {
        try (Stream<Path> list = Files.list(c.life.folder())) {
            return list.map(path -> path.getFileName().toString()).toList();
        }
    }
}
