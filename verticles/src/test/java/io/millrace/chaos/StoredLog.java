package io.millrace.chaos;

import io.millrace.log.TopicPartitionId;
import io.millrace.log.batch.BatchHeader;
import io.millrace.log.batch.RecordCursor;
import io.millrace.log.segment.SegmentNames;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * What one replica has on its disk, read from outside: the whole batches of its segments, in order.
 *
 * <p>Thread: any.
 */
final class StoredLog {
    private static final int MAX_RECORD_BYTES = 1 << 20;

    private final List<ByteBuffer> batches = new ArrayList<>();
    private String damage;

    private StoredLog() {}

    /** A partition without a folder is empty. */
    static StoredLog read(Path data, String topic, int partition) throws IOException {
        StoredLog log = new StoredLog();
        List<Path> folders;
        try (Stream<Path> all = Files.list(data)) {
            folders = all.filter(Files::isDirectory)
                    .filter(folder -> {
                        TopicPartitionId id =
                                TopicPartitionId.ofFolder(folder.getFileName().toString());
                        return id != null && id.toString().equals(topic + "-" + partition);
                    })
                    .toList();
        }
        for (Path folder : folders) {
            List<Path> segments;
            try (Stream<Path> all = Files.list(folder)) {
                segments = all.filter(file -> file.toString().endsWith(SegmentNames.LOG))
                        .sorted(Comparator.comparing(Path::getFileName))
                        .toList();
            }
            for (Path segment : segments) {
                log.add(ByteBuffer.wrap(Files.readAllBytes(segment)), segment);
            }
        }
        return log;
    }

    private void add(ByteBuffer bytes, Path segment) {
        int at = 0;
        while (at + BatchHeader.SIZE_BYTES <= bytes.limit()) {
            int size = BatchHeader.sizeBytes(bytes, at);
            if (size < BatchHeader.SIZE_BYTES || at + size > bytes.limit()) {
                break;
            }
            if (!BatchHeader.isIntact(bytes, at)) {
                damage = segment + " is damaged at " + at;
                return;
            }
            batches.add(bytes.slice(at, size));
            at += size;
        }
        // Something may follow while the node writes; whoever needs it whole sees where the log ends.
    }

    /** What is wrong with this log by itself, or null. */
    String damage() {
        return damage;
    }

    long start() {
        return batches.isEmpty() ? 0 : BatchHeader.baseOffset(batches.get(0), 0);
    }

    long end() {
        return batches.isEmpty() ? 0 : BatchHeader.nextOffset(batches.get(batches.size() - 1), 0);
    }

    /** The batches that end at {@code to} or before, header and all. */
    List<ByteBuffer> below(long to) {
        return batches.stream()
                .filter(batch -> BatchHeader.nextOffset(batch, 0) <= to)
                .toList();
    }

    /** Where each leader epoch begins, below {@code to}. */
    List<String> epochs(long to) {
        List<String> history = new ArrayList<>();
        int last = -1;
        for (ByteBuffer batch : below(to)) {
            int epoch = BatchHeader.leaderEpoch(batch, 0);
            if (epoch != last) {
                history.add(epoch + "@" + BatchHeader.baseOffset(batch, 0));
                if (epoch < last) {
                    damage = "epoch " + epoch + " follows " + last + " at " + BatchHeader.baseOffset(batch, 0);
                }
            }
            last = epoch;
        }
        return history;
    }

    /** The last record of each key, with its offset: what compaction must leave as it is. */
    SortedMap<ByteBuffer, String> lastOfEachKey() {
        TreeMap<ByteBuffer, String> last = new TreeMap<>();
        TreeMap<ByteBuffer, Long> offsets = new TreeMap<>();
        for (ByteBuffer batch : batches) {
            walk(batch, record -> {
                // While a segment is swapped its records may be there twice.
                if (record.hasKey() && offsets.getOrDefault(record.key(), -1L) <= record.offset()) {
                    offsets.put(record.key(), record.offset());
                    last.put(record.key(), told(batch, record));
                }
            });
        }
        return last;
    }

    /** Every record from {@code from} to below {@code to}, whatever batches and times they were written with. */
    SortedMap<Long, String> records(long from, long to) {
        TreeMap<Long, String> records = new TreeMap<>();
        for (ByteBuffer batch : batches) {
            walk(batch, record -> {
                if (record.offset() >= from && record.offset() < to) {
                    records.put(record.offset(), told(batch, record));
                }
            });
        }
        return records;
    }

    private static void walk(ByteBuffer batch, Consumer<RecordCursor> each) {
        try (RecordCursor records = RecordCursor.read(batch, 0, MAX_RECORD_BYTES)) {
            while (records.next()) {
                each.accept(records);
            }
        }
    }

    private static String told(ByteBuffer batch, RecordCursor record) {
        return "offset " + record.offset() + " of epoch " + BatchHeader.leaderEpoch(batch, 0) + ", key "
                + hash(record.key()) + ", value " + hash(record.value());
    }

    private static String hash(ByteBuffer bytes) {
        return bytes == null ? "null" : Integer.toHexString(bytes.hashCode());
    }
}
