package io.millrace.log.compact;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.batch.BatchBuilder;
import io.millrace.sim.LifeStopped;
import io.millrace.sim.PowerLoss;
import io.millrace.sim.SimDisk;
import io.millrace.sim.Simulation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A life with compaction in it is stopped at every change of the disk, by a kill or a loss of power; the next one must
 * find no live key lost, no deleted one back, and everything else as it was.
 */
class CompactionCrashTest {
    private static final Path ROOT = Path.of("/data");
    private static final int QUICK_STRIDE = 7;
    private static final int STEPS_OF_SETUP = 2;
    private static final int RECOVERY_STEPS = 9;

    /** How the process ends. */
    enum End {
        KILL(SimDisk::afterProcessCrash),
        POWER_DROPS_UNSYNCED(disk -> disk.afterPowerLoss(PowerLoss.DROPS_UNSYNCED)),
        POWER_SEEDED(disk -> disk.afterPowerLoss(PowerLoss.SEEDED));

        private final Consumer<SimDisk> happens;

        End(Consumer<SimDisk> happens) {
            this.happens = happens;
        }
    }

    private final List<CompactedLife.Seen> written = new ArrayList<>();
    private long syncedEnd;
    private long passes;

    @ParameterizedTest
    @EnumSource(End.class)
    void aSampleOfStopsLosesNothing(End end) throws Exception {
        everyStop(end, QUICK_STRIDE, 1);
    }

    @ParameterizedTest
    @EnumSource(End.class)
    @Tag("full")
    void noStopLosesAnything(End end) throws Exception {
        everyStop(end, 1, 2);
    }

    private void everyStop(End end, int stride, long seed) throws Exception {
        SimDisk whole = disk(seed);
        live(whole);
        assertThat(passes).as("passes of the script").isGreaterThan(5);
        long last = whole.steps();
        for (long step = STEPS_OF_SETUP + 1; step <= last; step += stride) stopAt(step, end, seed);
    }

    private void stopAt(long step, End end, long seed) throws Exception {
        SimDisk disk = disk(seed);
        disk.stopAt(step);
        try {
            live(disk);
        } catch (LifeStopped expected) {
            // Where it should.
        }
        List<String> history = disk.history();
        String where = end + " at step " + step + " (" + history.get(history.size() - 1) + ")";
        end.happens.accept(disk);
        // Every other time the recovery dies too.
        if (step % 2 == 0) {
            disk.stopAt(disk.steps() + 1 + step % RECOVERY_STEPS);
            try {
                life(disk).start();
            } catch (LifeStopped expected) {
                // Where it should; a recovery with fewer steps is fine too.
            }
            end.happens.accept(disk);
        }
        CompactedLife after = life(disk).start();
        demand(after, where);
        after.put("k0", "after");
        written.add(new CompactedLife.Seen(after.life.log.assignedEnd() - 1, "k0", "after"));
        after.compact();
        demand(after, where + ", compacted again");
    }

    private void demand(CompactedLife after, String where) throws Exception {
        if (after.life.log.writtenEnd() > 0) after.demandOrder();
        long end = after.life.log.writtenEnd();
        assertThat(end).as(where).isGreaterThanOrEqualTo(syncedEnd);
        written.removeIf(seen -> seen.offset() >= end);
        Map<String, String> model = new HashMap<>();
        for (CompactedLife.Seen seen : written) {
            model.remove(seen.key());
            if (seen.value() != null) model.put(seen.key(), seen.value());
        }
        assertThat(after.state()).as(where).isEqualTo(model);
        assertThat(written).as(where).containsAll(after.all());
        assertThat(after.life.directory.safetyAlarms()).as(where).isZero();
        if (end > 0) {
            assertThat(after.life.log.endOffsetForEpoch(0).endOffset())
                    .as(where)
                    .isEqualTo(end);
        }
    }

    private SimDisk disk(long seed) throws Exception {
        SimDisk disk = new SimDisk(new Simulation(seed), "disk");
        disk.createDirectories(ROOT);
        disk.syncDirectory(ROOT.getParent());
        return disk;
    }

    private static CompactedLife life(SimDisk disk) {
        CompactedLife life = new CompactedLife(ROOT, disk)
                .with("flush.mode", "group", "delete.retention.ms", "100", "file.delete.delay.ms", "50");
        life.life.options = life.life.options.withCheckpoint(2_000, 1_000);
        return life;
    }

    private void live(SimDisk disk) {
        written.clear();
        syncedEnd = 0;
        passes = 0;
        CompactedLife c = life(disk).start();
        rounds(c, 0);
        c.life.stop();
        c.life.start();
        rounds(c, 100);
        c.life.stop();
    }

    private void rounds(CompactedLife c, int from) {
        for (int i = from; i < from + 40; i++) {
            String key = "k" + i % 7;
            put(c, i, key, i % 9 == 0 ? null : "v" + i);
            if (i % 10 != 9) continue;
            c.life.io.advanceMs(70);
            c.life.run();
            if (c.due()) {
                c.compact();
                passes++;
            }
        }
    }

    private void put(CompactedLife c, int i, String key, String value) {
        long offset = c.life.log.assignedEnd();
        written.add(new CompactedLife.Seen(offset, key, value));
        c.append(new BatchBuilder()
                .producer(5 + i % 2, (short) 0, i % 100 / 2 + (i >= 100 ? 20 : 0))
                .append(c.life.io.nowMs(), CompactedLife.utf8(key), CompactedLife.utf8(value))
                .build());
        syncedEnd = c.life.log.syncedEnd();
        assertThat(syncedEnd).isEqualTo(offset + 1);
    }
}
