package io.millrace.log.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.sim.InvariantViolation;
import io.millrace.sim.LogCorrupter;
import io.millrace.sim.Seeded;
import io.millrace.sim.Simulation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every kind of file, damaged in every way, after a clean close and after a crash: what can be rebuilt is rebuilt, what
 * cannot is cut or refused with a sentence, and nobody is ever served a record that was not there.
 */
class DamageTest {
    private static final int SEEDS_PER_FILE = 4;

    @Test
    void whatIsOnlyDerivedIsRebuiltWithoutLoss() throws Exception {
        List<String> broken = new ArrayList<>();
        for (boolean clean : new boolean[] {true, false}) {
            for (Path file : files(closed(1, clean))) {
                for (Damage damage : Damage.values()) {
                    if (isDerived(file)) {
                        check(1, clean, file, damage, true, broken);
                    }
                }
            }
        }

        assertThat(broken).isEmpty();
    }

    @Test
    void aDamagedSegmentIsNeverServedAsSomethingElse() throws Exception {
        List<String> broken = new ArrayList<>();
        for (boolean clean : new boolean[] {true, false}) {
            for (Path file : files(closed(1, clean))) {
                for (Damage damage : Damage.values()) {
                    if (file.toString().endsWith(".log")) {
                        for (int seed = 1; seed <= SEEDS_PER_FILE; seed++) {
                            check(seed, clean, file, damage, false, broken);
                        }
                    }
                }
            }
        }

        assertThat(broken).isEmpty();
    }

    @Test
    void damagedIdentityIsRefusedWithASentenceOrDoesNotMatter() throws Exception {
        List<String> broken = new ArrayList<>();
        for (Path file : files(closed(1, true))) {
            for (Damage damage : Damage.values()) {
                if (!isDerived(file) && !file.toString().endsWith(".log")) {
                    check(1, true, file, damage, false, broken);
                }
            }
        }

        assertThat(broken).isEmpty();
    }

    @Seeded(runs = 5_000, fresh = true)
    @Tag("long")
    void anyFileMayBeDamagedInAnyWay(long seed) throws Exception {
        Random random = new Random(seed);
        boolean clean = random.nextBoolean();
        List<Path> files = files(closed(1, clean));
        List<String> broken = new ArrayList<>();

        check(
                seed,
                clean,
                files.get(random.nextInt(files.size())),
                Damage.values()[random.nextInt(Damage.values().length)],
                false,
                broken);

        assertThat(broken).isEmpty();
    }

    @Test
    void everyKindOfFileIsAmongTheDamagedOnes() throws Exception {
        Set<String> kinds = new TreeSet<>();
        files(closed(1, true)).forEach(file -> kinds.add(kind(file)));

        assertThat(kinds)
                .containsExactly(
                        ".index",
                        ".lock",
                        ".log",
                        ".snapshot",
                        "meta.properties",
                        "recovery-checkpoint",
                        "stop-marker");
    }

    private static void check(long seed, boolean clean, Path file, Damage damage, boolean lossless, List<String> broken)
            throws Exception {
        NodeWorld world = closed(1, clean);
        damage.to(file, new LogCorrupter(world.disk()), new Random(seed));
        String where = damage + " of " + file + (clean ? " after a clean close" : " after a crash") + ", seed " + seed;
        DamagedLife life = new DamagedLife(world, where);
        try {
            life.run();
            if (lossless && (life.lost() || !life.refusals().isEmpty())) {
                broken.add(where + ": lost " + life.lost() + ", refused " + life.refusals());
            }
        } catch (InvariantViolation e) {
            broken.add(e.getMessage());
        } catch (RuntimeException e) {
            broken.add(where + ": " + e);
        }
    }

    /** A world after some production, closed or killed, with nothing running. */
    private static NodeWorld closed(long seed, boolean clean) throws Exception {
        NodeWorld world = new NodeWorld(new Simulation(seed), "node", AckRule.BY_FLUSH_MODE);
        LogLife life = world.startLife();
        life.open();
        Replica orders = life.create("orders", ScriptedLife.GROUP);
        Replica clicks = life.create("clicks", ScriptedLife.PAGE_CACHE.with("retention.bytes", "-1"));
        for (int i = 0; i < 12; i++) {
            if (i % 4 == 0) {
                orders.lead();
                clicks.lead();
            }
            orders.produceIdempotent(7, 2);
            clicks.produceIdempotent(9, 3);
            life.awaitAcks();
            life.pass(i == 6 ? 7_000 : 10);
        }
        if (clean) {
            life.closeCleanly();
        } else {
            life.pass(50);
            world.crash(CrashKind.PROCESS);
        }
        return world;
    }

    private static List<Path> files(NodeWorld world) throws IOException {
        List<Path> files = new ArrayList<>();
        collect(world, world.directory(), files);
        return files;
    }

    private static void collect(NodeWorld world, Path folder, List<Path> into) throws IOException {
        for (Path path : world.disk().list(folder)) {
            if (world.disk().isDirectory(path)) {
                collect(world, path, into);
            } else {
                into.add(path);
            }
        }
    }

    private static String kind(Path file) {
        String name = file.getFileName().toString();
        return name.matches("\\d+\\..*") ? name.substring(name.indexOf('.')) : name;
    }

    /** Rebuilt from the segments when it is missing or damaged. */
    private static boolean isDerived(Path file) {
        return !kind(file).equals(".log") && !kind(file).equals("meta.properties");
    }
}
