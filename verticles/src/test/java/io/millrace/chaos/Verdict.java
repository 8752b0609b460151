package io.millrace.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Compares a {@link Ledger} with what a fresh consumer finds when all is whole again.
 *
 * <p>Thread: the run's main.
 *
 * @param lost acknowledged, and not there or something else at its offset
 * @param duplicated there more than once
 * @param reordered behind a later record of its producer
 * @param unread seen by the consumer at an offset where now something else stands
 */
record Verdict(long acknowledged, long lost, long duplicated, long reordered, long unread, List<String> examples) {
    private static final int EXAMPLES = 8;
    private static final Duration READ_LIMIT = Duration.ofSeconds(60);

    /** Whether everything is as it was promised; what was not promised is counted and no more. */
    boolean isClean(Cast cast) {
        return unread == 0
                && examples.isEmpty()
                && (lost == 0 || !cast.keepsAcknowledged())
                && (duplicated + reordered == 0 || !cast.isOnceAndInOrder());
    }

    static Verdict on(Ledger ledger, String bootstrap, String topic, Cast cast) {
        List<String> examples = new ArrayList<>(ledger.anomalies());
        Map<Integer, TreeMap<Long, String>> there = readAll(bootstrap, topic, examples);
        long lost = 0;
        long unread = 0;
        long duplicated = 0;
        long reordered = 0;
        long cleaned = 0;
        List<String> onceAndInOrder = cast.isOnceAndInOrder() ? examples : new ArrayList<>();
        for (int partition = 0; partition < Load.PARTITIONS; partition++) {
            TreeMap<Long, String> log = there.getOrDefault(partition, new TreeMap<>());
            Map<Long, String> acknowledged = ledger.acknowledgedOf(partition);
            Map<Long, String> read = ledger.readOf(partition);
            if (cast == Cast.COMPACTED) {
                removeOvertaken(acknowledged, log);
                removeOvertaken(read, log);
            }
            cleaned += ledger.acknowledgedOf(partition).size() - acknowledged.size();
            lost += differences(
                    "acknowledged",
                    partition,
                    acknowledged,
                    log,
                    cast.keepsAcknowledged() ? examples : new ArrayList<>());
            if (cast != Cast.COMPACTED) {
                lost += missing(ledger.acknowledgedSomewhereOf(partition), partition, log, examples);
            }
            unread += differences("read", partition, read, log, examples);
            Set<String> seen = new HashSet<>();
            Map<String, Long> last = new HashMap<>();
            for (String value : log.values()) {
                if (!seen.add(value)) {
                    duplicated++;
                    note(onceAndInOrder, partition + ": " + value + " is there twice");
                    continue;
                }
                int colon = value.indexOf(':');
                long number = Long.parseLong(value.substring(colon + 1));
                Long before = last.put(value.substring(0, colon), number);
                if (before != null && before > number) {
                    reordered++;
                    note(onceAndInOrder, partition + ": " + value + " comes behind " + before);
                }
            }
        }
        if (cast == Cast.COMPACTED && cleaned == 0) {
            note(examples, "nothing was compacted: the story proves nothing");
        }
        return new Verdict(ledger.count(), lost, duplicated, reordered, unread, List.copyOf(examples));
    }

    /** Takes out what compaction may have taken: what is not there, but a later record of the same key is. */
    private static void removeOvertaken(Map<Long, String> told, TreeMap<Long, String> log) {
        Map<String, Long> last = new HashMap<>();
        log.forEach((offset, value) -> last.put(Load.key(value), offset));
        told.entrySet()
                .removeIf(entry -> !log.containsKey(entry.getKey())
                        && last.getOrDefault(Load.key(entry.getValue()), -1L) > entry.getKey());
    }

    private static long differences(
            String what, int partition, Map<Long, String> told, Map<Long, String> log, List<String> examples) {
        long differences = 0;
        for (Map.Entry<Long, String> entry : told.entrySet()) {
            String found = log.get(entry.getKey());
            if (!entry.getValue().equals(found)) {
                differences++;
                note(
                        examples,
                        partition + "@" + entry.getKey() + " was " + what + " as " + entry.getValue() + ", now it is "
                                + found);
            }
        }
        return differences;
    }

    private static long missing(List<String> told, int partition, Map<Long, String> log, List<String> examples) {
        Set<String> there = new HashSet<>(log.values());
        List<String> missing =
                told.stream().filter(value -> !there.contains(value)).toList();
        missing.forEach(value -> note(examples, partition + ": " + value + " was acknowledged and is nowhere"));
        return missing.size();
    }

    private static void note(List<String> examples, String line) {
        if (examples.size() < EXAMPLES) {
            examples.add(line);
        }
    }

    private static Map<Integer, TreeMap<Long, String>> readAll(String bootstrap, String topic, List<String> examples) {
        Map<Integer, TreeMap<Long, String>> there = new HashMap<>();
        try (KafkaConsumer<String, String> reader = new KafkaConsumer<>(Load.readerSettings(bootstrap))) {
            List<TopicPartition> all = Load.partitions(topic);
            reader.assign(all);
            all.forEach(partition -> reader.seek(partition, 0));
            Map<TopicPartition, Long> ends = reader.endOffsets(all, READ_LIMIT);
            long deadline = System.nanoTime() + READ_LIMIT.toNanos();
            while (all.stream().anyMatch(partition -> reader.position(partition) < ends.get(partition))) {
                if (System.nanoTime() > deadline) {
                    note(examples, "not everything below the ends " + ends + " could be read");
                    break;
                }
                for (ConsumerRecord<String, String> record : reader.poll(Duration.ofMillis(200))) {
                    there.computeIfAbsent(record.partition(), p -> new TreeMap<>())
                            .put(record.offset(), record.value());
                }
            }
        }
        return there;
    }
}
