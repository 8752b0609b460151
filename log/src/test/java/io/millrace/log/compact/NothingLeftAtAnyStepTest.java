package io.millrace.log.compact;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.AppendOrigin;
import io.millrace.log.AppendOutcome;
import io.millrace.log.batch.BatchBuilder;
import io.millrace.log.disk.FaultyDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.function.IntSupplier;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A life of a log with appends, compaction, a cut, retention and checkpoints, again and again: each time another step of it finds no
 * free file handle, or no room on the disk. That is waited for, and nothing is harmed.
 *
 * <p>Thread: one.
 */
class NothingLeftAtAnyStepTest {
    /** An open file that is asked for once more after others were closed counts twice. */
    private static final int GONE = 2;

    private static final int NEVER = Integer.MAX_VALUE;

    private static final long HOURS_MS = 7_200_000;

    @TempDir
    Path dir;

    private final FaultyDisk disk = new FaultyDisk();
    private CompactedLife c;

    @ParameterizedTest
    @ValueSource(strings = {"page-cache", "group"})
    void aFileHandleIsWaitedFor(String flushMode) throws IOException {
        eachStep(flushMode, from -> disk.noHandles(from, GONE), disk::handlesWanted);
    }

    @ParameterizedTest
    @ValueSource(strings = {"page-cache", "group"})
    void roomIsWaitedFor(String flushMode) throws IOException {
        eachStep(flushMode, from -> disk.noRoom(from, GONE), disk::roomWanted);
    }

    private void eachStep(String flushMode, IntConsumer fault, IntSupplier wanted) throws IOException {
        disk.syncAtOnce();
        int steps = run(flushMode, () -> fault.accept(NEVER), wanted);
        assertThat(steps).isGreaterThan(20);
        SoftAssertions all = new SoftAssertions();
        for (int step = 0; step < steps; step++) {
            int at = step;
            try {
                run(flushMode, () -> fault.accept(at), wanted);
            } catch (AssertionError | RuntimeException e) {
                String what = e.toString().split("\n")[0];
                all.fail("at step %d: %s; %s", at, what, c.life.directory.offlineReason());
            }
        }
        all.assertAll();
    }

    private int run(String flushMode, Runnable fault, IntSupplier wanted) throws IOException {
        Path root = Files.createTempDirectory(dir, "life");
        disk.noHandles(NEVER, 0);
        disk.noRoom(NEVER, 0);
        c = new CompactedLife(root, disk)
                .with("flush.mode", flushMode, "cleanup.policy", "compact,delete", "retention.ms", "3600000")
                .start();
        fault.run();
        write("a", "1");
        write("b", "1");
        write("a", "2");
        fill();
        compact();
        write("c", "1");
        fill();
        compact();
        write("d", "1");
        write("never committed", "1");
        cutTo(c.life.log.writtenEnd() - 1);
        write("d", "2");
        Map<String, String> state = state();
        assertThat(state).containsEntry("a", "2").containsEntry("b", "1").containsEntry("c", "1");
        assertThat(state).containsEntry("d", "2").doesNotContainKey("never committed");
        c.life.io.advanceMs(HOURS_MS);
        write("e", "1");
        fill();
        c.life.log.maintain(c.life.io.nowMs(), c.life.log.writtenEnd());
        rest();
        assertThat(c.life.log.logStartOffset()).isPositive();
        assertThat(state()).containsEntry("e", "1").doesNotContainKey("a");
        assertThat(segmentsBelow(c.life.log.logStartOffset())).isEmpty();
        assertThat(c.life.directory.offlineReason()).isEmpty();
        int steps = wanted.getAsInt();
        disk.noHandles(NEVER, 0);
        disk.noRoom(NEVER, 0);
        Map<String, String> last = c.state();
        c.life.killAndStart();
        assertThat(c.state()).isEqualTo(last);
        assertThat(c.life.directory.safetyAlarms()).isZero();
        c.life.stop();
        return steps;
    }

    private List<String> segmentsBelow(long start) throws IOException {
        try (Stream<Path> files = Files.list(c.life.folder())) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".log"))
                    .filter(name -> Long.parseLong(name.substring(0, name.length() - 4)) < start)
                    .toList();
        }
    }

    /** A reader is told and asks again. */
    private Map<String, String> state() {
        for (int i = 0; i < GONE; i++) {
            try {
                return c.state();
            } catch (AssertionError noHandle) {
                assertThat(noHandle).hasMessageContaining("Too many open files");
            }
        }
        return c.state();
    }

    /** What waits a moment before it tries again has its turn. */
    private void rest() {
        for (int i = 0; i < 4; i++) {
            c.life.io.advanceMs(250);
            c.life.run();
        }
    }

    private void write(String key, String value) {
        for (int i = 0; i < 5; i++) {
            long end = c.life.log.writtenEnd();
            AppendOutcome outcome = c.life.log.append(
                    new BatchBuilder()
                            .append(c.life.io.nowMs(), CompactedLife.utf8(key), CompactedLife.utf8(value))
                            .build(),
                    AppendOrigin.CLIENT,
                    0,
                    c.life.io.nowMs());
            c.life.run();
            if (outcome instanceof AppendOutcome.Appended && c.life.log.writtenEnd() > end) return;
            rest();
        }
        throw new AssertionError(key + " is not taken: " + c.life.directory.offlineReason());
    }

    private void fill() {
        write("filler", "f".repeat(310));
        write("filler", "f".repeat(310));
    }

    private void compact() {
        for (int i = 0; i < 10 && c.due(); i++) {
            c.pass();
            rest();
        }
        assertThat(c.due()).isFalse();
    }

    private void cutTo(long end) {
        boolean[] done = {false};
        c.life.log.truncateTo(end, () -> done[0] = true);
        for (int i = 0; i < 5 && !done[0]; i++) rest();
        assertThat(done[0]).isTrue();
    }
}
