package io.millrace.log.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.log.disk.Disk;
import io.millrace.log.disk.DiskFullException;
import io.millrace.log.disk.NoFreeFilesException;
import io.millrace.sim.SimDisk;
import io.millrace.sim.Simulation;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Failures that leave a log directory online: a full disk, no free file handle. Each at the worst step of a move. */
class FailingMoveTest {
    private static final Path A = Path.of("/a");
    private static final Path B = Path.of("/b");

    /** Looks at each call on the disk and may refuse it. */
    private interface Refusal {
        void judge(String call, Object[] arguments) throws IOException;
    }

    private SimDisk disk;
    private Refusal refusal = (call, arguments) -> {};
    private MovingLife life;
    private final List<String> values = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        disk = new SimDisk(new Simulation(1), "disk");
        for (Path path : List.of(A, B)) disk.createDirectories(path);
        disk.syncDirectory(A.getParent());
        Disk judged = (Disk) Proxy.newProxyInstance(
                Disk.class.getClassLoader(), new Class<?>[] {Disk.class}, (proxy, method, all) -> {
                    refusal.judge(method.getName(), all);
                    try {
                        return method.invoke(disk, all);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
        life = new MovingLife(judged, 0, A, B).start();
        put(30);
    }

    private void put(int records) {
        for (int i = 0; i < records; i++) {
            String value = "v" + values.size();
            life.put(value);
            values.add(value);
        }
        life.run();
    }

    private static boolean isMark(Object path) {
        return path.toString().endsWith(".moved");
    }

    /** The power may take back one of the two names alone: without the mark two folders would count. */
    @Test
    void theMarkGoesOnlyWhenTheOldFolderHasGoneForGoodAlsoWithoutAHandle() {
        boolean[] aside = {false};
        boolean[] refused = {false};
        boolean[] synced = {false};
        List<Boolean> syncedWhenTheMarkGoes = new ArrayList<>();
        refusal = (call, arguments) -> {
            aside[0] |= call.equals("rename") && arguments[1].toString().endsWith("-delete");
            if (call.equals("syncDirectory") && aside[0] && !refused[0]) {
                refused[0] = true;
                throw new NoFreeFilesException("too many open files", null);
            }
            synced[0] |= call.equals("syncDirectory") && aside[0] && arguments[0].equals(A);
            if (call.equals("delete") && isMark(arguments[0])) syncedWhenTheMarkGoes.add(synced[0]);
        };
        life.moveTo(life.directory(1)).run();

        assertThat(refused[0]).isTrue();
        assertThat(life.home.path()).isEqualTo(B);
        assertThat(syncedWhenTheMarkGoes).containsExactly(true);
    }

    @Test
    void aMarkThatCouldNotBeSyncedDoesNotOutliveItsMove() {
        boolean[] marked = {false};
        boolean[] refused = {false};
        refusal = (call, arguments) -> {
            marked[0] |= call.equals("open") && isMark(arguments[0]);
            if (call.equals("syncDirectory") && marked[0] && !refused[0]) {
                refused[0] = true;
                throw new NoFreeFilesException("too many open files", null);
            }
        };
        life.moveTo(life.directory(1)).run();
        assertThat(refused[0]).isTrue();
        assertThat(life.ends).hasSize(1).doesNotContain("null");
        assertThat(life.home.path()).isEqualTo(A);
        put(10);
        life.stop();

        assertThat(life.start().values()).isEqualTo(values);
        assertThat(life.home.path()).isEqualTo(A);
    }

    @Test
    void aMarkThatCannotEvenBeTakenBackTakesTheDirectoryOffline() {
        boolean[] marked = {false};
        refusal = (call, arguments) -> {
            marked[0] |= call.equals("open") && isMark(arguments[0]);
            if (call.equals("syncDirectory") && marked[0] && arguments[0].equals(A)) {
                throw new NoFreeFilesException("too many open files", null);
            }
        };
        life.moveTo(life.directory(1)).run();

        assertThat(life.directory(0).offlineReason().orElseThrow()).contains("cannot be taken back");
        refusal = (call, arguments) -> {};
        life.found.opened().forEach(io.millrace.log.store.LogDirectory::close);
        assertThat(life.start().values()).isEqualTo(values);
    }

    @Test
    void anOldFolderThatCannotBeRemovedStaysMarkedAndDoesNotComeBack() throws Exception {
        refusal = (call, arguments) -> {
            if (call.equals("rename") && arguments[1].toString().endsWith("-delete")) {
                throw new DiskFullException("no space left", null);
            }
        };
        life.moveTo(life.directory(1)).run();
        assertThat(life.home.path()).isEqualTo(B);
        put(10);
        life.stop();
        assertThat(life.start().values()).isEqualTo(values);
        assertThat(life.home.path()).isEqualTo(B);
        assertThat(disk.exists(A.resolve(MovingLife.ID.folderName()))).isTrue();

        refusal = (call, arguments) -> {};
        life.moveTo(life.directory(0)).run();
        assertThat(life.home.path()).isEqualTo(A);
        put(5);
        life.stop();
        assertThat(life.start().values()).isEqualTo(values);
        assertThat(life.home.path()).isEqualTo(A);
    }

    @Test
    void anArrivalThatFailsAtAStartIsFinishedByTheNext() throws Exception {
        boolean[] stopped = {false};
        refusal = (call, arguments) -> {
            if (call.equals("rename") && arguments[0].toString().endsWith("-future")) {
                stopped[0] = true;
                throw new DiskFullException("no space left", null);
            }
        };
        life.moveTo(life.directory(1)).run();
        assertThat(stopped[0]).isTrue();
        life.found.opened().forEach(io.millrace.log.store.LogDirectory::close);
        assertThatThrownBy(() -> life.start())
                .hasMessageContaining("to finish a move")
                .hasMessageContaining("no space");

        refusal = (call, arguments) -> {};
        assertThat(life.start().values()).isEqualTo(values);
        assertThat(life.home.path()).isEqualTo(B);
    }

    @Test
    void aTargetThatIsFullDoesNotHoldTheReplica() {
        life.moveTo(life.directory(1));
        while (!life.held) {
            life.put("v" + values.size());
            values.add("v" + values.size());
            life.turn();
        }
        assertThat(life.move.lag()).as("records that the copy lacks").isPositive();
        disk.faults().capacity(1);
        life.run();

        assertThat(life.held).isFalse();
        assertThat(life.ends).hasSize(1).doesNotContain("null");
        assertThat(life.home.path()).isEqualTo(A);
        disk.faults().heal();
        put(5);
        assertThat(life.values()).isEqualTo(values);
    }
}
