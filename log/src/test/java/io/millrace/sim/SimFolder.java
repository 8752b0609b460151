package io.millrace.sim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * One directory of the simulated disk: the names every process sees, the names that are on the platter, and the
 * un-synced changes between the two in their order. A file whose name was never synced is lost with the power, however
 * well its bytes were synced.
 *
 * <p>Thread: one at a time; the disk sees to it.
 */
final class SimFolder implements SimNode {
    /** One atomic change of names; a null node takes the name away. */
    private record Change(Map<String, SimNode> names) {}

    private final TreeMap<String, SimNode> cached = new TreeMap<>();
    private final TreeMap<String, SimNode> durable = new TreeMap<>();
    private final List<Change> unsynced = new ArrayList<>();

    SimNode get(String name) {
        return cached.get(name);
    }

    Map<String, SimNode> entries() {
        return cached;
    }

    void put(String name, SimNode node) {
        change(Map.of(name, node));
    }

    void remove(String name) {
        Map<String, SimNode> names = new LinkedHashMap<>();
        names.put(name, null);
        change(names);
    }

    /** Replaces what has the new name, as rename(2) does. */
    void rename(String from, String to) {
        SimNode node = cached.get(from);
        Map<String, SimNode> names = new LinkedHashMap<>();
        names.put(from, null);
        names.put(to, node);
        change(names);
    }

    void sync() {
        durable.clear();
        durable.putAll(cached);
        unsynced.clear();
    }

    void losePower(PowerLoss loss, Random random) {
        List<Change> survivors = loss == PowerLoss.SEEDED ? survivors(random) : List.of();
        cached.clear();
        cached.putAll(durable);
        survivors.forEach(this::apply);
        sync();
        for (SimNode node : cached.values()) {
            if (node instanceof SimFolder folder) {
                folder.losePower(loss, random);
            } else if (node instanceof SimFile file) {
                file.losePower(loss, random);
            }
        }
    }

    /** A journal keeps a prefix; a file system without one keeps any subset: the contract promises neither. */
    private List<Change> survivors(Random random) {
        if (random.nextBoolean()) {
            return List.copyOf(unsynced.subList(0, random.nextInt(unsynced.size() + 1)));
        }
        return unsynced.stream().filter(change -> random.nextBoolean()).toList();
    }

    private void change(Map<String, SimNode> names) {
        Change change = new Change(names);
        apply(change);
        unsynced.add(change);
    }

    private void apply(Change change) {
        change.names.forEach((name, node) -> {
            if (node == null) {
                cached.remove(name);
            } else {
                cached.put(name, node);
            }
        });
    }
}
