package io.millrace.log.compact;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.batch.BatchBuilder;
import io.millrace.log.compress.Compression;
import io.millrace.sim.Seeded;
import io.millrace.sim.SimDisk;
import io.millrace.sim.Simulation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;

/** Random appends, passes, retention, cuts and crashes against a map of the last values. */
class CompactionModelTest {
    private static final Path ROOT = Path.of("/data");
    private static final int ACTIONS = 60;
    private static final int KEYS = 12;

    /** What was written: offset to key and value. */
    private final List<CompactedLife.Seen> written = new ArrayList<>();

    @Seeded(runs = 40)
    void theLastValuesAreTheModelsWhateverHappens(long seed) throws Exception {
        Simulation simulation = new Simulation(seed);
        SimDisk disk = new SimDisk(simulation, "disk");
        disk.createDirectories(ROOT);
        disk.syncDirectory(ROOT.getParent());
        Random random = simulation.random("model");
        written.clear();
        CompactedLife c =
                new CompactedLife(ROOT, disk).with("delete.retention.ms", "500").start();
        c.highWatermark = 0;
        for (int i = 0; i < ACTIONS; i++) act(c, random);
        check(c);
        c.life.stop();
        c.life.start();
        check(c);
    }

    @Seeded(runs = 2_000, fresh = true)
    @Tag("long")
    void noSeedDisagreesWithTheModel(long seed) throws Exception {
        theLastValuesAreTheModelsWhateverHappens(seed);
    }

    private void act(CompactedLife c, Random random) throws IOException {
        switch (random.nextInt(10)) {
            case 0 -> {
                c.highWatermark = Math.max(c.highWatermark, c.life.log.writtenEnd() - random.nextInt(6));
                c.compact();
            }
            case 1 -> {
                c.bench.mapBytes = OffsetMap.ENTRY_BYTES * (16L + random.nextInt(8));
                c.compact();
            }
            case 2 -> {
                c.life.killAndStart();
                check(c);
            }
            case 3 -> cut(c, random);
            case 4 -> {
                c.life.io.advanceMs(random.nextInt(400));
                c.life.run();
            }
            default -> append(c, random);
        }
    }

    private void append(CompactedLife c, Random random) {
        BatchBuilder batch =
                new BatchBuilder().compression(Compression.values()[random.nextInt(Compression.values().length)]);
        long next = c.life.log.assignedEnd();
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            String key = "k" + random.nextInt(KEYS);
            String value = random.nextInt(5) == 0 ? null : "v" + (next + i);
            batch.append(c.life.io.nowMs(), CompactedLife.utf8(key), CompactedLife.utf8(value));
            written.add(new CompactedLife.Seen(next + i, key, value));
        }
        c.append(batch.build());
    }

    private void cut(CompactedLife c, Random random) {
        // Never below the high watermark.
        long floor = Math.max(c.highWatermark, c.life.log.assignedEnd() - random.nextInt(4));
        boolean[] done = {false};
        c.life.log.truncateTo(floor, () -> done[0] = true);
        c.life.run();
        assertThat(done[0]).isTrue();
        long end = c.life.log.assignedEnd();
        written.removeIf(seen -> seen.offset() >= end);
    }

    private void check(CompactedLife c) throws IOException {
        if (c.life.log.writtenEnd() > 0) c.demandOrder();
        List<CompactedLife.Seen> all = c.all();
        assertThat(written).containsAll(all);
        assertThat(all).isSortedAccordingTo((a, b) -> Long.compare(a.offset(), b.offset()));
        assertThat(c.state()).isEqualTo(model());
    }

    private Map<String, String> model() {
        Map<String, String> model = new HashMap<>();
        for (CompactedLife.Seen seen : written) {
            model.remove(seen.key());
            if (seen.value() != null) model.put(seen.key(), seen.value());
        }
        return model;
    }
}
