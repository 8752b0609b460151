package io.millrace.verticles.cluster;

import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntConsumer;

/**
 * Where each broker's current run listens on the bus, as far as this node knows.
 *
 * <p>Fed from the seed list, Hazelcast's member attributes and committed registrations; none of it is authoritative:
 * a wrong entry costs a failed request, never data, since every message carries its own epochs.
 *
 * <p>Thread: any. Listeners are called by the thread that changed the entry, after the change is visible.
 */
public final class BusDirectory {
    private final ConcurrentMap<Integer, BusNodeId> nodes = new ConcurrentHashMap<>();
    private final CopyOnWriteArrayList<IntConsumer> listeners = new CopyOnWriteArrayList<>();

    public Optional<BusNodeId> find(int brokerId) {
        return Optional.ofNullable(nodes.get(brokerId));
    }

    /** The newest knowledge about a broker; the latest call wins. */
    public void put(BusNodeId node) {
        BusNodeId before = nodes.put(node.brokerId(), node);
        if (!node.equals(before)) {
            changed(node.brokerId());
        }
    }

    /** For seeds: never displaces what was learnt from the broker itself. */
    public void putIfAbsent(BusNodeId node) {
        if (nodes.putIfAbsent(node.brokerId(), node) == null) {
            changed(node.brokerId());
        }
    }

    /** Forgets one run of a broker. The departure of an old run, reported late, does not remove the new one. */
    public void remove(int brokerId, UUID incarnation) {
        BusNodeId known = nodes.get(brokerId);
        if (known != null && known.incarnation().equals(incarnation) && nodes.remove(brokerId, known)) {
            changed(brokerId);
        }
    }

    /** The brokers that are known. */
    public Set<Integer> ids() {
        return Set.copyOf(nodes.keySet());
    }

    public void onChange(IntConsumer listener) {
        listeners.add(listener);
    }

    private void changed(int brokerId) {
        listeners.forEach(listener -> listener.accept(brokerId));
    }
}
