package io.millrace.log.compact;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.AppendOrigin;
import io.millrace.log.AppendOutcome;
import io.millrace.log.CompactionOutcome;
import io.millrace.log.EpochEnd;
import io.millrace.log.FileSlice;
import io.millrace.log.HeapPayload;
import io.millrace.log.ReadOutcome;
import io.millrace.log.TimestampOutcome;
import io.millrace.log.batch.BatchBuilder;
import io.millrace.log.batch.BatchHeader;
import io.millrace.log.batch.ControlBatch;
import io.millrace.log.compress.Compression;
import io.millrace.log.disk.RealDisk;
import io.millrace.log.store.LogLife;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CompactionTest {
    @TempDir
    Path dir;

    private CompactedLife life() {
        return new CompactedLife(dir, new RealDisk());
    }

    @Test
    void theLastValueOfEachKeyStaysAtItsOffset() {
        CompactedLife c = life().start();
        c.put("a", "1").put("b", "1").put("a", "2").put("c", "1").put("a", "3").fill();

        c.compact();

        assertThat(c.all().subList(0, 3))
                .containsExactly(
                        new CompactedLife.Seen(1, "b", "1"),
                        new CompactedLife.Seen(3, "c", "1"),
                        new CompactedLife.Seen(4, "a", "3"));
        c.life.killAndStart();
        assertThat(c.all().subList(0, 3)).extracting(CompactedLife.Seen::offset).containsExactly(1L, 3L, 4L);
        assertThat(c.due()).isFalse();
    }

    @Test
    void theActiveSegmentAndWhatIsNotReplicatedStayAsTheyAre() {
        CompactedLife c = life().start();
        for (int i = 0; i < 30; i++) c.put("k", "v" + i);
        long highWatermark = 12;

        c.life.log.compaction().start(c.bench, highWatermark, came -> c.outcome = came);
        c.life.run();

        assertThat(c.outcome).isInstanceOf(CompactionOutcome.Done.class);
        assertThat(c.all().stream().map(CompactedLife.Seen::offset).toList())
                .startsWith(9L, 10L, 11L, 12L, 13L)
                .endsWith(29L);
    }

    @Test
    void aTombstoneStaysForItsTimeAndThenGoes() {
        CompactedLife c = life().with("delete.retention.ms", "1000").start();
        c.put("a", "1").put("a", null).put("b", "1").fill();
        c.compact();
        assertThat(c.all()).contains(new CompactedLife.Seen(1, "a", null));
        ByteBuffer batch = c.batches().get(1);
        assertThat(BatchHeader.baseOffset(batch, 0)).isEqualTo(1);
        assertThat(BatchHeader.hasDeleteHorizon(batch, 0)).isTrue();
        assertThat(BatchHeader.baseTimestamp(batch, 0)).isEqualTo(c.life.io.nowMs() + 1000);

        c.put("c", "1").fill().compact();
        assertThat(c.all()).contains(new CompactedLife.Seen(1, "a", null));
        c.life.io.advanceMs(1_001);
        c.put("d", "1").fill().compact();

        assertThat(c.all())
                .extracting(CompactedLife.Seen::key)
                .doesNotContain("a")
                .contains("b", "c", "d");
    }

    @Test
    void aBatchKeepsItsOffsetsCodecAndProducerWhenRecordsGo() {
        CompactedLife c = life().with("segment.bytes", "900").start();
        c.append(new BatchBuilder()
                .compression(Compression.GZIP)
                .producer(7, (short) 1, 0)
                .append(5, CompactedLife.utf8("a"), CompactedLife.utf8("1"))
                .append(6, CompactedLife.utf8("b"), CompactedLife.utf8("1"))
                .append(7, CompactedLife.utf8("a"), CompactedLife.utf8("2"))
                .append(9, CompactedLife.utf8("c"), CompactedLife.utf8("1"))
                .build());
        c.put("c", "2").put("filler", "f".repeat(800)).put("filler", "f".repeat(800));

        c.compact();

        ByteBuffer batch = c.batches().get(0);
        assertThat(BatchHeader.baseOffset(batch, 0)).isZero();
        assertThat(BatchHeader.lastOffsetDelta(batch, 0)).isEqualTo(3);
        assertThat(BatchHeader.recordCount(batch, 0)).isEqualTo(2);
        assertThat(BatchHeader.codecId(batch, 0)).isEqualTo(Compression.GZIP.id());
        assertThat(BatchHeader.producerId(batch, 0)).isEqualTo(7);
        assertThat(BatchHeader.lastSequence(batch, 0)).isEqualTo(3);
        assertThat(BatchHeader.maxTimestamp(batch, 0)).isEqualTo(7);
        assertThat(c.all().subList(0, 3))
                .containsExactly(
                        new CompactedLife.Seen(1, "b", "1"),
                        new CompactedLife.Seen(2, "a", "2"),
                        new CompactedLife.Seen(4, "c", "2"));
    }

    @Test
    void aProducersLastBatchStaysAsAHeaderSoThatItsSequencesAreKnown() throws IOException {
        CompactedLife c = life().start();
        for (int i = 0; i < 6; i++) c.append(idempotent(9, i, "k", "v" + i));
        c.put("k", "last").fill().compact();
        assertThat(c.batches()).anySatisfy(batch -> {
            assertThat(BatchHeader.recordCount(batch, 0)).isZero();
            assertThat(BatchHeader.producerId(batch, 0)).isEqualTo(9);
            assertThat(BatchHeader.lastSequence(batch, 0)).isEqualTo(5);
        });

        loseTheCheckpoints(c);

        assertThat(c.life.log.append(idempotent(9, 5, "k", "again"), AppendOrigin.CLIENT, 0, c.life.io.nowMs()))
                .isInstanceOf(AppendOutcome.Duplicate.class);
        assertThat(c.life.log.append(idempotent(9, 6, "k", "next"), AppendOrigin.CLIENT, 0, c.life.io.nowMs()))
                .isInstanceOf(AppendOutcome.Appended.class);
    }

    @Test
    void aLogWithGapsIsWholeWhenAllOfItIsReadAgainWhateverThePolicyIsThen() throws IOException {
        CompactedLife c = life().start();
        for (int i = 0; i < 40; i++) c.put("k" + i % 3, "v" + i);
        c.compact();
        List<CompactedLife.Seen> before = c.all();
        long end = c.life.log.writtenEnd();

        c.with("cleanup.policy", "delete");
        loseTheCheckpoints(c);

        assertThat(c.life.log.writtenEnd()).isEqualTo(end);
        assertThat(c.all()).isEqualTo(before);
        assertThat(c.life.directory.safetyAlarms()).isZero();
    }

    @Test
    void aFollowerOfACompactedLogHasItsGapsFromTheFirstBatchOn() throws IOException {
        CompactedLife c = life().start();
        for (long offset = 7; offset < 60; offset += 3) {
            io.millrace.log.Payload batch = new BatchBuilder()
                    .baseOffset(offset)
                    .leaderEpoch(1)
                    .append(1, CompactedLife.utf8("k" + offset), CompactedLife.utf8("v"))
                    .build();
            assertThat(c.life.log.appendReplicated(batch, c.life.io.nowMs()))
                    .isInstanceOf(AppendOutcome.Appended.class);
            c.life.run();
        }
        List<CompactedLife.Seen> before = c.all();

        c.with("cleanup.policy", "delete");
        loseTheCheckpoints(c);

        assertThat(c.all()).isEqualTo(before).hasSize(18);
        assertThat(c.life.directory.safetyAlarms()).isZero();
    }

    @Test
    void aFollowerTakesWhatIsLeftAndCompactsOnItsOwn() throws IOException {
        Files.createDirectories(dir.resolve("follower"));
        CompactedLife leader =
                new CompactedLife(Files.createDirectories(dir.resolve("leader")), new RealDisk()).start();
        for (int i = 0; i < 30; i++) {
            leader.append(idempotent(9, i, "k" + i % 4, i % 7 == 0 ? null : "v" + i));
        }
        for (int i = 0; i < 12; i++) {
            leader.append(new BatchBuilder()
                    .compression(Compression.GZIP)
                    .append(1, CompactedLife.utf8("k" + i % 4), CompactedLife.utf8("w" + i))
                    .append(1, CompactedLife.utf8("once" + i), CompactedLife.utf8("w" + i))
                    .build());
        }
        leader.compact();
        CompactedLife follower = new CompactedLife(dir.resolve("follower"), new RealDisk());
        follower.start();
        for (ByteBuffer batch : leader.batches()) {
            assertThat(follower.life.log.appendReplicated(HeapPayload.of(batch), follower.life.io.nowMs()))
                    .isInstanceOf(AppendOutcome.Appended.class);
            follower.life.run();
        }

        assertThat(follower.all()).isEqualTo(leader.all());
        follower.fill().compact();
        assertThat(follower.state()).containsAllEntriesOf(leader.state());
        assertThat(follower.life.log.endOffsetForEpoch(0).endOffset()).isEqualTo(follower.life.log.writtenEnd());
    }

    /** It led epoch 5 and wrote nothing; the next leader has batches of epoch 3 there, of which compaction left the later ones. */
    @Test
    void aFollowerThatLedWithoutAWordGoesOnBehindAGapInAnOlderEpoch() {
        CompactedLife c = life().start();
        replicate(c, 0, 3);
        c.life.log.startEpoch(5);
        replicate(c, 4, 3);

        for (int start = 0; start < 2; start++) {
            assertThat(c.life.log.epochAt(4)).isEqualTo(3);
            assertThat(c.life.log.endOffsetForEpoch(3)).isEqualTo(new EpochEnd(3, 5 + start));
            c.life.killAndStart();
            replicate(c, 5 + start, 3);
        }
        assertThat(c.all()).hasSize(4);
        assertThat(c.life.directory.safetyAlarms()).isZero();
    }

    private static void replicate(CompactedLife c, long offset, int epoch) {
        io.millrace.log.Payload batch = new BatchBuilder()
                .baseOffset(offset)
                .leaderEpoch(epoch)
                .append(1, CompactedLife.utf8("k" + offset), CompactedLife.utf8("v"))
                .build();
        assertThat(c.life.log.appendReplicated(batch, c.life.io.nowMs())).isInstanceOf(AppendOutcome.Appended.class);
        c.life.run();
    }

    @Test
    void leaderEpochsAreTheSameWhenAllOfTheLogIsReadAgain() throws IOException {
        CompactedLife c = life().start();
        for (int epoch = 0; epoch < 5; epoch++) {
            for (int i = 0; i < 7; i++) {
                c.life.log.append(
                        new BatchBuilder()
                                .append(1, CompactedLife.utf8("k"), CompactedLife.utf8("v"))
                                .build(),
                        AppendOrigin.CLIENT,
                        epoch,
                        c.life.io.nowMs());
                c.life.run();
            }
        }
        c.fill().compact();
        assertThat(c.batches()).hasSizeLessThan(20);

        loseTheCheckpoints(c);

        for (int epoch = 0; epoch < 4; epoch++) {
            assertThat(c.life.log.endOffsetForEpoch(epoch).endOffset()).isEqualTo(7L * (epoch + 1));
        }
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
    void timestampsAreFoundInWhatIsLeft() {
        CompactedLife c = life().start();
        for (int i = 0; i < 24; i++) {
            c.append(new BatchBuilder()
                    .append(1_000 + i, CompactedLife.utf8("k" + i % 4), CompactedLife.utf8("v" + i))
                    .build());
        }
        c.append(new BatchBuilder()
                .producer(5, (short) 0, 0)
                .append(9_000, CompactedLife.utf8("late"), new byte[1])
                .build());
        c.append(new BatchBuilder()
                .append(1_050, CompactedLife.utf8("late"), new byte[1])
                .build());
        for (int i = 0; i < 4; i++) {
            c.append(new BatchBuilder()
                    .append(1_100 + i, CompactedLife.utf8("z"), new byte[300])
                    .build());
        }

        c.compact();
        c.compact();

        assertThat(search(c, 1_005)).isEqualTo(new TimestampOutcome.Found(20, 1_020, 0));
        assertThat(search(c, 1_022)).isEqualTo(new TimestampOutcome.Found(22, 1_022, 0));
        assertThat(search(c, 5_000)).isEqualTo(TimestampOutcome.NotFound.INSTANCE);
        List<TimestampOutcome> max = new ArrayList<>();
        c.life.log.findMaxTimestamp(Long.MAX_VALUE, max::add);
        c.life.run();
        assertThat(max).containsExactly(new TimestampOutcome.Found(29, 1_103, 0));
    }

    private static TimestampOutcome search(CompactedLife c, long timestamp) {
        List<TimestampOutcome> found = new ArrayList<>();
        c.life.log.findByTimestamp(timestamp, Long.MAX_VALUE, found::add);
        c.life.run();
        return found.get(0);
    }

    @Test
    void youngRecordsWaitAndOldOnesMayNot() {
        CompactedLife c = life().with("min.compaction.lag.ms", "10000").start();
        for (int i = 0; i < 20; i++) c.put("k", "v" + i);
        assertThat(c.due()).isFalse();
        c.life.io.advanceMs(10_001);
        assertThat(c.due()).isTrue();

        c.with("min.compaction.lag.ms", "0", "min.cleanable.dirty.ratio", "1", "max.compaction.lag.ms", "60000");
        c.life.log.applyConfig(c.life.config);
        assertThat(c.due()).isFalse();
        c.life.io.advanceMs(60_000);
        assertThat(c.due()).isTrue();
        c.life.killAndStart();
        c.life.io.advanceMs(70_000);
        assertThat(c.due()).isFalse();
        assertThat(c.due()).as("after the timestamps have been read").isTrue();
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
    void abortedDataGoesAtOnceAndItsMarkerWhenNobodyNeedsItAnyMore() {
        CompactedLife c = life().with("delete.retention.ms", "1000", "file.delete.delay.ms", "10")
                .start();
        c.append(transactional(3, 0, "a", "never"));
        c.append(new ControlBatch(false, 1).build(3, (short) 0, 5), AppendOrigin.COORDINATOR);
        c.append(transactional(4, 0, "b", "yes"));
        c.append(new ControlBatch(true, 1).build(4, (short) 0, 5), AppendOrigin.COORDINATOR);
        c.append(transactional(3, 1, "a", "second"));
        c.append(new ControlBatch(true, 1).build(3, (short) 0, 5), AppendOrigin.COORDINATOR);
        c.fill().compact();
        assertThat(c.values()).doesNotContain("never").contains("yes", "second");
        assertThat(markers(c)).isEqualTo(3);
        assertThat(c.life.log.abortedIn(0, 100)).hasSize(1);

        for (int i = 0; i < 6; i++) {
            c.life.io.advanceMs(1_001);
            c.put("x" + i, "1").fill().compact();
        }

        assertThat(c.life.log.abortedIn(0, 100)).isEmpty();
        assertThat(markers(c)).isEqualTo(2);
        assertThat(c.values()).contains("yes", "second");
        c.life.killAndStart();
        assertThat(c.life.log.abortedIn(0, 100)).isEmpty();
        assertThat(c.life.log.lastStableOffset(c.life.log.writtenEnd())).isEqualTo(c.life.log.writtenEnd());
    }

    private static long markers(CompactedLife c) {
        return c.batches().stream()
                .filter(batch -> BatchHeader.isControl(batch, 0))
                .count();
    }

    @Test
    void nothingBeyondAnOpenTransactionIsTouched() {
        CompactedLife c = life().start();
        for (int i = 0; i < 6; i++) c.put("k", "v" + i);
        c.append(transactional(3, 0, "t", "open"));
        for (int i = 0; i < 20; i++) c.put("k", "w" + i);

        c.compact();

        assertThat(c.values()).contains("open", "w0", "w19").doesNotContain("v0");
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

    @ParameterizedTest
    @EnumSource(Compression.class)
    void everyCodecIsKept(Compression codec) {
        CompactedLife c = life().with("segment.bytes", "5000").start();
        for (int i = 0; i < 20; i++) {
            BatchBuilder batch = new BatchBuilder().compression(codec);
            for (int k = 0; k < 10; k++) {
                batch.append(i, CompactedLife.utf8("k" + (k < 9 ? k : 100 + i)), CompactedLife.utf8("v" + i));
            }
            c.append(batch.build());
        }
        for (int i = 0; i < 3; i++) c.put("filler", "f".repeat(4_000));

        c.compact();

        assertThat(c.state()).hasSize(9 + 20 + 1).containsEntry("k0", "v19").containsEntry("k105", "v5");
        assertThat(c.batches().stream()
                        .map(batch -> BatchHeader.codecId(batch, 0))
                        .toList())
                .contains(codec.id());
        assertThat(c.all()).hasSizeLessThan(40);
    }

    private static void loseTheCheckpoints(CompactedLife c) throws IOException {
        c.life.run();
        try (Stream<Path> list = Files.list(c.life.folder())) {
            for (Path file : list.toList()) {
                if (file.toString().endsWith(".snapshot") || file.toString().endsWith(".index")) Files.delete(file);
            }
        }
        Files.delete(c.life.root.resolve("recovery-checkpoint"));
        c.life.killAndStart();
    }

    private static List<String> files(CompactedLife c) throws IOException {
        try (Stream<Path> list = Files.list(c.life.folder())) {
            return list.map(path -> path.getFileName().toString()).toList();
        }
    }

    private static io.millrace.log.Payload idempotent(long producer, int sequence, String key, String value) {
        return new BatchBuilder()
                .producer(producer, (short) 0, sequence)
                .append(1, CompactedLife.utf8(key), CompactedLife.utf8(value))
                .build();
    }

    private static io.millrace.log.Payload transactional(long producer, int sequence, String key, String value) {
        return new BatchBuilder()
                .transactional()
                .producer(producer, (short) 0, sequence)
                .append(1, CompactedLife.utf8(key), CompactedLife.utf8(value))
                .build();
    }
}
