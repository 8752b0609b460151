package io.millrace.log.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.AppendOrigin;
import io.millrace.log.AppendOutcome;
import io.millrace.log.AppendOutcome.Appended;
import io.millrace.log.AppendOutcome.Duplicate;
import io.millrace.log.EpochEnd;
import io.millrace.log.ReadOutcome;
import io.millrace.log.TailBudget;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartitionLogTest {
    @TempDir
    Path dir;

    private LogLife life;

    @BeforeEach
    void start() {
        life = new LogLife(dir).start();
    }

    @Test
    void nothingIsOnDiskBeforeTheFirstAppend() {
        assertThat(life.folder()).doesNotExist();
        assertThat(life.log.read(0, 10, 100, true)).isEqualTo(ReadOutcome.Empty.INSTANCE);
    }

    @Test
    void anAppendIsAssignedAtOnceAndReadableOnlyWhenWritten() {
        AppendOutcome outcome = life.append(life.batch("a", "b"));

        assertThat(outcome).isEqualTo(new Appended(0, 1, -1, 0));
        assertThat(life.log.assignedEnd()).isEqualTo(2);
        assertThat(life.log.writtenEnd()).isZero();
        assertThat(life.log.read(0, 10, 100, true)).isEqualTo(ReadOutcome.Empty.INSTANCE);
        life.run();
        assertThat(life.log.writtenEnd()).isEqualTo(2);
        assertThat(life.told).containsExactly("written 2");
        assertThat(life.valuesFrom(0)).containsExactly("a", "b");
    }

    @Test
    void whatTheTailHasLetGoIsReadFromTheFile() {
        life.tail = new TailBudget(0);
        life.killAndStart();
        life.tail = new TailBudget(0);
        life.appendAll("a", "b", "c");

        assertThat(life.log.read(1, 3, 1000, true)).isInstanceOf(ReadOutcome.FromMemory.class);
    }

    @Test
    void aCleanStopLosesNothingAndNothingIsScanned() {
        life.appendAll("a", "b", "c");
        life.stop();

        life.start();

        assertThat(life.directory.previousStop()).isEqualTo(PreviousStop.CLEAN);
        assertThat(life.log.writtenEnd()).isEqualTo(3);
        assertThat(life.log.syncedEnd()).isEqualTo(3);
        assertThat(life.valuesFrom(0)).containsExactly("a", "b", "c");
        life.appendAll("d");
        assertThat(life.valuesFrom(1)).containsExactly("b", "c", "d");
    }

    @Test
    void aKilledProcessFindsEverythingItWrote() {
        life.appendAll("a", "b", "c");

        life.killAndStart();

        assertThat(life.directory.previousStop()).isEqualTo(PreviousStop.PROCESS_CRASH);
        assertThat(life.valuesFrom(0)).containsExactly("a", "b", "c");
    }

    @Test
    void idempotentProducersAreKnownAfterAKill() {
        life.append(LogLife.idempotent(5, 0, "a"));
        life.append(LogLife.idempotent(5, 1, "b"));
        life.run();

        life.killAndStart();

        assertThat(life.append(LogLife.idempotent(5, 1, "b"))).isInstanceOf(Duplicate.class);
        assertThat(life.append(LogLife.idempotent(5, 2, "c"))).isInstanceOf(Appended.class);
    }

    @Test
    void segmentsRollBySizeAndAreReadAcross() {
        life.with("segment.bytes", "200");
        life.killAndStart();

        life.appendAll("a", "b", "c", "d", "e", "f", "g");

        assertThat(life.log.segmentCount()).isEqualTo(4);
        life.killAndStart();
        assertThat(life.log.segmentCount()).isEqualTo(4);
        assertThat(life.valuesFrom(0)).containsExactly("a", "b", "c", "d", "e", "f", "g");
        assertThat(life.valuesFrom(3)).containsExactly("d", "e", "f", "g");
    }

    @Test
    void epochsAreRememberedThroughACleanStopAndRebuiltAfterAKill() {
        life.log.startEpoch(3);
        life.log.append(life.batch("a"), AppendOrigin.CLIENT, 3, life.io.nowMs());
        life.log.append(life.batch("b"), AppendOrigin.CLIENT, 5, life.io.nowMs());
        life.run();
        life.stop();
        life.start();
        life.log.append(life.batch("c"), AppendOrigin.CLIENT, 6, life.io.nowMs());
        life.run();

        life.killAndStart();

        assertThat(life.log.latestEpoch()).isEqualTo(6);
        assertThat(life.log.endOffsetForEpoch(3)).isEqualTo(new EpochEnd(3, 1));
        assertThat(life.log.endOffsetForEpoch(4)).isEqualTo(new EpochEnd(3, 1));
        assertThat(life.log.endOffsetForEpoch(5)).isEqualTo(new EpochEnd(5, 2));
        assertThat(life.log.endOffsetForEpoch(6)).isEqualTo(new EpochEnd(6, 3));
        assertThat(life.log.endOffsetForEpoch(7)).isEqualTo(EpochEnd.UNKNOWN);
    }

    @Test
    void deletionTakesTheFolderAway() throws Exception {
        life.appendAll("a");
        boolean[] done = {false};

        life.log.delete(() -> done[0] = true);
        life.run();

        assertThat(done[0]).isTrue();
        assertThat(life.folder()).doesNotExist();
        try (var left = Files.list(dir)) {
            assertThat(left.filter(p -> p.toString().endsWith("-delete"))).hasSize(1);
        }
        life.io.advanceMs(61_000);
        life.run();
        try (var left = Files.list(dir)) {
            assertThat(left.filter(p -> p.toString().endsWith("-delete"))).isEmpty();
        }
    }
}
