package io.millrace.simulation;

import io.millrace.log.FileSlice;
import io.millrace.sim.PowerLoss;
import io.millrace.sim.SimDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * A node through all its processes: its disk stays, everything else is made anew.
 *
 * <p>Thread: the simulation's only thread.
 */
final class SimBroker {
    /** Where the metadata is, and some of the replicas. */
    static final Path DATA = Path.of("/data");
    /** The directory that can fail without the node. */
    static final Path MORE = Path.of("/more");

    static final List<Path> DIRECTORIES = List.of(DATA, MORE);

    /** What becomes of the second directory. */
    enum Second {
        FINE,
        /** Its device is dying. What was written before is there when it is mended. */
        FAILING,
        /** Its device was taken away, and nobody has told the node that what was on it is given up. */
        TAKEN_AWAY
    }

    private final ClusterWorld world;
    private final int id;
    private SimDisk disk;
    private int lives;
    private int disks;
    private long keptEpoch = -1;
    private String keptPageCache = "";
    private SimLife life;
    private long skewMs;
    private Second second = Second.FINE;
    private boolean secondIsSpare;

    SimBroker(ClusterWorld world, int id) {
        this.world = world;
        this.id = id;
        newDisk();
    }

    private void newDisk() {
        disks++;
        second = Second.FINE;
        disk = new SimDisk(world.simulation(), "node " + id + " disk " + disks);
        disk.onStep(step -> world.simulation().trace().note(() -> "    node " + id + ": " + step));
        try {
            for (Path directory : DIRECTORIES) {
                disk.createDirectories(directory);
                disk.syncDirectory(directory.getParent());
            }
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
    /** What its clock shows. */
    long wallMs() {
        return world.simulation().nowMs() + skewMs();
    }

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

    Second second() {
        return second;
    }

    /** Whether the cluster has to do without the second directory, and can. */
    boolean lacksWhatOthersHave() {
        return second != Second.FINE && secondIsSpare;
    }

    /**
     * Whatever the node wants of its second directory fails from now on.
     *
     * @param spare whether others have all that is in it
     */
    void failSecond(boolean spare) {
        note("has a log directory that fails" + (spare ? ", and can be spared" : ""));
        secondIsSpare = spare;
        second = Second.FAILING;
        disk.faults().failUnder(MORE.toString());
    }

    /** The device of the second directory works again, and is as it was. Who is up has lost it until the next start. */
    void mendSecond() {
        note("has its log directory back");
        second = Second.FINE;
        disk.faults().heal();
    }

    /** Another, empty device stands in its place; the node is down. */
    void takeSecondAway() {
        note("has its log directory replaced by an empty one");
        second = Second.TAKEN_AWAY;
        disk.faults().heal();
        try {
            disk.replaceByEmpty(MORE);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /** An operator takes the line of a directory that was taken away out of the file; the node is down. */
    void giveUpSecond() {
        note("is told to do without what was in its log directory");
        second = Second.FINE;
        try {
            disk.delete(DATA.resolve("directories"));
            disk.syncDirectory(DATA);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
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
