package io.millrace.protocol;

/**
 * Estimates, by playing it through, how many steps kafka-clients' {@code ImplicitLinkedHashCollection} takes to hold
 * given hashes, and refuses when that is too much for an event loop.
 *
 * <p>The collection probes linearly, starts with room for at most 1,000 elements, and grows by removing each element from
 * the old table, which moves every element behind it in its run: with equal keys that is the cube of their number. A
 * thousand equal names hold a loop for half a second, 15,000 for minutes.
 *
 * <p>Thread: the one that decodes; one per request.
 */
final class ProbeBudget {
    /** About a tenth of a second; lists of distinct keys take thousands of times less. */
    static final long MAX_STEPS = 50_000_000;

    private static final int LARGEST_INITIAL_SIZE = 1_000;
    private static final int SMALLEST_CAPACITY = 5;

    private long stepsLeft = MAX_STEPS;
    private boolean[] used;
    private int longestProbe;

    /** @throws MalformedRequestException when all lists of this request together would take too long */
    void charge(int[] hashes, int count) {
        used = new boolean[capacity(Math.min(count, LARGEST_INITIAL_SIZE))];
        longestProbe = 0;
        for (int i = 0; i < count; i++) {
            if (i + 1 >= used.length / 2) {
                chargeRemovalOfAll();
                used = new boolean[capacity(used.length)];
                longestProbe = 0;
                for (int earlier = 0; earlier < i; earlier++) {
                    place(hashes[earlier]);
                }
            }
            place(hashes[i]);
        }
    }

    private static int capacity(int expected) {
        return Math.max(SMALLEST_CAPACITY, 2 * expected + 1);
    }

    private void place(int hash) {
        int slot = (hash & Integer.MAX_VALUE) % used.length;
        int probe = 0;
        while (used[slot]) {
            slot = slot + 1 == used.length ? 0 : slot + 1;
            probe++;
        }
        used[slot] = true;
        longestProbe = Math.max(longestProbe, probe);
        spend(1 + probe);
    }

    /** Every removal re-seats the rest of its run, and every re-seating probes. */
    private void chargeRemovalOfAll() {
        int start = 0;
        while (used[start]) {
            start++;
        }
        long run = 0;
        for (int i = 1; i <= used.length; i++) {
            int slot = start + i < used.length ? start + i : start + i - used.length;
            if (used[slot]) {
                run++;
            } else {
                spend(run * run * (1 + longestProbe) / 2);
                run = 0;
            }
        }
    }

    private void spend(long steps) {
        stepsLeft -= steps;
        if (stepsLeft < 0) {
            throw new MalformedRequestException("the keys of a list collide too often");
        }
    }
}
