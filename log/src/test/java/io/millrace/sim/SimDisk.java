package io.millrace.sim;

import io.millrace.log.disk.Disk;
import io.millrace.log.disk.DiskFile;
import io.millrace.log.disk.DiskFullException;
import io.millrace.log.disk.DiskLock;
import io.millrace.log.disk.DiskLockedException;
import io.millrace.log.disk.OpenMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * A disk in memory that forgets what was not synced. Page cache and platter are kept apart for every file and every
 * directory entry; every changing operation is a numbered step at which the process can be stopped.
 *
 * <p>A life ends with {@link #stopAt} (or the caller just drops it) and the next begins with {@link #afterExit},
 * {@link #afterProcessCrash} or {@link #afterPowerLoss}; handles of an earlier life throw {@link LifeStopped} for ever.
 *
 * <p>Thread: any; every operation holds the disk's monitor.
 */
public final class SimDisk implements Disk {
    private final SimFolder root = new SimFolder();
    private final Set<Path> locks = new HashSet<>();
    private final List<String> history = new ArrayList<>();
    private final DiskFaults faults;
    private final Random random;
    private int life = 1;
    private int boot = 1;
    private long steps;
    private long stopAt = Long.MAX_VALUE;
    private boolean stopped;
    private boolean dieAfterStep;
    private long bytesRead;
    private LongConsumer beforeStep = step -> {};
    private Consumer<String> onStep = step -> {};

    public SimDisk(Random random) {
        this.random = random;
        this.faults = new DiskFaults(random);
    }

    public SimDisk(Simulation simulation, String name) {
        this(simulation.random(name));
    }

    public DiskFaults faults() {
        return faults;
    }

    /** Changing operations so far, over all lives. */
    public synchronized long steps() {
        return steps;
    }

    /** The process dies inside the step with this number: nothing, a part (of a write) or all of it happens. */
    public synchronized void stopAt(long step) {
        stopAt = step;
    }

    public synchronized boolean stopped() {
        return stopped;
    }

    /** Called with every step's number before it happens. */
    public synchronized void beforeStep(LongConsumer hook) {
        beforeStep = hook;
    }

    /** Called with what a step is, as in {@link #history}, before it happens. */
    public synchronized void onStep(Consumer<String> hook) {
        onStep = hook;
    }

    /** What every step so far did, in order: "WRITE /data/t-0/00000000000000000000.log". */
    public synchronized List<String> history() {
        return List.copyOf(history);
    }

    /** Bytes that reads have returned so far: recovery must not read the whole log. */
    public synchronized long bytesRead() {
        return bytesRead;
    }

    /** The process ended by itself; a step at which to stop stays set for the next one. */
    public synchronized void afterExit() {
        life++;
        locks.clear();
    }

    /** The device that is mounted there is replaced by an empty one. */
    public synchronized void replaceByEmpty(Path mount) throws NoSuchFileException {
        SimFolder parent = folder(parent(mount));
        parent.put(name(mount), new SimFolder());
        parent.sync();
    }

    /** A new life on the same kernel: the page cache is intact, locks are free. */
    public synchronized void afterProcessCrash() {
        stopAt = Long.MAX_VALUE;
        stopped = false;
        afterExit();
    }

    /** A new life on a rebooted machine: un-synced bytes and names had the given fate. */
    public synchronized void afterPowerLoss(PowerLoss loss) {
        root.losePower(loss, random);
        boot++;
        afterProcessCrash();
    }

    @Override
    public synchronized DiskFile open(Path file, OpenMode mode) throws IOException {
        alive(life);
        SimFolder folder = folder(parent(file));
        SimNode node = folder.get(name(file));
        if (node == null && mode == OpenMode.CREATE) {
            if (step(StepKind.CREATE, file, 0) != 0) {
                throw ioError(StepKind.CREATE, file);
            }
            node = new SimFile();
            folder.put(name(file), node);
            endOfStep();
        }
        if (node instanceof SimFile found) {
            return new SimDiskFile(this, life, file, found, mode);
        }
        throw new NoSuchFileException(file.toString());
    }

    @Override
    public synchronized void rename(Path from, Path to) throws IOException {
        alive(life);
        SimFolder folder = folder(parent(from));
        if (!parent(from).equals(parent(to))) {
            throw new IllegalArgumentException("the simulated disk renames inside one folder only: " + from + " " + to);
        }
        if (folder.get(name(from)) == null) {
            throw new NoSuchFileException(from.toString());
        }
        if (folder.get(name(to)) instanceof SimFolder occupied
                && !occupied.entries().isEmpty()) {
            throw new DirectoryNotEmptyException(to.toString());
        }
        if (step(StepKind.RENAME, from, 0) != 0) {
            throw ioError(StepKind.RENAME, from);
        }
        folder.rename(name(from), name(to));
        endOfStep();
    }

    @Override
    public synchronized void delete(Path path) throws IOException {
        alive(life);
        if (!exists(path)) {
            return;
        }
        SimFolder folder = folder(parent(path));
        if (folder.get(name(path)) instanceof SimFolder inner
                && !inner.entries().isEmpty()) {
            throw new IOException("folder " + path + " is not empty");
        }
        if (step(StepKind.DELETE, path, 0) != 0) {
            throw ioError(StepKind.DELETE, path);
        }
        folder.remove(name(path));
        endOfStep();
    }

    @Override
    public synchronized void createDirectories(Path folder) throws IOException {
        alive(life);
        if (folder.getNameCount() == 0) {
            return;
        }
        createDirectories(parent(folder));
        SimFolder parent = folder(parent(folder));
        SimNode existing = parent.get(name(folder));
        if (existing instanceof SimFile) {
            throw new IOException(folder + " is a file");
        }
        if (existing == null) {
            if (step(StepKind.CREATE_DIRECTORY, folder, 0) != 0) {
                throw ioError(StepKind.CREATE_DIRECTORY, folder);
            }
            parent.put(name(folder), new SimFolder());
            endOfStep();
        }
    }

    @Override
    public synchronized void syncDirectory(Path path) throws IOException {
        alive(life);
        SimFolder folder = folder(path);
        if (step(StepKind.SYNC_DIRECTORY, path, 0) != 0) {
            throw ioError(StepKind.SYNC_DIRECTORY, path);
        }
        if (!faults.lyingSync()) {
            folder.sync();
        }
        endOfStep();
    }

    @Override
    public synchronized List<Path> list(Path path) throws IOException {
        alive(life);
        if (faults.unreadable(path.toString())) {
            throw new IOException("simulated I/O error: list " + path);
        }
        return folder(path).entries().keySet().stream().map(path::resolve).toList();
    }

    @Override
    public synchronized boolean exists(Path path) {
        alive(life);
        return find(path) != null;
    }

    @Override
    public synchronized boolean isDirectory(Path path) {
        alive(life);
        return find(path) instanceof SimFolder;
    }

    @Override
    public synchronized long size(Path file) throws IOException {
        alive(life);
        return fileAt(file).size();
    }

    @Override
    public synchronized long usableBytes(Path path) {
        return Math.max(0, Math.min(faults.capacityBytes(), Long.MAX_VALUE / 2) - usedBytes(root));
    }

    @Override
    public synchronized long totalBytes(Path path) {
        return Math.min(faults.capacityBytes(), Long.MAX_VALUE / 2);
    }

    @Override
    public synchronized DiskLock lock(Path lockFile) throws IOException {
        open(lockFile, OpenMode.CREATE).close();
        if (!locks.add(lockFile)) {
            throw new DiskLockedException(lockFile + " is locked");
        }
        int lifeOfLock = life;
        return () -> unlock(lockFile, lifeOfLock);
    }

    @Override
    public synchronized String pageCacheIdentity(Path path) {
        return "simulated boot " + boot;
    }

    /** The file behind a path, for damage from outside. */
    synchronized SimFile fileAt(Path path) throws NoSuchFileException {
        if (find(path) instanceof SimFile file) {
            return file;
        }
        throw new NoSuchFileException(path.toString());
    }

    /** Takes a name away, in cache and on the platter, without counting a step. */
    synchronized void vanish(Path path) throws NoSuchFileException {
        SimFolder folder = folder(parent(path));
        folder.remove(name(path));
        folder.sync();
    }

    synchronized int read(int lifeOfHandle, Path path, SimFile file, ByteBuffer dst, long position) throws IOException {
        alive(lifeOfHandle);
        if (faults.unreadable(path.toString())) {
            throw new IOException("simulated I/O error: read " + path);
        }
        int count = file.read(dst, position);
        bytesRead += Math.max(0, count);
        return count;
    }

    synchronized void write(int lifeOfHandle, Path path, SimFile file, byte[] bytes, long position) throws IOException {
        alive(lifeOfHandle);
        int failAfter = step(StepKind.WRITE, path, bytes.length);
        long space = faults.capacityBytes() == Long.MAX_VALUE ? Long.MAX_VALUE : usableBytes(path);
        long needed = position + bytes.length - Math.max(file.size(), position);
        if (failAfter == 0 && needed > space) {
            int fits = (int) Math.max(0, bytes.length - (needed - space));
            file.write(Arrays.copyOf(bytes, fits), position);
            endOfStep();
            throw new DiskFullException(path + ": no space left on the simulated disk", null);
        }
        if (failAfter != 0) {
            if (failAfter > 1) {
                file.write(Arrays.copyOf(bytes, failAfter - 1), position);
            }
            throw ioError(StepKind.WRITE, path);
        }
        file.write(bytes, position);
        endOfStep();
    }

    synchronized void truncate(int lifeOfHandle, Path path, SimFile file, long size) throws IOException {
        alive(lifeOfHandle);
        if (step(StepKind.TRUNCATE, path, 0) != 0) {
            throw ioError(StepKind.TRUNCATE, path);
        }
        file.truncate(size);
        endOfStep();
    }

    synchronized void sync(int lifeOfHandle, Path path, SimFile file) throws IOException {
        alive(lifeOfHandle);
        if (step(StepKind.SYNC, path, 0) != 0) {
            file.failSync();
            throw ioError(StepKind.SYNC, path);
        }
        if (!faults.lyingSync()) {
            file.sync();
        }
        endOfStep();
    }

    synchronized void alive(int lifeOfHandle) {
        if (stopped || lifeOfHandle != life) {
            throw new LifeStopped("the process is dead");
        }
    }

    private synchronized void unlock(Path lockFile, int lifeOfLock) {
        if (lifeOfLock == life) {
            locks.remove(lockFile);
        }
    }

    /**
     * Counts one step. Returns 0 when it is to happen, else 1 + the number of bytes a write manages before it fails.
     */
    private int step(StepKind kind, Path path, int sizeBytes) {
        steps++;
        String what = kind + " " + path;
        history.add(what);
        onStep.accept(what);
        beforeStep.accept(steps);
        if (steps == stopAt) {
            // A write may have happened in part or as a whole when the process dies in it; the rest is atomic.
            if (kind == StepKind.WRITE && random.nextInt(3) > 0) {
                dieAfterStep = true;
                return random.nextBoolean() ? 0 : 1 + random.nextInt(sizeBytes + 1);
            }
            die();
        }
        return switch (faults.judge(steps, kind, path.toString())) {
            case FINE -> 0;
            case FAILS -> 1;
            case FAILS_HALF_WAY -> 1 + random.nextInt(sizeBytes + 1);
        };
    }

    private void endOfStep() {
        if (dieAfterStep) {
            die();
        }
    }

    private IOException ioError(StepKind kind, Path path) {
        endOfStep();
        return new IOException("simulated I/O error: " + kind + " " + path);
    }

    private void die() {
        dieAfterStep = false;
        stopped = true;
        throw new LifeStopped("stopped at step " + steps + ": " + history.get(history.size() - 1));
    }

    private static long usedBytes(SimFolder folder) {
        long bytes = 0;
        for (SimNode node : folder.entries().values()) {
            bytes += node instanceof SimFile file ? file.size() : usedBytes((SimFolder) node);
        }
        return bytes;
    }

    private SimFolder folder(Path path) throws NoSuchFileException {
        if (find(path) instanceof SimFolder folder) {
            return folder;
        }
        throw new NoSuchFileException(path.toString());
    }

    private SimNode find(Path path) {
        SimNode node = root;
        for (Path name : path) {
            node = node instanceof SimFolder folder ? folder.get(name.toString()) : null;
        }
        return node;
    }

    private static Path parent(Path path) {
        if (!path.isAbsolute() || path.getParent() == null) {
            throw new IllegalArgumentException("not an absolute path below the root: " + path);
        }
        return path.getParent();
    }

    private static String name(Path path) {
        return path.getFileName().toString();
    }
}
