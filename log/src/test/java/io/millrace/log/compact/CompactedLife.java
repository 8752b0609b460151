package io.millrace.log.compact;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.AppendOrigin;
import io.millrace.log.AppendOutcome;
import io.millrace.log.CompactionBench;
import io.millrace.log.CompactionOutcome;
import io.millrace.log.FileSlice;
import io.millrace.log.Payload;
import io.millrace.log.ReadOutcome;
import io.millrace.log.batch.BatchBuilder;
import io.millrace.log.batch.BatchHeader;
import io.millrace.log.batch.RecordCursor;
import io.millrace.log.disk.Disk;
import io.millrace.log.disk.DiskFile;
import io.millrace.log.disk.OpenMode;
import io.millrace.log.store.LogLife;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A compacted log, driven step by step on the test's thread; passes run at once, or when the test says so. */
final class CompactedLife {
    /** One record as a reader sees it. */
    record Seen(long offset, String key, String value) {}

    final LogLife life;
    final Bench bench = new Bench();
    CompactionOutcome outcome;
    /** What passes are given, at most. */
    long highWatermark = Long.MAX_VALUE;

    CompactedLife(Path root, Disk disk) {
        life = new LogLife(root, disk);
        life.with(
                "cleanup.policy", "compact",
                "segment.bytes", "400",
                "index.interval.bytes", "50",
                "min.cleanable.dirty.ratio", "0.01",
                "message.timestamp.after.max.ms", String.valueOf(Long.MAX_VALUE));
    }

    CompactedLife with(String... keysAndValues) {
        life.with(keysAndValues);
        return this;
    }

    CompactedLife start() {
        life.start();
        return this;
    }

    /** What a pass may use, and what it used. */
    static class Bench implements CompactionBench {
        long mapBytes = 1 << 20;
        int bufferBytes = 4096;
        long moved;
        boolean closed;
        /** Null to run passes at once. */
        List<Runnable> held;

        @Override
        public void run(Runnable pass) {
            if (held == null) {
                pass.run();
            } else {
                held.add(pass);
            }
        }

        @Override
        public long mapBytes() {
            return mapBytes;
        }

        @Override
        public double mapLoadFactor() {
            return 0.9;
        }

        @Override
        public int bufferBytes() {
            return bufferBytes;
        }

        @Override
        public void moved(long bytes) {
            moved += bytes;
        }

        @Override
        public boolean isClosed() {
            return closed;
        }

        @Override
        public KeyHash newHash() {
            return new KeyHash(1, 2);
        }

        @Override
        public long nanoTime() {
            return 0;
        }
    }

    CompactedLife put(String key, String value) {
        return append(new BatchBuilder()
                .append(life.io.nowMs(), utf8(key), utf8(value))
                .build());
    }

    CompactedLife append(Payload batch) {
        return append(batch, AppendOrigin.CLIENT);
    }

    CompactedLife append(Payload batch, AppendOrigin origin) {
        AppendOutcome appended = life.log.append(batch, origin, 0, life.io.nowMs());
        assertThat(appended).isInstanceOf(AppendOutcome.Appended.class);
        life.run();
        return this;
    }

    /** Ends the active segment, so that all before can be compacted. */
    CompactedLife fill() {
        put("filler", "f".repeat(310));
        return put("filler", "f".repeat(310));
    }

    /** Passes until nothing is due. */
    CompactedLife compact() {
        for (int i = 0; i < 50 && due(); i++) {
            pass();
            if (!(outcome instanceof CompactionOutcome.Done)) return this;
        }
        return this;
    }

    boolean due() {
        boolean due = life.log.compaction().need(life.io.nowMs(), watermark()) != null;
        life.run();
        return due;
    }

    private long watermark() {
        return Math.min(highWatermark, life.log.writtenEnd());
    }

    CompactedLife pass() {
        outcome = null;
        life.log.compaction().start(bench, watermark(), came -> outcome = came);
        life.run();
        return this;
    }

    /** All that a reader gets, batch headers without records included in the walk. */
    List<Seen> all() {
        List<Seen> all = new ArrayList<>();
        for (ByteBuffer batch : batches()) {
            try (RecordCursor cursor = RecordCursor.read(batch, 0, 1 << 20)) {
                while (cursor.next()) {
                    all.add(new Seen(cursor.offset(), text(cursor.key()), text(cursor.value())));
                }
            }
        }
        return all;
    }

    List<String> values() {
        return all().stream().map(Seen::value).toList();
    }

    /** The last value of each key; keys with a tombstone are absent. */
    Map<String, String> state() {
        Map<String, String> state = new LinkedHashMap<>();
        for (Seen seen : all()) {
            state.remove(seen.key);
            if (seen.value != null) state.put(seen.key, seen.value);
        }
        return state;
    }

    List<ByteBuffer> batches() {
        List<ByteBuffer> batches = new ArrayList<>();
        long next = life.log.logStartOffset();
        while (next < life.log.writtenEnd()) {
            ReadOutcome read = life.log.read(next, Long.MAX_VALUE, 1 << 20, true);
            long before = next;
            if (read instanceof ReadOutcome.FromMemory memory) {
                for (Payload payload : memory.batches()) {
                    split(payload.bytes(), batches);
                    payload.release();
                }
                next = memory.nextOffset();
            } else {
                FileSlice slice = LogLife.load(((ReadOutcome.FromDisk) read).read());
                split(bytes(slice), batches);
                slice.release();
                next = slice.nextOffset();
            }
            assertThat(next).as("progress at offset %d", before).isGreaterThan(before);
        }
        return batches;
    }

    /** Every offset is found by itself, and the files follow one another without holes or overlaps. */
    void demandOrder() throws IOException {
        List<ByteBuffer> batches = batches();
        long before = life.log.logStartOffset();
        for (ByteBuffer batch : batches) {
            long base = BatchHeader.baseOffset(batch, 0);
            assertThat(base).isGreaterThanOrEqualTo(before);
            for (long offset = before; offset < BatchHeader.nextOffset(batch, 0); offset++) {
                ReadOutcome read = life.log.read(offset, Long.MAX_VALUE, 1, true);
                if (!(read instanceof ReadOutcome.FromDisk disk)) continue;
                FileSlice slice = LogLife.load(disk.read());
                assertThat(BatchHeader.baseOffset(bytes(slice), 0)).isEqualTo(base);
                slice.release();
            }
            before = BatchHeader.nextOffset(batch, 0);
        }
        long end = -1;
        for (Path file : life.disk.list(life.folder())) {
            if (!file.toString().endsWith(".log")) continue;
            long base = Long.parseLong(file.getFileName().toString().substring(0, 20));
            if (end >= 0) assertThat(base).as(file.toString()).isEqualTo(end);
            List<ByteBuffer> inFile = new ArrayList<>();
            split(content(file), inFile);
            end = inFile.isEmpty() ? base : BatchHeader.nextOffset(inFile.get(inFile.size() - 1), 0);
        }
    }

    private ByteBuffer content(Path file) throws IOException {
        try (DiskFile opened = life.disk.open(file, OpenMode.READ)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) opened.size());
            while (bytes.hasRemaining() && opened.read(bytes, bytes.position()) > 0) {
                // until the end
            }
            return bytes.flip();
        }
    }

    static ByteBuffer bytes(FileSlice slice) {
        ByteBuffer bytes = ByteBuffer.allocate(slice.sizeBytes());
        try {
            if (!slice.isEmpty()) slice.readInto(bytes);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return bytes.flip();
    }

    static void split(ByteBuffer bytes, List<ByteBuffer> batches) {
        int at = bytes.position();
        while (at < bytes.limit()) {
            assertThat(BatchHeader.isIntact(bytes, at)).isTrue();
            int size = BatchHeader.sizeBytes(bytes, at);
            ByteBuffer copy = ByteBuffer.allocate(size);
            copy.put(bytes.duplicate().limit(at + size).position(at)).flip();
            batches.add(copy);
            at += size;
        }
    }

    static byte[] utf8(String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    static String text(ByteBuffer bytes) {
        return bytes == null ? null : StandardCharsets.UTF_8.decode(bytes).toString();
    }

    /** Another start, which has to read all of the log: of the last one only the segments are left. */
    void loseTheCheckpoints() throws IOException {
        life.run();
        try (Stream<Path> list = Files.list(life.folder())) {
            for (Path file : list.toList()) {
                if (file.toString().endsWith(".snapshot") || file.toString().endsWith(".index")) Files.delete(file);
            }
        }
        Files.delete(life.root.resolve("recovery-checkpoint"));
        life.killAndStart();
    }

    static Payload idempotent(long producer, int sequence, String key, String value) {
        return new BatchBuilder()
                .producer(producer, (short) 0, sequence)
                .append(1, utf8(key), utf8(value))
                .build();
    }
}
