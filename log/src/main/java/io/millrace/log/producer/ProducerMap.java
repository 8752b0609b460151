package io.millrace.log.producer;

import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Producer id to state: an open-addressed array, so that a producer costs its state and two references.
 *
 * <p>Thread: the owner's.
 */
final class ProducerMap {
    private static final ProducerState[] NONE = new ProducerState[0];

    private ProducerState[] slots = NONE;
    private int size;

    int size() {
        return size;
    }

    ProducerState get(long producerId) {
        if (size == 0) {
            return null;
        }
        for (int i = home(producerId); slots[i] != null; i = next(i)) {
            if (slots[i].producerId == producerId) {
                return slots[i];
            }
        }
        return null;
    }

    void put(ProducerState state) {
        if ((size + 1) * 3 > slots.length * 2) {
            resize(Math.max(2, slots.length * 2));
        }
        int i = home(state.producerId);
        while (slots[i] != null && slots[i].producerId != state.producerId) {
            i = next(i);
        }
        if (slots[i] == null) {
            size++;
        }
        slots[i] = state;
    }

    void remove(long producerId) {
        if (get(producerId) != null) {
            removeIf(state -> state.producerId == producerId);
        }
    }

    /** Removal is rare (expiry, a write that failed), so that it may rebuild the array. */
    void removeIf(Predicate<ProducerState> gone) {
        ProducerState[] before = slots;
        int kept = 0;
        for (ProducerState state : before) {
            kept += state != null && !gone.test(state) ? 1 : 0;
        }
        if (kept == size) {
            return;
        }
        int capacity = kept == 0 ? 0 : 2;
        while (kept * 3 > capacity * 2) {
            capacity *= 2;
        }
        slots = capacity == 0 ? NONE : new ProducerState[capacity];
        size = 0;
        for (ProducerState state : before) {
            if (state != null && !gone.test(state)) {
                put(state);
            }
        }
    }

    void forEach(Consumer<ProducerState> action) {
        for (ProducerState state : slots) {
            if (state != null) {
                action.accept(state);
            }
        }
    }

    /** By producer id, so that equal states have equal snapshots. */
    ProducerState[] sorted() {
        ProducerState[] all = new ProducerState[size];
        int filled = 0;
        for (ProducerState state : slots) {
            if (state != null) {
                all[filled++] = state;
            }
        }
        Arrays.sort(all, (a, b) -> Long.compare(a.producerId, b.producerId));
        return all;
    }

    void clear() {
        slots = NONE;
        size = 0;
    }

    private void resize(int capacity) {
        ProducerState[] before = slots;
        slots = new ProducerState[capacity];
        size = 0;
        for (ProducerState state : before) {
            if (state != null) {
                put(state);
            }
        }
    }

    private int home(long producerId) {
        // Ids are handed out in blocks: spread neighbours, as slots.length is a power of two.
        long mixed = producerId * 0x9E3779B97F4A7C15L;
        return (int) (mixed >>> 32) & (slots.length - 1);
    }

    private int next(int slot) {
        return (slot + 1) & (slots.length - 1);
    }
}
