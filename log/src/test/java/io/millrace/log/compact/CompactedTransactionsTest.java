package io.millrace.log.compact;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.AppendOrigin;
import io.millrace.log.Payload;
import io.millrace.log.batch.BatchBuilder;
import io.millrace.log.batch.BatchHeader;
import io.millrace.log.batch.ControlBatch;
import io.millrace.log.disk.RealDisk;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What compaction leaves of transactions, open, aborted and committed ones.
 *
 * <p>Thread: one.
 */
class CompactedTransactionsTest {
    @TempDir
    Path dir;

    private CompactedLife life() {
        return new CompactedLife(dir, new RealDisk());
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

    private static Payload transactional(long producer, int sequence, String key, String value) {
        return new BatchBuilder()
                .transactional()
                .producer(producer, (short) 0, sequence)
                .append(1, CompactedLife.utf8(key), CompactedLife.utf8(value))
                .build();
    }
}
