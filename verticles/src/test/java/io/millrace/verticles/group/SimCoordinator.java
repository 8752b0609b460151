package io.millrace.verticles.group;

import io.millrace.protocol.Errors;
import io.millrace.sim.SimScheduler;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * The shell of one simulated partition: its log, whose tail may be lost, and the lives of the machine above it.
 *
 * <p>Thread: the simulation's only thread.
 */
class SimCoordinator implements GroupEffects {
    private record Batch(long token, int end) {}

    final GroupWorld world;
    private final Random random;
    private final List<GroupRecord> log = new ArrayList<>();
    private final ArrayDeque<Batch> underWay = new ArrayDeque<>();
    private GroupCoordinatorMachine machine;
    private SimScheduler.Timer tick;
    private long tickAtMs;
    private int committed;
    private long ids;
    private int life;
    private int lives;
    private boolean refuses;
    private boolean hasRefused;

    SimCoordinator(GroupWorld world) {
        this.world = world;
        this.random = world.simulation().random("coordinator");
    }

    boolean up() {
        return machine != null;
    }

    int lives() {
        return lives;
    }

    boolean isQuiet() {
        return up() && underWay.isEmpty();
    }

    /** Whether an append was ever refused: then an Empty group may not be in the log. */
    boolean hasRefused() {
        return hasRefused;
    }

    GroupCoordinatorMachine machine() {
        return machine;
    }

    /** Another machine that has loaded what this one has in its log. */
    GroupCoordinatorMachine twin() {
        GroupCoordinatorMachine twin = new GroupCoordinatorMachine(GroupWorld.SETTINGS, UUID::randomUUID, this);
        log.forEach(record -> replay(twin, record));
        twin.loaded(world.nowMs());
        return twin;
    }

    void load() {
        life++;
        lives++;
        GroupCoordinatorMachine loading =
                new GroupCoordinatorMachine(GroupWorld.SETTINGS, () -> new UUID(life, ++ids), this);
        log.forEach(record -> replay(loading, record));
        loading.loaded(world.nowMs());
        machine = loading;
        rearm();
    }

    void replay(GroupCoordinatorMachine into, GroupRecord record) {
        into.replay(
                ByteBuffer.wrap(record.key()),
                record.value() == null ? null : ByteBuffer.wrap(record.value()),
                0,
                world.nowMs());
    }

    /** The node dies: what is not committed may be there afterwards, or not, and nobody is told anything. */
    void crash() {
        machine = null;
        life++;
        cut();
    }

    /** An append fails: everybody is told, and it begins anew. */
    void failAppend(Errors told) {
        GroupCoordinatorMachine failed = machine;
        machine = null;
        life++;
        failed.unload(told);
        cut();
    }

    void refuseAppends(boolean on) {
        refuses = on;
    }

    private void cut() {
        List<Integer> ends = new ArrayList<>(List.of(committed));
        underWay.forEach(batch -> ends.add(batch.end));
        int end = ends.get(random.nextInt(ends.size()));
        log.subList(end, log.size()).clear();
        committed = end;
        underWay.clear();
        if (tick != null) {
            tick.cancel();
            tick = null;
        }
    }

    @Override
    public Errors append(long token, List<GroupRecord> records) {
        if (refuses) {
            hasRefused = true;
            return Errors.NOT_ENOUGH_REPLICAS;
        }
        log.addAll(records);
        underWay.add(new Batch(token, log.size()));
        int inLife = life;
        world.simulation().scheduler().after(1 + random.nextInt(30), "commit " + token, () -> {
            if (life == inLife) {
                commitUpTo(token);
            }
        });
        return Errors.NONE;
    }

    private void commitUpTo(long token) {
        while (!underWay.isEmpty() && underWay.peek().token <= token) {
            committed = underWay.poll().end;
        }
        tellCommitted(token);
    }

    void tellCommitted(long token) {
        call(m -> m.committed(token, world.nowMs()));
    }

    void call(Consumer<GroupCoordinatorMachine> operation) {
        operation.accept(machine);
        rearm();
    }

    private void rearm() {
        long atMs = machine == null ? GroupCoordinatorMachine.NEVER : machine.nextDeadlineMs();
        if (tick != null && tickAtMs <= atMs) {
            return;
        }
        if (tick != null) {
            tick.cancel();
            tick = null;
        }
        if (atMs != GroupCoordinatorMachine.NEVER) {
            tickAtMs = atMs;
            int inLife = life;
            tick = world.simulation().scheduler().after(Math.max(0, atMs - world.nowMs()), "tick", () -> {
                tick = null;
                if (life == inLife) {
                    call(m -> m.onTick(world.nowMs()));
                }
            });
        }
    }
}
