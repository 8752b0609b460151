package io.millrace.protocol;

import java.util.Arrays;

/**
 * Counts, by playing it through on hashes alone, how many steps kafka-clients' {@code ImplicitLinkedHashCollection} takes
 * to hold a list of keys, and refuses when that is too much for an event loop.
 *
 * <p>The collection probes linearly, starts with room for at most 1,000 elements, and grows by removing each element from
 * the old table, which seats every element behind it in its run anew: with equal keys that is the cube of their number. A
 * thousand equal names hold a loop for half a second, 15,000 for minutes. Names that are only numbered through
 * ({@code topic-1}, {@code topic-2}) have neighbouring hashes and long runs too, but short ways within them: an estimate
 * from the runs' lengths would refuse them, so the steps are really taken.
 *
 * <p>Thread: the one that decodes; one per request.
 */
final class ProbeBudget {
    /** Well below a tenth of a second. 15,000 names that are numbered through take 2 million steps at worst. */
    static final long MAX_STEPS = 20_000_000;

    private static final int LARGEST_INITIAL_SIZE = 1_000;
    private static final int SMALLEST_CAPACITY = 5;
    private static final int FREE = -1;

    private long stepsLeft = MAX_STEPS;
    private int[] hashes;
    private int[] table;

    /** @throws MalformedRequestException when all lists of this request together would take too long */
    void charge(int[] keyHashes, int count) {
        hashes = keyHashes;
        table = emptyTable(Math.min(count, LARGEST_INITIAL_SIZE));
        for (int element = 0; element < count; element++) {
            if (element + 1 >= table.length / 2) {
                grow(element);
            }
            place(element);
        }
    }

    private static int[] emptyTable(int expected) {
        int[] slots = new int[Math.max(SMALLEST_CAPACITY, 2 * expected + 1)];
        Arrays.fill(slots, FREE);
        return slots;
    }

    private void grow(int count) {
        int[] old = table;
        int[] larger = emptyTable(old.length);
        for (int element = 0; element < count; element++) {
            table = old;
            remove(element);
            table = larger;
            place(element);
        }
    }

    private void place(int element) {
        table[slotOf(element)] = element;
    }

    /** Where the element is, or the free slot where it would go. */
    private int slotOf(int element) {
        int slot = (hashes[element] & Integer.MAX_VALUE) % table.length;
        int steps = 1;
        while (table[slot] != FREE && table[slot] != element) {
            slot = next(slot);
            steps++;
        }
        spend(steps);
        return slot;
    }

    /** Every element behind it in its run is looked up anew, and moves into the gap if its way began before it. */
    private void remove(int element) {
        int slot = slotOf(element);
        table[slot] = FREE;
        for (slot = next(slot); table[slot] != FREE; slot = next(slot)) {
            int follower = table[slot];
            int seat = slotOf(follower);
            if (seat != slot) {
                table[slot] = FREE;
                table[seat] = follower;
            }
        }
    }

    private int next(int slot) {
        return slot + 1 == table.length ? 0 : slot + 1;
    }

    private void spend(int steps) {
        stepsLeft -= steps;
        if (stepsLeft < 0) {
            throw new MalformedRequestException("the keys of a list collide too often");
        }
    }
}
