package io.millrace.log.store;

import io.millrace.log.AppendError;
import io.millrace.log.AppendOrigin;
import io.millrace.log.AppendOutcome;
import io.millrace.log.ColdRead;
import io.millrace.log.FileSlice;
import io.millrace.log.LoadOutcome;
import io.millrace.log.LogConfig;
import io.millrace.log.LogListener;
import io.millrace.log.Owner;
import io.millrace.log.PartitionLog;
import io.millrace.log.Payload;
import io.millrace.log.ReadOutcome;
import io.millrace.log.TailBudget;
import io.millrace.log.TopicPartitionId;
import io.millrace.log.batch.BatchBuilder;
import io.millrace.log.batch.BatchHeader;
import io.millrace.log.batch.RecordCursor;
import io.millrace.log.disk.Disk;
import io.millrace.log.disk.RealDisk;
import io.millrace.log.io.ManualDirectoryIo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;

/** One directory and one log in it, driven step by step on the test's thread. */
public final class LogLife {
    public static final TopicPartitionId ID = new TopicPartitionId(new UUID(7, 7), "orders", 0);
    public static final int NO_LIMIT = Integer.MAX_VALUE;

    public final Path root;
    public final Disk disk;
    public final List<String> told = new ArrayList<>();
    private final Deque<Runnable> owed = new ArrayDeque<>();
    public final Owner owner = owed::add;
    public ManualDirectoryIo io;
    public LogDirectory directory;
    public PartitionLog log;
    public boolean startLost;
    public TailBudget tail = new TailBudget(1 << 20);
    public LogConfig config;
    public LogDirectoryOptions options = LogDirectoryOptions.of(1, "c1");

    public LogLife(Path root) {
        this(root, new RealDisk());
    }

    public LogLife(Path root, Disk disk) {
        this.root = root;
        this.disk = disk;
        this.config = LogConfig.DEFAULTS;
    }

    public LogLife with(String... keysAndValues) {
        for (int i = 0; i < keysAndValues.length; i += 2) {
            config = config.with(keysAndValues[i], keysAndValues[i + 1]);
        }
        return this;
    }

    /** Opens the directory and creates or loads the log. */
    public LogLife start() {
        io = new ManualDirectoryIo();
        try {
            directory = LogDirectory.open(root, disk, options, io);
        } catch (LogDirectoryException e) {
            throw new AssertionError(e);
        }
        log = null;
        if (directory.found().contains(ID)) {
            directory.load(ID, config, owner, tail, outcome -> {
                if (outcome instanceof LoadOutcome.Loaded loaded) {
                    log = loaded.log();
                    startLost = loaded.startLost();
                    log.setListener(listener());
                } else {
                    throw new AssertionError(outcome.toString());
                }
            });
            run();
        } else {
            log = directory.create(ID, config, owner, tail);
            log.setListener(listener());
        }
        return this;
    }

    private LogListener listener() {
        return new LogListener() {
            @Override
            public void onWritten(long writtenEnd, int bytes) {
                told.add("written " + writtenEnd);
            }

            @Override
            public void onSynced(long syncedEnd) {
                told.add("synced " + syncedEnd);
            }

            @Override
            public void onAppendsFailed(long cutBackTo, AppendError why) {
                told.add("failed " + cutBackTo + " " + why);
            }

            @Override
            public void onOffline(String why) {
                told.add("offline");
            }
        };
    }

    /** Everything runs until nothing is left to do. */
    public LogLife run() {
        for (int i = 0; i < 10_000; i++) {
            boolean any = io.runWriter();
            any |= io.runSyncs();
            any |= io.runReads();
            any |= runOwner();
            if (!any) return this;
        }
        throw new AssertionError("never comes to rest");
    }

    public boolean runOwner() {
        boolean any = !owed.isEmpty();
        for (int i = owed.size(); i > 0; i--) owed.remove().run();
        return any;
    }

    /** A clean stop. */
    public void stop() {
        boolean[] done = {false};
        log.close(() -> done[0] = true);
        run();
        if (!done[0]) throw new AssertionError("close is not done");
        directory.close();
        runOwner();
    }

    /** The process dies: nothing is closed but what the kernel closes. */
    public LogLife killAndStart() {
        tail = new TailBudget(1 << 20);
        owed.clear();
        directory.abandon();
        return start();
    }

    public void forgetOpenFiles() {
        directory.forgetOpenFiles();
    }

    public AppendOutcome append(Payload batch) {
        return log.append(batch, AppendOrigin.CLIENT, 0, io.nowMs());
    }

    /** Appends, as its own batch each, and writes them. */
    public LogLife appendAll(String... values) {
        for (String value : values) {
            AppendOutcome outcome = append(batch(value));
            if (!(outcome instanceof AppendOutcome.Appended)) throw new AssertionError(outcome.toString());
        }
        return run();
    }

    public Payload batch(String... values) {
        BatchBuilder builder = new BatchBuilder();
        for (String value : values) builder.append(io.nowMs(), null, bytes(value));
        return builder.build();
    }

    public static Payload batchAt(long timestamp, String value) {
        return new BatchBuilder().append(timestamp, null, bytes(value)).build();
    }

    public static Payload idempotent(long producerId, int sequence, String value) {
        return new BatchBuilder()
                .producer(producerId, (short) 0, sequence)
                .append(1_700_000_000_000L, null, bytes(value))
                .build();
    }

    public static ByteBuffer bytes(String value) {
        return ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8));
    }

    /** The values from an offset to the end, wherever they are. */
    public List<String> valuesFrom(long offset) {
        List<String> values = new ArrayList<>();
        long next = offset;
        while (next < log.writtenEnd()) {
            ByteBuffer bytes;
            ReadOutcome outcome = log.read(next, Long.MAX_VALUE, NO_LIMIT, true);
            if (outcome instanceof ReadOutcome.FromMemory memory) {
                for (Payload payload : memory.batches()) {
                    values.addAll(valuesOf(payload.bytes(), next));
                    payload.release();
                }
                next = memory.nextOffset();
                continue;
            }
            if (!(outcome instanceof ReadOutcome.FromDisk disk)) throw new AssertionError(outcome.toString());
            FileSlice slice = load(disk.read());
            bytes = ByteBuffer.allocate(slice.sizeBytes());
            try {
                if (!slice.isEmpty()) slice.readInto(bytes);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            slice.release();
            values.addAll(valuesOf(bytes.flip(), next));
            if (slice.nextOffset() <= next) throw new AssertionError("no progress at " + next);
            next = slice.nextOffset();
        }
        return values;
    }

    public static FileSlice load(ColdRead read) {
        try {
            return read.load();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    public static List<String> valuesOf(ByteBuffer batches, long fromOffset) {
        List<String> values = new ArrayList<>();
        int at = batches.position();
        while (at < batches.limit()) {
            if (!BatchHeader.isIntact(batches, at)) throw new AssertionError("damaged batch");
            try (RecordCursor cursor = RecordCursor.read(batches, at, 1 << 20)) {
                while (cursor.next()) {
                    if (cursor.offset() >= fromOffset) {
                        values.add(StandardCharsets.UTF_8.decode(cursor.value()).toString());
                    }
                }
            }
            at += BatchHeader.sizeBytes(batches, at);
        }
        return values;
    }

    public Path folder() {
        return root.resolve(ID.folderName());
    }
}
