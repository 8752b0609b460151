package io.millrace.log.move;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.AppendOrigin;
import io.millrace.log.batch.BatchBuilder;
import io.millrace.log.store.LogDirectory;
import io.millrace.log.store.LogLife;
import io.millrace.sim.SimDisk;
import io.millrace.sim.Simulation;
import io.millrace.sim.StepKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A replica goes from one log directory to another while it is written to. */
class ReplicaMoveTest {
    private static final Path A = Path.of("/a");
    private static final Path B = Path.of("/b");
    private static final Path C = Path.of("/c");

    private SimDisk disk;
    private MovingLife life;

    @BeforeEach
    void start() throws Exception {
        disk = new SimDisk(new Simulation(1), "disk");
        for (Path path : List.of(A, B, C)) disk.createDirectories(path);
        disk.syncDirectory(A.getParent());
        life = new MovingLife(disk, 0, A, B, C).start();
    }

    private List<String> put(int from, int to) {
        List<String> values = new ArrayList<>();
        for (int i = from; i < to; i++) {
            life.put("v" + i);
            values.add("v" + i);
        }
        life.run();
        return values;
    }

    private List<String> names(Path path) throws Exception {
        return disk.list(path).stream()
                .map(file -> file.getFileName().toString())
                .filter(name -> name.startsWith("orders"))
                .toList();
    }

    @Test
    void everythingIsThereAfterwardsAndNothingInTheOldPlace() throws Exception {
        List<String> values = put(0, 50);
        life.log.noteHighWatermark(50);

        life.moveTo(life.directory(1)).run();

        assertThat(life.ends).containsExactly("null");
        assertThat(life.home).isSameAs(life.directory(1));
        assertThat(life.values()).isEqualTo(values);
        assertThat(life.log.highWatermark()).isEqualTo(50);
        assertThat(life.log.endOffsetForEpoch(3).endOffset()).isEqualTo(50);
        assertThat(names(B)).containsExactly(MovingLife.ID.folderName());
        assertThat(names(A)).allMatch(name -> name.endsWith("-delete"));

        values.addAll(put(50, 60));
        life.stop();
        assertThat(life.start().values()).isEqualTo(values);
        assertThat(life.home.path()).isEqualTo(B);
    }

    @Test
    void recordsThatComeWhileItIsCopiedAreNotForgotten() {
        List<String> values = put(0, 200);
        life.moveTo(life.directory(1));
        int next = 200;
        while (life.ends.isEmpty()) {
            if (!life.held) {
                life.put("v" + next);
                values.add("v" + next++);
            }
            life.turn();
        }
        life.run();

        assertThat(life.home.path()).isEqualTo(B);
        assertThat(life.values()).isEqualTo(values);
        assertThat(next).as("records that came meanwhile").isGreaterThan(205);
        assertThat(life.holds).isEqualTo(1);
    }

    @Test
    void theSwapWaitsForWhatWasBegunBefore() {
        put(0, 20);
        life.settled = false;
        life.moveTo(life.directory(1));
        for (int i = 0; i < 300; i++) life.turn();
        assertThat(life.ends).isEmpty();
        assertThat(life.held).isTrue();

        life.settled = true;
        life.run();
        assertThat(life.home.path()).isEqualTo(B);
    }

    @Test
    void anEmptyReplicaMovesToo() throws Exception {
        life.moveTo(life.directory(1)).run();
        assertThat(life.home.path()).isEqualTo(B);
        List<String> values = put(0, 3);
        life.stop();
        assertThat(life.start().values()).isEqualTo(values);
        assertThat(names(B)).containsExactly(MovingLife.ID.folderName());
    }

    @Test
    void whatTheOriginalGivesUpTheCopyGivesUp() {
        put(0, 40);
        life.pauseMs = 1;
        life.moveTo(life.directory(1));
        for (int i = 0; i < 20; i++) life.turn();
        life.log.truncateTo(10, () -> {});
        life.pauseMs = 0;
        life.run();
        assertThat(life.home.path()).isEqualTo(B);
        assertThat(life.values()).hasSize(10);
    }

    @Test
    void aCopyThatWentAnotherWayIsCutToWhereItAgrees() {
        List<String> values = put(0, 30);
        life.moveTo(life.directory(1));
        while (life.move.copiedBytes() == 0) life.turn();
        life.pauseMs = 1;
        while (life.move.lag() > 5) {
            life.pauseMs = 0;
            life.turn();
            life.pauseMs = 1;
        }
        // Another leader's epoch took the place of the last records.
        boolean[] cut = {false};
        life.settled = false;
        life.log.truncateTo(20, () -> cut[0] = true);
        while (!cut[0]) life.turn();
        for (int i = 20; i < 45; i++) {
            life.log.append(
                    new BatchBuilder()
                            .append(1_700_000_000_000L, null, LogLife.bytes("w" + i))
                            .build(),
                    AppendOrigin.CLIENT,
                    4,
                    1_700_000_000_000L);
        }
        life.pauseMs = 0;
        life.settled = true;
        life.run();

        List<String> expected = new ArrayList<>(values.subList(0, 20));
        for (int i = 20; i < 45; i++) expected.add("w" + i);
        assertThat(life.home.path()).isEqualTo(B);
        assertThat(life.values()).isEqualTo(expected);
    }

    @Test
    void itBeginsWhereTheOriginalDoesEvenInsideABatch() {
        BatchBuilder builder = new BatchBuilder();
        for (int i = 0; i < 10; i++) builder.append(1_700_000_000_000L, null, LogLife.bytes("b" + i));
        life.log.append(builder.build(), AppendOrigin.CLIENT, 3, 1_700_000_000_000L);
        put(10, 15);
        life.log.advanceLogStart(4);
        life.run();

        life.moveTo(life.directory(1)).run();

        assertThat(life.home.path()).isEqualTo(B);
        assertThat(life.log.logStartOffset()).isEqualTo(4);
        assertThat(life.values()).hasSize(11).startsWith("b4").endsWith("v14");
        life.stop();
        assertThat(life.start().log.logStartOffset()).isEqualTo(4);
    }

    @Test
    void recordsThatAreDeletedMeanwhileAreNotBackAfterwards() {
        put(0, 60);
        life.moveTo(life.directory(1));
        for (int i = 0; i < 8; i++) life.turn();
        life.log.advanceLogStart(55);
        life.run();
        assertThat(life.home.path()).isEqualTo(B);
        assertThat(life.values()).containsExactly("v55", "v56", "v57", "v58", "v59");
    }

    @Test
    void aMoveThatIsNotWantedLeavesNothing() throws Exception {
        List<String> values = put(0, 50);
        life.pauseMs = 1;
        life.moveTo(life.directory(1));
        for (int i = 0; i < 20; i++) life.turn();
        boolean[] gone = {false};
        life.move.cancel(() -> gone[0] = true);
        life.pauseMs = 0;
        life.run();

        assertThat(gone[0]).isTrue();
        assertThat(life.home.path()).isEqualTo(A);
        assertThat(life.values()).isEqualTo(values);
        assertThat(names(B)).allMatch(name -> name.endsWith("-delete"));
        // It may go there later all the same.
        life.moveTo(life.directory(1)).run();
        assertThat(life.home.path()).isEqualTo(B);
        assertThat(life.values()).isEqualTo(values);
    }

    @Test
    void itGoesOnAfterARestart() {
        List<String> values = put(0, 50);
        life.pauseMs = 1;
        life.moveTo(life.directory(1));
        for (int i = 0; i < 20; i++) life.turn();
        life.stop();
        life.pauseMs = 0;

        life.start();
        assertThat(life.home.path()).isEqualTo(A);
        assertThat(life.directory(1).moving().futures()).containsExactly(MovingLife.ID);
        life.resume();
        assertThat(life.home.path()).isEqualTo(B);
        assertThat(life.values()).isEqualTo(values);
    }

    @Test
    void thereAndBackAndOn() {
        List<String> values = put(0, 30);
        for (int to : new int[] {1, 0, 2, 0, 1}) {
            life.moveTo(life.directory(to)).run();
            assertThat(life.home).isSameAs(life.directory(to));
            values.addAll(put(values.size(), values.size() + 5));
        }
        life.stop();
        assertThat(life.start().values()).isEqualTo(values);
        assertThat(life.home.path()).isEqualTo(B);
    }

    @Test
    void theFailureOfTheNewDirectoryLeavesTheOldReplicaAsItIs() {
        List<String> values = put(0, 50);
        life.pauseMs = 1;
        life.moveTo(life.directory(1));
        for (int i = 0; i < 10; i++) life.turn();
        life.pauseMs = 0;
        disk.faults().failNext(StepKind.WRITE, B.toString());
        life.run();

        LogDirectory failed = life.directory(1);
        assertThat(failed.offlineReason()).isPresent();
        assertThat(life.home.path()).isEqualTo(A);
        assertThat(life.log.offlineReason()).isNull();
        values.addAll(put(50, 55));
        assertThat(life.values()).isEqualTo(values);
    }
}
