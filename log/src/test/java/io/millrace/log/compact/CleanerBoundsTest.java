package io.millrace.log.compact;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.millrace.log.disk.RealDisk;
import io.millrace.log.store.LogLife;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What compaction may cost: nothing when there is nothing to do, else its table, its buffers and its share of I/O. */
class CleanerBoundsTest {
    private static final int LOOKS = 100_000;

    @TempDir
    Path dir;

    @Test
    void aLookAtALogInWhichNothingChangedAllocatesNothing() {
        CompactedLife c = new CompactedLife(dir, new RealDisk()).start();
        for (int i = 0; i < 20; i++) c.put("k", "v" + i);
        c.compact();
        long nowMs = c.life.io.nowMs();
        long highWatermark = c.life.log.writtenEnd();
        look(c, nowMs, highWatermark);

        long before = allocated();
        look(c, nowMs, highWatermark);
        long bytes = allocated() - before;

        assertThat(bytes).as("bytes for %d looks", LOOKS).isLessThan(LOOKS);
    }

    private static void look(CompactedLife c, long nowMs, long highWatermark) {
        for (int i = 0; i < LOOKS; i++) {
            assertThatNothingIsDue(c.life.log.compaction().need(nowMs + i, highWatermark) == null);
        }
    }

    private static void assertThatNothingIsDue(boolean nothing) {
        if (!nothing) throw new AssertionError("something is due");
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }

    @Test
    void theTableIsAsLargeAsTheDirtyPartNeedsAndNeverLargerThanAllowed() {
        assertThat(new OffsetMap(new KeyHash(1, 2), 10, 1 << 30, 0.9).memoryBytes())
                .isLessThan(1_000);
        OffsetMap map = new OffsetMap(new KeyHash(1, 2), Long.MAX_VALUE, 1 << 20, 0.9);
        assertThat(map.memoryBytes()).isLessThanOrEqualTo(1 << 20);
        int keys = 0;
        for (; !map.isFull(); keys++) map.put(key(keys), keys);
        assertThat(keys).isGreaterThan((int) ((1 << 20) / OffsetMap.ENTRY_BYTES * 0.89));
        for (int i = 0; i < keys; i++) assertThat(map.get(key(i))).isEqualTo(i);
        assertThat(map.get(key(keys))).isEqualTo(OffsetMap.NOT_FOUND);
    }

    private static ByteBuffer key(int number) {
        return LogLife.bytes("key " + number);
    }

    @Test
    void whoMovesBytesRestsForTheirShareOfTimeAndUnusedTimeIsNotSaved() {
        IoShare share = new IoShare(1_000_000);
        long now = 5_000_000_000L;
        assertThat(share.moved(100_000, now)).isEqualTo(100_000_000L);
        assertThat(share.moved(100_000, now)).isEqualTo(200_000_000L);
        assertThat(share.moved(100_000, now + 10_000_000_000L)).isEqualTo(100_000_000L);
        assertThat(IoShare.UNBOUNDED.moved(Long.MAX_VALUE, now)).isZero();
    }

    @Test
    void whatAPassReadsAndWritesIsAskedForFromItsShare() {
        CompactedLife c = new CompactedLife(dir, new RealDisk()).start();
        for (int i = 0; i < 20; i++) c.put("k", "v" + i);
        long size = c.life.log.sizeBytes();

        c.pass();

        // The dirty part twice, once for the keys and once for the copy; and what stays.
        assertThat(c.bench.moved).isBetween(size, 3 * size);
    }
}
