package io.millrace.bench.jmh;

import io.millrace.log.AppendOrigin;
import io.millrace.log.LogConfig;
import io.millrace.log.TopicPartitionId;
import io.millrace.log.batch.BatchBuilder;
import io.millrace.log.batch.BatchHeader;
import io.millrace.log.batch.BatchValidator;
import io.millrace.log.batch.RecordCursor;
import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a leader does with a batch before it appends it: by its header alone, and what walking the records would cost.
 *
 * <p>Thread: JMH's.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
public class BatchCheck {
    /** Records of 100 B in a batch: about 1, 16 and 256 KiB. */
    @Param({"9", "150", "2400"})
    public int records;

    private final TopicPartitionId id = new TopicPartitionId(new UUID(1, 2), "bench", 0);
    private ByteBuffer batch;
    private long now;

    @Setup
    public void makeBatch() {
        now = System.currentTimeMillis();
        BatchBuilder builder = new BatchBuilder();
        for (int i = 0; i < records; i++) {
            builder.append(now, null, new byte[100]);
        }
        ByteBuffer heap = builder.buildBuffer();
        batch = ByteBuffer.allocateDirect(heap.remaining()).put(heap).flip();
    }

    @Benchmark
    public Object checkedByItsHeader() {
        return BatchValidator.check(id, batch, LogConfig.DEFAULTS, AppendOrigin.CLIENT, now);
    }

    @Benchmark
    public boolean checksumAlone() {
        return BatchHeader.isIntact(batch, 0);
    }

    @Benchmark
    public int recordsWalked() {
        int seen = 0;
        try (RecordCursor cursor = RecordCursor.skim(batch, 0, Integer.MAX_VALUE)) {
            while (cursor.next()) {
                seen++;
            }
        }
        return seen;
    }
}
