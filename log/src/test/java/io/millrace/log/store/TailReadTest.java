package io.millrace.log.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.AppendOrigin;
import io.millrace.log.FileSlice;
import io.millrace.log.Payload;
import io.millrace.log.ReadOutcome;
import io.millrace.log.ReadOutcome.FromDisk;
import io.millrace.log.ReadOutcome.FromMemory;
import io.millrace.log.TailBudget;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TailReadTest {
    @TempDir
    Path dir;

    @Test
    void readsKeepToSizeAndLimitInWholeBatches() {
        LogLife life = new LogLife(dir).start();
        life.appendAll("a", "b", "c", "d");
        int one = life.batch("a").sizeBytes();

        assertThat(memory(life.log.read(0, 4, 2 * one + 10, true)).nextOffset()).isEqualTo(2);
        assertThat(memory(life.log.read(1, 3, 10_000, true)).nextOffset()).isEqualTo(3);
        assertThat(memory(life.log.read(0, 4, 1, true)).nextOffset()).isEqualTo(1);
        assertThat(life.log.read(0, 4, 1, false)).isEqualTo(ReadOutcome.Empty.INSTANCE);
        assertThat(life.log.read(5, 9, 1, false)).isEqualTo(new ReadOutcome.OutOfRange(0, 4));
    }

    @Test
    void theSameFromTheFile() {
        LogLife life = new LogLife(dir);
        life.tail = new TailBudget(0);
        life.with("segment.bytes", "500").start();
        life.appendAll("a", "b", "c", "d", "e", "f", "g", "h", "i");
        int one = life.batch("a").sizeBytes();

        assertThat(file(life.log.read(0, 9, 2 * one + 10, true)).nextOffset()).isEqualTo(2);
        assertThat(file(life.log.read(1, 3, 10_000, true)).nextOffset()).isEqualTo(3);
        assertThat(file(life.log.read(3, 9, 1, true)).sizeBytes()).isEqualTo(one);
        assertThat(file(life.log.read(3, 9, 1, false)).isEmpty()).isTrue();
        assertThat(file(life.log.read(2, 9, 10_000, true)).nextOffset()).isEqualTo(7);
        assertThat(life.valuesFrom(0)).hasSize(9);
    }

    @Test
    void theBudgetIsSharedAndTheOldestGoFirst() {
        LogLife life = new LogLife(dir);
        int one = life.start().batch("a").sizeBytes();
        life.directory.abandon();
        life.tail = new TailBudget(3L * one);
        life.start();

        life.appendAll("a", "b", "c", "d");

        assertThat(life.log.read(0, 4, 10_000, true)).isInstanceOf(FromDisk.class);
        assertThat(life.log.read(1, 4, 10_000, true)).isInstanceOf(FromMemory.class);
        assertThat(life.tail.usedBytes()).isEqualTo(3L * one);
    }

    @Test
    void everyPayloadIsReleasedAsOftenAsItWasRetained() {
        LogLife life = new LogLife(dir);
        life.tail = new TailBudget(150);
        life.start();
        Counted[] payloads = new Counted[6];
        for (int i = 0; i < payloads.length; i++) {
            payloads[i] = new Counted(life.batch("v" + i));
            life.log.append(payloads[i], AppendOrigin.CLIENT, 0, life.io.nowMs());
            life.run();
        }
        FromMemory read = (FromMemory) life.log.read(5, 6, 1000, true);
        life.stop();

        assertThat(payloads[5].count).isEqualTo(2);
        read.batches().forEach(Payload::release);
        for (Counted payload : payloads) assertThat(payload.count).isEqualTo(1);
    }

    @Test
    void aSliceOutlivesTheDeletionOfItsSegment() throws Exception {
        LogLife life = new LogLife(dir);
        life.tail = new TailBudget(0);
        life.start();
        life.appendAll("a");
        FileSlice slice = file(life.log.read(0, 1, 1000, true));

        life.log.delete(() -> {});
        life.io.advanceMs(100_000);
        life.run();

        ByteBuffer bytes = ByteBuffer.allocate(slice.sizeBytes());
        slice.readInto(bytes);
        assertThat(LogLife.valuesOf(bytes.flip(), 0)).containsExactly("a");
        slice.release();
    }

    private static FromMemory memory(ReadOutcome outcome) {
        assertThat(outcome).isInstanceOf(FromMemory.class);
        return (FromMemory) outcome;
    }

    private static FileSlice file(ReadOutcome outcome) {
        assertThat(outcome).isInstanceOf(FromDisk.class);
        return LogLife.load(((FromDisk) outcome).read());
    }

    /** Counts its references; the test holds the first. */
    private static final class Counted implements Payload {
        private final Payload payload;
        private int count = 1;

        Counted(Payload payload) {
            this.payload = payload;
        }

        @Override
        public ByteBuffer bytes() {
            return payload.bytes();
        }

        @Override
        public int sizeBytes() {
            return payload.sizeBytes();
        }

        @Override
        public Payload retain() {
            count++;
            return this;
        }

        @Override
        public void release() {
            count--;
        }
    }
}
