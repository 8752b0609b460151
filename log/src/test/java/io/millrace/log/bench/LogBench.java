package io.millrace.log.bench;

import io.millrace.log.AppendError;
import io.millrace.log.AppendOrigin;
import io.millrace.log.AppendOutcome;
import io.millrace.log.HeapPayload;
import io.millrace.log.LoadOutcome;
import io.millrace.log.LogConfig;
import io.millrace.log.LogListener;
import io.millrace.log.Owner;
import io.millrace.log.PartitionLog;
import io.millrace.log.Payload;
import io.millrace.log.TailBudget;
import io.millrace.log.TopicPartitionId;
import io.millrace.log.batch.BatchBuilder;
import io.millrace.log.disk.RealDisk;
import io.millrace.log.store.LogDirectory;
import io.millrace.log.store.LogDirectoryOptions;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * {@code LogBench <folder> <MiB> <partitions> <batch bytes> [page-cache|group] [hold]}: appends as fast as the writer takes
 * it, prints MiB/s and CPU; run again on the same folder it prints how long loading all partitions takes. With {@code hold}
 * it halts without closing, as kill -9 would.
 *
 * <p>Thread: one owner, the main thread waits.
 */
public final class LogBench {
    private static final int IN_FLIGHT = 64;

    private LogBench() {}

    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]);
        long bytes = Long.parseLong(args[1]) << 20;
        int partitions = Integer.parseInt(args[2]);
        int batchBytes = Integer.parseInt(args[3]);
        LogConfig config = LogConfig.from(Map.of("flush.mode", args.length > 4 ? args[4] : "page-cache"));
        QueueOwner owner = new QueueOwner();
        Thread loop = new Thread(owner, "owner");
        loop.setDaemon(true);
        loop.start();
        long t0 = System.nanoTime();
        LogDirectory directory = LogDirectory.open(folder, new RealDisk(), options());
        long opened = System.nanoTime();
        List<PartitionLog> logs = new ArrayList<>();
        TailBudget tail = new TailBudget(64 << 20);
        CountDownLatch loaded = new CountDownLatch(partitions);
        owner.execute(() -> {
            for (int i = 0; i < partitions; i++) {
                TopicPartitionId id = new TopicPartitionId(new UUID(1, 1), "bench", i);
                if (directory.found().contains(id)) {
                    directory.load(id, config, owner, tail, outcome -> {
                        logs.add(((LoadOutcome.Loaded) outcome).log());
                        loaded.countDown();
                    });
                } else {
                    logs.add(directory.create(id, config, owner, tail));
                    loaded.countDown();
                }
            }
        });
        loaded.await();
        System.out.printf(
                "open %.1f ms, load %d partitions %.1f ms, previous stop %s, alarms %d%n",
                (opened - t0) / 1e6,
                partitions,
                (System.nanoTime() - opened) / 1e6,
                directory.previousStop(),
                directory.safetyAlarms());
        if (bytes > 0) append(owner, logs, bytes, batchBytes);
        if (args.length > 5 && args[5].equals("hold")) Runtime.getRuntime().halt(0);
        CountDownLatch closed = new CountDownLatch(partitions);
        owner.execute(() -> logs.forEach(log -> log.close(closed::countDown)));
        closed.await();
        directory.close();
    }

    /** {@code -Dcheckpoint.mib=N}: sync and checkpoint so often. */
    private static LogDirectoryOptions options() {
        LogDirectoryOptions defaults = LogDirectoryOptions.of(1, "bench");
        Long mib = Long.getLong("checkpoint.mib");
        return mib == null
                ? defaults
                : defaults.withCheckpoint(mib << 20, mib == 0 ? 1 : defaults.checkpointMs() * mib);
    }

    private static void append(Owner owner, List<PartitionLog> logs, long bytes, int batchBytes) throws Exception {
        byte[] value = new byte[batchBytes - 75];
        CountDownLatch done = new CountDownLatch(logs.size());
        long start = System.nanoTime();
        long cpu = processCpu();
        owner.execute(() -> {
            for (PartitionLog log : logs) new Feeder(log, owner, bytes / logs.size(), value, done).begin();
        });
        done.await();
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(
                "%.0f MiB/s, %.0f batches/s, CPU %.2f s/GB%n",
                bytes / 1048576.0 / seconds,
                bytes / (double) batchBytes / seconds,
                (processCpu() - cpu) / 1e9 / (bytes / 1e9));
    }

    private static long processCpu() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    /** Keeps one log busy with a bounded number of appends on their way. */
    private static final class Feeder implements LogListener {
        private final PartitionLog log;
        private final Owner owner;
        private final CountDownLatch done;
        private final ByteBuffer[] buffers;
        private long left;
        private int next;
        private final boolean group;

        Feeder(PartitionLog log, Owner owner, long bytes, byte[] value, CountDownLatch done) {
            this.log = log;
            this.owner = owner;
            this.left = bytes;
            this.done = done;
            this.group = log.config().syncsBeforeAck();
            this.buffers = new ByteBuffer[(int) Math.min(IN_FLIGHT * 2, bytes / value.length + 1)];
            ByteBuffer built = new BatchBuilder()
                    .append(System.currentTimeMillis(), null, ByteBuffer.wrap(value))
                    .build()
                    .bytes();
            for (int i = 0; i < buffers.length; i++) {
                buffers[i] = ByteBuffer.allocateDirect(built.remaining())
                        .put(built.duplicate())
                        .flip();
            }
        }

        void begin() {
            log.setListener(this);
            feed();
        }

        private void feed() {
            long acked = group ? log.syncedEnd() : log.writtenEnd();
            while (left > 0 && log.assignedEnd() - acked < IN_FLIGHT) {
                ByteBuffer b = buffers[next++ % buffers.length];
                // A client's batch begins at offset 0.
                b.putLong(0, 0);
                Payload payload = HeapPayload.of(b);
                AppendOutcome outcome = log.append(payload, AppendOrigin.CLIENT, 0, System.currentTimeMillis());
                if (!(outcome instanceof AppendOutcome.Appended)) {
                    owner.execute(this::feed);
                    return;
                }
                left -= b.remaining();
            }
            if (left <= 0 && acked == log.assignedEnd()) done.countDown();
        }

        @Override
        public void onWritten(long writtenEnd, int bytes) {
            if (!group) feed();
        }

        @Override
        public void onSynced(long syncedEnd) {
            if (group) feed();
        }

        @Override
        public void onAppendsFailed(long cutBackTo, AppendError why) {
            throw new IllegalStateException(why.toString());
        }

        @Override
        public void onOffline(String why) {
            throw new IllegalStateException(why);
        }
    }

    /** An event loop of its own. */
    private static final class QueueOwner implements Owner, Runnable {
        private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();

        @Override
        public void execute(Runnable task) {
            tasks.add(task);
        }

        @Override
        public void run() {
            try {
                while (true) {
                    Runnable task = tasks.poll(1, TimeUnit.HOURS);
                    if (task != null) task.run();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
