package io.millrace.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What Kafka's cleaner and ours leave of the same records: the same records in the same batches at the same offsets.
 *
 * <p>Thread: the test's.
 */
@Tag("full")
@ExtendWith(BothBrokers.Fixture.class)
class CompactionTest {
    private static final int BATCHES = 80;
    private static final long BATCH_MS = 2_000;
    private static final String KEYS = "key";

    private final BothBrokers both;

    CompactionTest(BothBrokers both) {
        this.both = both;
    }

    @Test
    void theSameRecordsAreLeft() throws Exception {
        String left = both.sameAtOnce("compaction", side -> {
            Topic topic = side.topic(
                    "compacted",
                    1,
                    Map.of(
                            "cleanup.policy", "compact",
                            "segment.ms", "1000",
                            "min.cleanable.dirty.ratio", "0.01",
                            "message.timestamp.after.max.ms", String.valueOf(Long.MAX_VALUE)));
            try (WireClient client = side.connect()) {
                long active = write(client, topic);
                return awaitCompacted(client, topic, active);
            }
        });
        assertThat(left).contains("horizon", "gzip", "key5");
    }

    /** @return where the last segment begins */
    private static long write(WireClient client, Topic topic) throws Exception {
        Random random = new Random(4711);
        long offset = 0;
        long last = 0;
        for (int i = 0; i < BATCHES; i++) {
            List<SimpleRecord> records = new ArrayList<>();
            for (int r = random.nextInt(5); r >= 0; r--) {
                String value = random.nextInt(6) == 0 ? null : "v" + i + "." + r;
                records.add(Batches.record(10_000 + i * BATCH_MS + r, KEYS + random.nextInt(20), value));
            }
            Compression codec = i % 3 == 0 ? Compression.gzip().build() : Compression.NONE;
            client.ask(Requests.produce(topic, 0, Batches.of(codec, records.toArray(SimpleRecord[]::new))), 9);
            last = offset;
            offset += records.size();
        }
        return last;
    }

    /** Below the active segment no key may stand twice. */
    private static String awaitCompacted(WireClient client, Topic topic, long active) throws Exception {
        for (Deadline deadline = Deadline.inSeconds(30); deadline.goOn(); ) {
            Set<String> keys = new HashSet<>();
            boolean twice = false;
            StringBuilder text = new StringBuilder();
            for (MutableRecordBatch batch : readAll(client, topic)) {
                int records = 0;
                boolean tombstone = false;
                StringBuilder inBatch = new StringBuilder();
                for (Record record : batch) {
                    String key = utf8(record.key());
                    twice |= record.offset() < active && !keys.add(key);
                    records++;
                    tombstone |= record.value() == null;
                    inBatch.append(' ').append(record.offset()).append('=').append(key);
                    inBatch.append(':').append(utf8(record.value())).append('@').append(record.timestamp());
                }
                if (records > 0) {
                    text.append(batch.baseOffset()).append("..").append(batch.lastOffset());
                    text.append(' ').append(batch.compressionType());
                    // How many passes a batch has seen depends on time; a horizon of tombstones
                    // that are gone tells only that.
                    text.append(tombstone && batch.deleteHorizonMs().isPresent() ? " horizon" : "");
                    text.append(" max ")
                            .append(batch.maxTimestamp())
                            .append(inBatch)
                            .append('\n');
                }
            }
            if (!twice) {
                return text.toString().toLowerCase();
            }
            LockSupport.parkNanos(50_000_000);
        }
        throw new AssertionError("not compacted in time");
    }

    private static List<MutableRecordBatch> readAll(WireClient client, Topic topic) throws Exception {
        List<MutableRecordBatch> batches = new ArrayList<>();
        long next = 0;
        while (true) {
            FetchResponseData answer = client.ask(Requests.fetch(topic, 0, next), 12);
            var partition = answer.responses().get(0).partitions().get(0);
            MemoryRecords records = (MemoryRecords) partition.records();
            long before = next;
            for (MutableRecordBatch batch : records.batches()) {
                if (batch.nextOffset() > next) {
                    batches.add(batch);
                    next = batch.nextOffset();
                }
            }
            if (next == before || next >= partition.highWatermark()) {
                return batches;
            }
        }
    }

    private static String utf8(java.nio.ByteBuffer bytes) {
        return bytes == null ? "null" : StandardCharsets.UTF_8.decode(bytes).toString();
    }
}
