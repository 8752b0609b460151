package io.millrace.log.compact;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.AppendOrigin;
import io.millrace.log.AppendOutcome;
import io.millrace.log.EpochEnd;
import io.millrace.log.HeapPayload;
import io.millrace.log.batch.BatchBuilder;
import io.millrace.log.compress.Compression;
import io.millrace.log.disk.FaultyDisk;
import io.millrace.log.disk.RealDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A compacted log that is read whole again, and the followers that copy it.
 *
 * <p>Thread: one.
 */
class CompactedReplicaTest {
    @TempDir
    Path dir;

    private CompactedLife life() {
        return new CompactedLife(dir, new RealDisk());
    }

    @Test
    void aLogWithGapsIsWholeWhenAllOfItIsReadAgainWhateverThePolicyIsThen() throws IOException {
        CompactedLife c = life().start();
        for (int i = 0; i < 40; i++) c.put("k" + i % 3, "v" + i);
        c.compact();
        List<CompactedLife.Seen> before = c.all();
        long end = c.life.log.writtenEnd();

        c.with("cleanup.policy", "delete");
        c.loseTheCheckpoints();

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
        c.loseTheCheckpoints();

        assertThat(c.all()).isEqualTo(before).hasSize(18);
        assertThat(c.life.directory.safetyAlarms()).isZero();
    }

    @Test
    void aFollowerTakesWhatIsLeftAndCompactsOnItsOwn() throws IOException {
        Files.createDirectories(dir.resolve("follower"));
        CompactedLife leader =
                new CompactedLife(Files.createDirectories(dir.resolve("leader")), new RealDisk()).start();
        for (int i = 0; i < 30; i++) {
            leader.append(CompactedLife.idempotent(9, i, "k" + i % 4, i % 7 == 0 ? null : "v" + i));
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
        replicate(c, offset, epoch, false);
    }

    private static void replicate(CompactedLife c, long offset, int epoch, boolean gapsMayCome) {
        io.millrace.log.Payload batch = new BatchBuilder()
                .baseOffset(offset)
                .leaderEpoch(epoch)
                .append(1, CompactedLife.utf8("k" + offset), CompactedLife.utf8("v"))
                .build();
        assertThat(c.life.log.appendReplicated(batch, c.life.io.nowMs(), gapsMayCome))
                .isInstanceOf(AppendOutcome.Appended.class);
        c.life.run();
    }

    /** A recovery cuts a log of another policy where offsets are missing, unless the mark says that they may be. */
    @Test
    void aFollowerTakesNothingBehindAGapThatItHasNoHandleToNote() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        CompactedLife c =
                new CompactedLife(dir, disk).with("cleanup.policy", "delete").start();
        replicate(c, 0, 1);
        disk.noHandles(0, Integer.MAX_VALUE);
        replicate(c, 5, 1, true);
        long end = c.life.log.writtenEnd();
        disk.noHandles(0, 0);
        c.life.killAndStart();
        assertThat(c.life.log.writtenEnd()).as("what the leader was told of").isEqualTo(end);

        replicate(c, 5, 1, true);
        replicate(c, 6, 1);
        c.life.killAndStart();

        assertThat(c.life.log.writtenEnd()).isEqualTo(7);
        assertThat(c.life.directory.safetyAlarms()).isZero();
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

        c.loseTheCheckpoints();

        for (int epoch = 0; epoch < 4; epoch++) {
            assertThat(c.life.log.endOffsetForEpoch(epoch).endOffset()).isEqualTo(7L * (epoch + 1));
        }
    }
}
