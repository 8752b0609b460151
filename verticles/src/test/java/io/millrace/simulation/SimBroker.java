package io.millrace.simulation;

import io.millrace.log.FileSlice;
import io.millrace.sim.PowerLoss;
import io.millrace.sim.SimDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * A node through all its processes: its disk stays, everything else is made anew.
 *
 * <p>Thread: the simulation's only thread.
 */
final class SimBroker {
    static final Path DATA = Path.of("/data");

    private final ClusterWorld world;
    private final int id;
    private SimDisk disk;
    private int lives;
    private int disks;
    private long keptEpoch = -1;
    private String keptPageCache = "";
    private SimLife life;
    private long skewMs;

    SimBroker(ClusterWorld world, int id) {
        this.world = world;
        this.id = id;
        newDisk();
    }

    private void newDisk() {
        disks++;
        disk = new SimDisk(world.simulation(), "node " + id + " disk " + disks);
        disk.onStep(step -> world.simulation().trace().note(() -> "    node " + id + ": " + step));
        try {
            disk.createDirectories(DATA);
            disk.syncDirectory(DATA.getParent());
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    ClusterWorld world() {
        return world;
    }

    int id() {
        return id;
    }

    SimDisk disk() {
        return disk;
    }

    /** Null while the node is down. */
    SimLife life() {
        return life;
    }

    boolean isUp() {
        return life != null;
    }

    boolean isServing() {
        return life != null && life.isServing() && !life.process().isPaused();
    }

    long keptEpoch() {
        return keptEpoch;
    }

    String keptPageCache() {
        return keptPageCache;
    }

    void keepEpoch(long epoch, String pageCache) {
        keptEpoch = epoch;
        keptPageCache = pageCache;
    }

    void start() {
        lives++;
        note("begins life " + lives);
        life = new SimLife(this, lives);
        life.start();
    }

    /** By how much this node's wall clock is off. */
    long skewMs() {
        return skewMs;
    }

    /** The wall clock is set; monotonic clocks never are. */
    void setClock(long offByMs) {
        skewMs = offByMs;
        note("clock is off by " + offByMs + " ms");
        if (life != null) {
            life.clockJumped();
        }
    }

    boolean isPaused() {
        return life != null && life.process().isPaused();
    }

    /** SIGSTOP. */
    void pause() {
        note("stands still");
        life.process().pause();
    }

    /** SIGCONT. */
    void goOn() {
        note("goes on");
        life.process().goOn();
    }

    void slowDisk(boolean on) {
        note(on ? "has a slow disk" : "has a disk as before");
        life.slowDisk(on);
    }

    /** SIGTERM. */
    void leave() {
        note("is to stop");
        SimLife leaver = life;
        leaver.leave(() -> {
            if (life == leaver) {
                end("has stopped", disk::afterExit);
            }
        });
    }

    private void note(String how) {
        world.tell("node " + id + " " + how);
    }

    /** kill -9: the page cache survives. */
    void kill() {
        end("is killed", disk::afterProcessCrash);
    }

    /** The power goes: what was not synced may be gone. */
    void losePower(PowerLoss kind) {
        end("loses power, " + kind, () -> disk.afterPowerLoss(kind));
    }

    /** The disk is replaced by an empty one. */
    void loseDisk() {
        end("loses its disk", () -> {
            disk.afterProcessCrash();
            newDisk();
        });
        keptEpoch = -1;
    }

    private void end(String how, Runnable fateOfTheDisk) {
        note(how);
        life.end();
        fateOfTheDisk.run();
        life.abandon();
        life = null;
    }

    /** What the socket would take from the file. */
    static byte[] bytesOf(FileSlice slice) {
        ByteBuffer bytes = ByteBuffer.allocate(slice.sizeBytes());
        try {
            slice.readInto(bytes);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return bytes.array();
    }
}
