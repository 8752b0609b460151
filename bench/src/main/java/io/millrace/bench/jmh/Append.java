package io.millrace.bench.jmh;

import io.millrace.log.AppendError;
import io.millrace.log.AppendOrigin;
import io.millrace.log.AppendOutcome;
import io.millrace.log.HeapPayload;
import io.millrace.log.LogConfig;
import io.millrace.log.LogListener;
import io.millrace.log.Owner;
import io.millrace.log.PartitionLog;
import io.millrace.log.TailBudget;
import io.millrace.log.TopicPartitionId;
import io.millrace.log.batch.BatchBuilder;
import io.millrace.log.disk.RealDisk;
import io.millrace.log.store.LogDirectory;
import io.millrace.log.store.LogDirectoryOptions;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * 128 MiB into one partition: owner, writer thread and page cache, until the last byte is written. Sixteen batches are
 * on the way at a time.
 *
 * <p>Thread: JMH's asks the owner, which is one thread of its own.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3)
@Measurement(iterations = 5)
public class Append {
    private static final long TOTAL = 128L << 20;
    private static final int ON_THE_WAY = 16;

    @Param({"1", "15", "250"})
    public int kibibytes;

    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final Owner owner = thread::execute;
    private Path folder;
    private LogDirectory directory;
    private PartitionLog log;
    private byte[] batch;

    @Setup
    public void open() throws Exception {
        folder = Files.createTempDirectory(Path.of("target"), "append");
        directory = LogDirectory.open(
                folder,
                new RealDisk(),
                LogDirectoryOptions.of(1, UUID.randomUUID().toString()));
        TopicPartitionId id = new TopicPartitionId(UUID.randomUUID(), "bench", 0);
        log = directory.create(id, LogConfig.DEFAULTS, owner, new TailBudget(64 << 20));
        BatchBuilder builder = new BatchBuilder();
        for (int i = 0; i < kibibytes; i++) {
            builder.append(System.currentTimeMillis(), null, new byte[1000]);
        }
        ByteBuffer built = builder.buildBuffer();
        batch = new byte[built.remaining()];
        built.get(batch);
    }

    @Benchmark
    public long untilWritten() throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        owner.execute(() -> new Load(done).more());
        done.await();
        return log.writtenEnd();
    }

    /** Keeps a bounded number of batches between assigned and written. */
    private final class Load implements LogListener {
        private final CountDownLatch done;
        private final long batches = TOTAL / batch.length;
        private final long firstOffset = log.assignedEnd();
        private long sent;

        Load(CountDownLatch done) {
            this.done = done;
            log.setListener(this);
        }

        void more() {
            long written = (log.writtenEnd() - firstOffset) / kibibytes;
            while (sent < batches && sent - written < ON_THE_WAY) {
                AppendOutcome outcome =
                        log.append(HeapPayload.of(batch.clone()), AppendOrigin.CLIENT, 0, System.currentTimeMillis());
                if (!(outcome instanceof AppendOutcome.Appended)) {
                    throw new IllegalStateException(outcome.toString());
                }
                sent++;
            }
            if (written == batches) {
                done.countDown();
            }
        }

        @Override
        public void onWritten(long writtenEnd, int bytes) {
            more();
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

    @TearDown(Level.Iteration)
    public void empty() throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        owner.execute(() -> log.truncateFullyAndStartAt(0, done::countDown));
        done.await();
    }

    @TearDown
    public void close() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        owner.execute(() -> log.delete(done::countDown));
        done.await();
        directory.close();
        thread.shutdown();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
