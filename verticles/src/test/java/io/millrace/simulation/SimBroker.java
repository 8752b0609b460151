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
        return life != null && life.isServing();
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
        String began = "== node " + id + " life " + lives;
        world.simulation().trace().note(began);
        life = new SimLife(this, lives);
        life.start();
    }

    /** kill -9: the page cache survives. */
    void kill() {
        end("is killed");
        disk.afterProcessCrash();
    }

    /** The power goes: what was not synced may be gone. */
    void losePower(PowerLoss kind) {
        end("loses power, " + kind);
        disk.afterPowerLoss(kind);
    }

    /** The disk is replaced by an empty one. */
    void loseDisk() {
        end("loses its disk");
        newDisk();
        keptEpoch = -1;
    }

    private void end(String how) {
        String what = "== node " + id + " " + how;
        world.simulation().trace().note(what);
        life.end();
        life = null;
    }

    /** What the socket would take from the file. */
    byte[] bytesOf(FileSlice slice) {
        ByteBuffer bytes = ByteBuffer.allocate(slice.sizeBytes());
        try {
            slice.readInto(bytes);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return bytes.array();
    }
}
