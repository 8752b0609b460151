package io.millrace.log.move;

import io.millrace.log.AppendOrigin;
import io.millrace.log.AppendOutcome;
import io.millrace.log.LoadOutcome;
import io.millrace.log.LogConfig;
import io.millrace.log.Owner;
import io.millrace.log.PartitionLog;
import io.millrace.log.Payload;
import io.millrace.log.ReadOutcome;
import io.millrace.log.TailBudget;
import io.millrace.log.TopicPartitionId;
import io.millrace.log.batch.BatchBuilder;
import io.millrace.log.disk.Disk;
import io.millrace.log.io.ManualDirectoryIo;
import io.millrace.log.store.FoundDirectories;
import io.millrace.log.store.LogDirectory;
import io.millrace.log.store.LogDirectoryException;
import io.millrace.log.store.LogDirectoryOptions;
import io.millrace.log.store.LogLife;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** A node with several log directories and one replica, driven step by step on the test's thread. */
final class MovingLife implements MoveHost {
    static final TopicPartitionId ID = new TopicPartitionId(new UUID(7, 7), "orders", 0);

    private final Disk disk;
    private final List<Path> paths;
    private final Deque<Runnable> owed = new ArrayDeque<>();
    private final Map<Path, ManualDirectoryIo> ios = new LinkedHashMap<>();
    private final TailBudget tail;
    LogConfig config = LogConfig.DEFAULTS.with(Map.of("segment.bytes", "400", "index.interval.bytes", "50"));
    LogDirectoryOptions options = LogDirectoryOptions.of(1, "c1");
    FoundDirectories found;
    LogDirectory home;
    PartitionLog log;
    ReplicaMove move;
    boolean held;
    boolean settled = true;
    int holds;
    long pauseMs;
    final List<String> ends = new ArrayList<>();

    MovingLife(Disk disk, long tailBytes, Path... paths) {
        this.disk = disk;
        this.paths = List.of(paths);
        this.tail = new TailBudget(tailBytes);
    }

    /** Opens all directories and the replica in the one that has it; makes it in the first when none has. */
    MovingLife start() {
        owed.clear();
        ios.clear();
        log = null;
        home = null;
        move = null;
        held = false;
        try {
            found = FoundDirectories.open(paths, disk, path -> {
                ManualDirectoryIo io = new ManualDirectoryIo();
                LogDirectory opened = LogDirectory.open(path, disk, options, io);
                ios.put(path, io);
                return opened;
            });
        } catch (LogDirectoryException e) {
            throw new AssertionError(e);
        }
        run();
        List<LogDirectory> homes = found.opened().stream()
                .filter(directory -> directory.found().contains(ID))
                .toList();
        if (homes.size() > 1) {
            throw new AssertionError("the replica is in " + homes.size() + " directories");
        }
        if (homes.isEmpty()) {
            home = found.opened().get(0);
            log = home.create(ID, config, owner(), tail);
        } else {
            home = homes.get(0);
            home.load(ID, config, owner(), tail, outcome -> log = ((LoadOutcome.Loaded) outcome).log());
        }
        run();
        return this;
    }

    /** Goes on with a move that was found, as a node does. */
    MovingLife resume() {
        found.opened().stream()
                .filter(directory -> directory.moving().futures().contains(ID))
                .findFirst()
                .ifPresent(this::moveTo);
        return run();
    }

    MovingLife moveTo(LogDirectory to) {
        move = new ReplicaMove(home, to, log, this);
        move.open();
        move.takeTurn();
        return this;
    }

    LogDirectory directory(int index) {
        return found.opened().get(index);
    }

    ManualDirectoryIo io(LogDirectory of) {
        return ios.get(of.path());
    }

    MovingLife put(String value) {
        if (held) {
            return this;
        }
        Payload batch = new BatchBuilder()
                .append(1_700_000_000_000L, null, LogLife.bytes(value))
                .build();
        AppendOutcome outcome = log.append(batch, AppendOrigin.CLIENT, 3, 1_700_000_000_000L);
        if (!(outcome instanceof AppendOutcome.Appended)) {
            throw new AssertionError(outcome.toString());
        }
        return this;
    }

    /** Records below are deleted, durably in the directory that the replica is in. */
    MovingLife deleteBelow(long offset) {
        log.advanceLogStart(offset);
        for (int i = 0; i < 3; i++) {
            io(home).runWriter();
            io(home).runSyncs();
        }
        return this;
    }

    /** Everything runs until nothing is left to do. */
    MovingLife run() {
        for (int i = 0; i < 10_000; i++) {
            if (!turn()) {
                return this;
            }
        }
        throw new AssertionError("never comes to rest");
    }

    boolean turn() {
        boolean any = false;
        for (ManualDirectoryIo io : ios.values()) {
            any |= io.runWriter();
            any |= io.runSyncs();
            any |= io.runReads();
        }
        any |= !owed.isEmpty();
        for (int i = owed.size(); i > 0; i--) owed.remove().run();
        return any;
    }

    void stop() {
        if (move != null) {
            move.close(() -> {});
            run();
        }
        log.close(() -> {});
        run();
        found.opened().forEach(LogDirectory::close);
    }

    List<String> values() {
        return values(log);
    }

    static List<String> values(PartitionLog log) {
        List<String> values = new ArrayList<>();
        long next = log.logStartOffset();
        while (next < log.writtenEnd()) {
            ReadOutcome outcome = log.read(next, Long.MAX_VALUE, 1 << 20, true);
            if (outcome instanceof ReadOutcome.FromMemory memory) {
                for (Payload payload : memory.batches()) {
                    values.addAll(LogLife.valuesOf(payload.bytes(), next));
                    payload.release();
                }
                next = memory.nextOffset();
                continue;
            }
            var slice = LogLife.load(((ReadOutcome.FromDisk) outcome).read());
            ByteBuffer bytes = ByteBuffer.allocate(slice.sizeBytes());
            try {
                if (!slice.isEmpty()) slice.readInto(bytes);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            slice.release();
            values.addAll(LogLife.valuesOf(bytes.flip(), next));
            if (slice.nextOffset() <= next) throw new AssertionError("no progress at " + next);
            next = slice.nextOffset();
        }
        return values;
    }

    @Override
    public Owner owner() {
        return owed::add;
    }

    @Override
    public LogConfig config() {
        return config;
    }

    @Override
    public TailBudget tail() {
        return tail;
    }

    @Override
    public long wallClockMs() {
        return 1_700_000_000_000L;
    }

    @Override
    public long pauseMs() {
        return pauseMs;
    }

    @Override
    public void copied(int bytes) {}

    @Override
    public void later(long delayMs, Runnable task) {
        owed.add(task);
    }

    @Override
    public void hold() {
        held = true;
        holds++;
    }

    @Override
    public boolean isSettled() {
        return settled;
    }

    @Override
    public void swapped(LogDirectory directory, PartitionLog swapped) {
        home = directory;
        log = swapped;
        held = false;
    }

    @Override
    public void over(String why) {
        held = false;
        ends.add(String.valueOf(why));
    }
}
