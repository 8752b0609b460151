package io.millrace.log.move;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.store.LogDirectory;
import io.millrace.sim.LifeStopped;
import io.millrace.sim.PowerLoss;
import io.millrace.sim.SimDisk;
import io.millrace.sim.Simulation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A life in which a replica moves there and back is stopped at every change of the disks. The next one must find one replica,
 * with all that was acknowledged and in its order, and must be able to go on: with appends, with the move, with another stop.
 */
class MoveCrashTest {
    private static final Path A = Path.of("/a");
    private static final Path B = Path.of("/b");
    private static final int QUICK_STRIDE = 5;
    private static final int STEPS_OF_SETUP = 3;
    private static final int RECOVERY_STEPS = 11;

    /** How the process ends. */
    enum End {
        KILL(false, SimDisk::afterProcessCrash),
        POWER_DROPS_UNSYNCED(true, disk -> disk.afterPowerLoss(PowerLoss.DROPS_UNSYNCED)),
        POWER_SEEDED(true, disk -> disk.afterPowerLoss(PowerLoss.SEEDED));

        private final boolean losesPower;
        private final Consumer<SimDisk> happens;

        End(boolean losesPower, Consumer<SimDisk> happens) {
            this.losesPower = losesPower;
            this.happens = happens;
        }
    }

    private final List<String> appended = new ArrayList<>();
    private long written;
    private long synced;
    private int moves;

    @ParameterizedTest
    @EnumSource(End.class)
    void aSampleOfStopsLosesNothing(End end) throws Exception {
        everyStop(end, "page-cache", QUICK_STRIDE, 1);
        everyStop(end, "group", QUICK_STRIDE, 2);
    }

    @ParameterizedTest
    @EnumSource(End.class)
    @Tag("full")
    void noStopLosesAnything(End end) throws Exception {
        everyStop(end, "page-cache", 1, 3);
        everyStop(end, "group", 1, 4);
    }

    private void everyStop(End end, String mode, int stride, long seed) throws Exception {
        SimDisk whole = disk(seed);
        live(whole, mode);
        assertThat(moves).as("moves of the script").isEqualTo(3);
        long last = whole.steps();
        for (long step = STEPS_OF_SETUP + 1; step <= last; step += stride) stopAt(step, end, mode, seed);
    }

    private void stopAt(long step, End end, String mode, long seed) throws Exception {
        SimDisk disk = disk(seed);
        disk.stopAt(step);
        try {
            live(disk, mode);
        } catch (LifeStopped expected) {
            // Where it should.
        }
        List<String> history = disk.history();
        String where = mode + ", " + end + " at step " + step + " (" + history.get(history.size() - 1) + ")";
        end.happens.accept(disk);
        if (step % 2 == 0) {
            disk.stopAt(disk.steps() + 1 + step % RECOVERY_STEPS);
            try {
                life(disk, mode).start().resume();
            } catch (LifeStopped expected) {
                // Where it should; a start with fewer steps is fine too.
            }
            end.happens.accept(disk);
        }
        MovingLife after = life(disk, mode).start();
        demand(after, end, where);
        after.resume();
        assertThat(after.log.offlineReason()).as(where).isNull();
        demand(after, end, where + ", gone on");
        after.put("after").run();
        List<String> expected = after.values();
        assertThat(expected).as(where).endsWith("after");
        // From wherever it is to the other one, and the stop after that is a clean one.
        after.moveTo(after.directory(after.home == after.directory(0) ? 1 : 0)).run();
        assertThat(after.ends).as(where).endsWith("null");
        assertThat(after.values()).as(where).isEqualTo(expected);
        after.stop();
        assertThat(after.start().values())
                .as(where + ", moved and started again")
                .isEqualTo(expected);
        for (LogDirectory directory : after.found.opened()) {
            assertThat(directory.safetyAlarms()).as(where).isZero();
            assertThat(directory.moving().futures()).as(where).isEmpty();
        }
    }

    private void demand(MovingLife after, End end, String where) {
        List<String> there = after.values();
        int promised = (int) (end.losesPower ? synced : written);
        assertThat(there.size()).as(where).isGreaterThanOrEqualTo(promised);
        assertThat(there).as(where).isEqualTo(appended.subList(0, there.size()));
        for (LogDirectory directory : after.found.opened()) {
            assertThat(directory.offlineReason()).as(where).isEmpty();
        }
    }

    private SimDisk disk(long seed) throws Exception {
        SimDisk disk = new SimDisk(new Simulation(seed), "disk");
        disk.createDirectories(A);
        disk.createDirectories(B);
        disk.syncDirectory(A.getParent());
        return disk;
    }

    private static MovingLife life(SimDisk disk, String mode) {
        MovingLife life = new MovingLife(disk, 0, A, B);
        life.config = life.config.with(Map.of("flush.mode", mode, "file.delete.delay.ms", "0"));
        life.options = life.options.withCheckpoint(2_000, 1_000);
        return life;
    }

    private void live(SimDisk disk, String mode) {
        appended.clear();
        written = 0;
        synced = 0;
        moves = 0;
        MovingLife life = life(disk, mode).start();
        put(life, 20);
        move(life, 1);
        put(life, 5);
        life.stop();
        life.start();
        put(life, 5);
        move(life, 0);
        put(life, 5);
        move(life, 1);
        life.stop();
    }

    /** One record a turn while there is a move, which thereby has something to catch up with. */
    private void move(MovingLife life, int to) {
        life.moveTo(life.directory(to));
        int before = life.ends.size();
        for (int i = 0; i < 12; i++) {
            append(life);
            life.turn();
            note(life);
        }
        life.run();
        note(life);
        assertThat(life.ends.size()).isGreaterThan(before);
        assertThat(life.home).isSameAs(life.directory(to));
        moves++;
    }

    /**
     * Retention and DeleteRecords do not wait for a move. Here they come while the copy is closed and gets its name; whatever
     * they have made durable in the old directory holds in the new one.
     */
    @Test
    void recordsThatAreDeletedDuringTheSwapDoNotComeBack() throws Exception {
        int crashes = 0;
        for (int turns = 1; turns < 60; turns++) {
            SimDisk disk = disk(5);
            appended.clear();
            MovingLife life = life(disk, "page-cache").start();
            put(life, 20);
            life.moveTo(life.directory(1));
            for (int i = 0; i < 60 && !life.held; i++) life.turn();
            for (int i = 0; i < turns; i++) life.turn();
            if (!life.held) break;
            life.deleteBelow(12);
            disk.afterProcessCrash();

            MovingLife after = life(disk, "page-cache").start().resume();

            assertThat(after.log.logStartOffset())
                    .as("%d turns after the hold", turns)
                    .isEqualTo(12);
            assertThat(after.values()).as("%d turns after the hold", turns).isEqualTo(appended.subList(12, 20));
            crashes++;
        }
        assertThat(crashes).isGreaterThan(3);
    }

    private void put(MovingLife life, int count) {
        for (int i = 0; i < count; i++) {
            append(life);
            life.run();
            note(life);
        }
    }

    private void append(MovingLife life) {
        if (!life.held) {
            String value = "v" + appended.size();
            appended.add(value);
            life.put(value);
        }
    }

    private void note(MovingLife life) {
        written = Math.max(written, life.log.writtenEnd());
        synced = Math.max(synced, life.log.syncedEnd());
    }
}
