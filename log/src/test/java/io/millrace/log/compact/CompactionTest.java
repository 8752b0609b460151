package io.millrace.log.compact;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.AppendOrigin;
import io.millrace.log.AppendOutcome;
import io.millrace.log.CompactionOutcome;
import io.millrace.log.TimestampOutcome;
import io.millrace.log.batch.BatchBuilder;
import io.millrace.log.batch.BatchHeader;
import io.millrace.log.compress.Compression;
import io.millrace.log.disk.RealDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What of its records a compacted log keeps, and for how long.
 *
 * <p>Thread: one.
 */
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
        for (int i = 0; i < 6; i++) c.append(CompactedLife.idempotent(9, i, "k", "v" + i));
        c.put("k", "last").fill().compact();
        assertThat(c.batches()).anySatisfy(batch -> {
            assertThat(BatchHeader.recordCount(batch, 0)).isZero();
            assertThat(BatchHeader.producerId(batch, 0)).isEqualTo(9);
            assertThat(BatchHeader.lastSequence(batch, 0)).isEqualTo(5);
        });

        c.loseTheCheckpoints();

        assertThat(c.life.log.append(
                        CompactedLife.idempotent(9, 5, "k", "again"), AppendOrigin.CLIENT, 0, c.life.io.nowMs()))
                .isInstanceOf(AppendOutcome.Duplicate.class);
        assertThat(c.life.log.append(
                        CompactedLife.idempotent(9, 6, "k", "next"), AppendOrigin.CLIENT, 0, c.life.io.nowMs()))
                .isInstanceOf(AppendOutcome.Appended.class);
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
}
