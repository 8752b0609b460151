package io.millrace.simulation;

import io.millrace.protocol.Errors;
import io.millrace.sim.Simulation;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What clients were told. An offset that was acknowledged for one record, or shown to a consumer, is that record's for ever.
 *
 * <p>Thread: the simulation's only thread.
 */
final class ClusterLedger {
    private final Simulation simulation;
    private final Map<Integer, TreeMap<Long, String>> told = new HashMap<>();
    private final Map<Errors, Integer> refusals = new EnumMap<>(Errors.class);
    private final Map<Integer, Long> deletedUpTo = new HashMap<>();
    private final Map<Integer, Set<Long>> passedOver = new HashMap<>();
    private long acknowledged;
    private long read;

    ClusterLedger(Simulation simulation) {
        this.simulation = simulation;
    }

    void acknowledged(int partition, long offset, String value) {
        acknowledged++;
        tell("acknowledged", partition, offset, value);
    }

    void read(int partition, long offset, String value) {
        read++;
        tell("shown", partition, offset, value);
    }

    private void tell(String how, int partition, long offset, String value) {
        String before = told.computeIfAbsent(partition, p -> new TreeMap<>()).put(offset, value);
        if (before != null && !before.equals(value)) {
            throw simulation.violation(
                    "AnOffsetIsOneRecords",
                    partition + "@" + offset + " is " + how + " as " + value + ", it was told as " + before);
        }
    }

    /** An offset up to which everything may be deleted; 0 while there is nothing to delete. */
    long mayGo(int partition, Random random) {
        TreeMap<Long, String> known = told.get(partition);
        if (known == null) {
            return 0;
        }
        long from = deletedUpTo(partition);
        return from + random.nextInt((int) Math.max(1, known.lastKey() + 1 - from));
    }

    /** Somebody asks to have everything before the offset deleted. */
    void deleted(int partition, long upTo) {
        deletedUpTo.merge(partition, upTo, Math::max);
    }

    /** Up to here somebody has asked to have everything deleted. */
    long deletedUpTo(int partition) {
        return deletedUpTo.getOrDefault(partition, 0L);
    }

    void refused(int partition, Errors error) {
        refusals.merge(error, 1, Integer::sum);
    }

    long acknowledged() {
        return acknowledged;
    }

    long read() {
        return read;
    }

    Map<Errors, Integer> refusals() {
        return refusals;
    }

    /** Everything told must be in this log, once, and each producer's records in their order. */
    void demand(int partition, List<SimRecord> log) {
        Map<Long, String> there = new HashMap<>();
        Map<String, Integer> last = new HashMap<>();
        List<String> wrong = new ArrayList<>();
        for (SimRecord record : log) {
            there.put(record.offset(), record.content());
            // KEY=PRODUCER:NUMBER
            int colon = record.value().indexOf(':');
            String producer = record.value().substring(0, colon);
            int number = Integer.parseInt(record.value().substring(colon + 1));
            int expected = last.getOrDefault(producer, deletedUpTo(partition) > 0 ? number - 1 : -1) + 1;
            if (number != expected) {
                wrong.add(record + " where " + expected + " of " + producer + " is due");
            }
            last.put(producer, number);
        }
        told.getOrDefault(partition, new TreeMap<>()).forEach((offset, value) -> {
            if (!value.equals(there.get(offset)) && (offset >= deletedUpTo(partition) || there.containsKey(offset))) {
                wrong.add(offset + " was told as " + value + " and is " + there.get(offset));
            }
        });
        demandNone("AcknowledgedIsKept", partition, wrong);
    }

    private void demandNone(String invariant, int partition, List<String> wrong) {
        if (!wrong.isEmpty()) {
            throw simulation.violation(
                    invariant,
                    "partition " + partition + ": " + wrong.subList(0, Math.min(5, wrong.size())) + ", " + wrong.size()
                            + " in all");
        }
    }

    private static String keyOf(String content) {
        return content.substring(0, content.indexOf('='));
    }

    /** The last offset told for each key. */
    private Map<String, Long> lastOfKeys(int partition) {
        Map<String, Long> last = new TreeMap<>();
        told.getOrDefault(partition, new TreeMap<>())
                .forEach((offset, content) -> last.merge(keyOf(content), offset, Math::max));
        return last;
    }

    /** A consumer of a compacted topic has read on from one offset to another and was shown these. */
    void passed(int partition, long from, long to, List<SimRecord> shown) {
        TreeMap<Long, String> known = told.get(partition);
        if (known != null) {
            Set<Long> missed = new TreeSet<>(known.subMap(from, to).keySet());
            shown.forEach(record -> missed.remove(record.offset()));
            passedOver.computeIfAbsent(partition, p -> new TreeSet<>()).addAll(missed);
        }
    }

    /** Offsets that were told and that a consumer was not shown later. */
    long passedOver() {
        return passedOver.values().stream().mapToLong(Set::size).sum();
    }

    /**
     * Of a compacted partition: the last of each key is there, at its offset, and nothing that was told has become something
     * else; who read over an offset was to be shown a later one with the same key.
     */
    void demandLastOfKeys(int partition, List<SimRecord> log) {
        TreeMap<Long, String> known = told.getOrDefault(partition, new TreeMap<>());
        Map<Long, String> there = new HashMap<>();
        List<String> wrong = new ArrayList<>();
        for (SimRecord record : log) {
            there.put(record.offset(), record.content());
            if (!record.content().equals(known.get(record.offset()))) {
                wrong.add(record + " was told as " + known.get(record.offset()));
            }
        }
        Map<String, Long> last = lastOfKeys(partition);
        last.forEach((key, offset) -> {
            if (!there.containsKey(offset)) {
                wrong.add(known.get(offset) + " at " + offset + " is the last of its key, and missing");
            }
        });
        for (long offset : passedOver.getOrDefault(partition, Set.of())) {
            if (last.get(keyOf(known.get(offset))) <= offset) {
                wrong.add(known.get(offset) + " at " + offset + " is the last of its key, and was not shown");
            }
        }
        demandNone("TheLastOfEachKeyIsKept", partition, wrong);
    }
}
