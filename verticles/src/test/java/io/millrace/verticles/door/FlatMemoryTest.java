package io.millrace.verticles.door;

import static io.millrace.verticles.door.DoorBroker.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.client.ConsumerOptions;
import io.millrace.client.ConsumerOptions.OffsetReset;
import io.millrace.client.LogClient;
import io.millrace.client.LogConsumer;
import io.millrace.client.LogProducer;
import io.millrace.client.LogRecord;
import io.millrace.client.ProducerOptions;
import io.millrace.client.TopicPartition;
import io.netty.buffer.PooledByteBufAllocator;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Under full load, from a producer that never waits by itself to a consumer that lets be and one that reads on, client and node hold no
 * more after a long time than after a short one. Both are in this process, so what is measured is the sum of both.
 */
class FlatMemoryTest {
    private static final String TOPIC = "flood";
    private static final int VALUE_BYTES = 1_000;
    private static final int BUFFER_BYTES = 2 << 20;
    private static final int SAMPLES = 4;
    /** Half of what is sent between two samples at least; several times what may be held at one moment and not at another. */
    private static final long TOLERANCE_BYTES = 16L << 20;

    private static final long LEAST_SAMPLE_BYTES = 32L << 20;

    private static final int STUCK_S = 20;

    @TempDir
    Path data;

    @Test
    @Tag("full")
    @Timeout(180)
    void memoryStaysFlatOnBothSides() {
        flood(60 / (SAMPLES + 1));
    }

    @Test
    @Tag("long")
    @Timeout(1_200)
    void memoryStaysFlatForTenMinutes() {
        flood(600 / (SAMPLES + 1));
    }

    /** @param seconds between two samples; until enough has been sent, at least */
    private void flood(int seconds) {
        Map<String, String> small = Map.of("log.segment.bytes", "8388608", "log.retention.bytes", "33554432");
        try (DoorBroker node = new DoorBroker(data, small)) {
            Context context = node.vertx().getOrCreateContext();
            AtomicLong sent = new AtomicLong();
            AtomicLong read = new AtomicLong();
            LogProducer producer = LogClient.of(node.vertx()).producer(new ProducerOptions().bufferBytes(BUFFER_BYTES));
            Promise<Void> stopped = Promise.promise();
            boolean[] stop = {false};
            context.runOnContext(go -> write(producer, sent, stop, stopped));
            TopicPartition only = new TopicPartition(TOPIC, 0);
            LogConsumer reader = LogClient.of(node.vertx()).consumer(options());
            reader.handler(record -> read.addAndGet(record.valueSizeBytes()));
            await(reader.assign(List.of(only)));
            LogConsumer idle = LogClient.of(node.vertx()).consumer(options()).pause();
            AtomicLong unasked = new AtomicLong();
            idle.handler(record -> unasked.incrementAndGet()).fetch(10);
            await(idle.assign(List.of(only)));

            long[] heap = new long[SAMPLES];
            long[] direct = new long[SAMPLES];
            load(sent, seconds);
            for (int sample = 0; sample < SAMPLES; sample++) {
                load(sent, seconds);
                heap[sample] = heapAfterCollection();
                direct[sample] = directBytes();
            }
            stop[0] = true;
            await(stopped.future());
            await(producer.close());

            assertThat(read.get()).as("bytes read").isPositive();
            assertThat(unasked).as("records of who has asked for ten").hasValue(10);
            for (int sample = 1; sample < SAMPLES; sample++) {
                assertThat(heap[sample])
                        .as("heap after %s MB", sent.get() >> 20)
                        .isLessThan(heap[0] + TOLERANCE_BYTES);
                assertThat(direct[sample])
                        .as("direct memory after %s MB", sent.get() >> 20)
                        .isLessThan(direct[0] + TOLERANCE_BYTES);
            }
            await(reader.close());
            await(idle.close());
        }
    }

    private static ConsumerOptions options() {
        return new ConsumerOptions()
                .autoOffsetReset(OffsetReset.EARLIEST)
                .maxPartitionBytes(256 << 10)
                .maxBufferedBytes(BUFFER_BYTES);
    }

    private static void write(LogProducer producer, AtomicLong sent, boolean[] stop, Promise<Void> stopped) {
        byte[] value = new byte[VALUE_BYTES];
        while (!stop[0] && !producer.writeQueueFull()) {
            producer.write(new LogRecord(TOPIC, null, value).partition(0)).onFailure(stopped::tryFail);
            sent.addAndGet(VALUE_BYTES);
        }
        if (stop[0]) {
            stopped.tryComplete();
        } else {
            producer.drainHandler(drained -> write(producer, sent, stop, stopped));
        }
    }

    /** Waits for the time and for the bytes: on a busy machine it is the bytes that take longer. */
    private static void load(AtomicLong sent, int seconds) {
        long before = sent.get();
        long untilNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        long seen = before;
        long seenNanos = System.nanoTime();
        while (System.nanoTime() < untilNanos || sent.get() - before < LEAST_SAMPLE_BYTES) {
            if (sent.get() != seen) {
                seen = sent.get();
                seenNanos = System.nanoTime();
            }
            assertThat(System.nanoTime() - seenNanos)
                    .as("ns without a record after %s MB, %s MB of direct memory", seen >> 20, directBytes() >> 20)
                    .isLessThan(TimeUnit.SECONDS.toNanos(STUCK_S));
            LockSupport.parkNanos(50_000_000);
        }
    }

    private static long directBytes() {
        return PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
    }

    private static long heapAfterCollection() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            least = Math.min(
                    least,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }
}
