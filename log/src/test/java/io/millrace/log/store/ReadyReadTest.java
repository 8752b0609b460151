package io.millrace.log.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.ColdRead;
import io.millrace.log.FileSlice;
import io.millrace.log.ReadOutcome;
import io.millrace.log.TailBudget;
import io.millrace.log.disk.FaultyDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What may be read on an event loop: files that are open, and bytes that came lately. */
class ReadyReadTest {
    @TempDir
    Path dir;

    private final FaultyDisk disk = new FaultyDisk();
    private LogLife life;
    private int diskReads;

    @BeforeEach
    void begin() {
        // A tenth counts: 20,000 bytes.
        disk.memoryBytes(200_000);
        disk.whileReading(() -> diskReads++);
        life = new LogLife(dir, disk);
        life.tail = new TailBudget(0);
        life.start();
        life.appendAll("a", "b", "c", "d");
        diskReads = 0;
    }

    private ColdRead read(long from) {
        return ((ReadOutcome.FromDisk) life.log.read(from, Long.MAX_VALUE, 100_000, true)).read();
    }

    private FileSlice ready(long from) {
        return read(from).ready();
    }

    private void write(int bytes) {
        life.appendAll("x".repeat(bytes));
    }

    @Test
    void whatWasJustWrittenIsReadAtOnceAndIsWhatThePoolFinds() throws IOException {
        FileSlice ready = ready(1);
        FileSlice loaded = LogLife.load(read(1));

        assertThat(ready).isEqualTo(loaded);
        ByteBuffer bytes = ByteBuffer.allocate(ready.sizeBytes());
        ready.readInto(bytes);
        assertThat(LogLife.valuesOf(bytes.flip(), 1)).containsExactly("b", "c", "d");
        ready.release();
        loaded.release();
    }

    @Test
    void whatWasWrittenLongAgoIsLeftToThePoolUnread() {
        write(30_000);
        diskReads = 0;

        assertThat(ready(0)).isNull();
        assertThat(diskReads).isZero();
        assertThat(LogLife.load(read(0)).sizeBytes()).isPositive();
    }

    @Test
    void aFileThatIsNotOpenIsLeftToThePoolWhichOpensIt() {
        life.forgetOpenFiles();

        assertThat(ready(0)).isNull();
        assertThat(diskReads).isZero();
        LogLife.load(read(0)).release();
        assertThat(ready(0)).isNotNull();
    }

    @Test
    void aSliceThatWasReadyOutlivesTheDeletionOfItsSegment() throws Exception {
        FileSlice slice = ready(0);
        life.log.delete(() -> {});
        life.io.advanceMs(100_000);
        life.run();

        ByteBuffer bytes = ByteBuffer.allocate(slice.sizeBytes());
        slice.readInto(bytes);
        assertThat(LogLife.valuesOf(bytes.flip(), 0)).hasSize(4);
        slice.release();
    }

    @Test
    void oneSlowReadEndsTheTrustInAllThatIsThereUntilItIsWrittenAnew() {
        disk.whileReading(() -> {
            diskReads++;
            life.io.advanceMs(11);
        });

        assertThat(ready(0)).isNull();
        assertThat(diskReads).as("the read that was slow").isPositive();
        diskReads = 0;
        assertThat(ready(0)).isNull();
        assertThat(ready(3)).isNull();
        assertThat(diskReads).as("nothing is tried on the loop again").isZero();

        disk.whileReading(() -> {});
        // As far as the next entry of the index: a reader starts at one.
        write(5_000);
        write(10);
        assertThat(ready(0)).isNull();
        assertThat(ready(5)).isNotNull();
    }
}
