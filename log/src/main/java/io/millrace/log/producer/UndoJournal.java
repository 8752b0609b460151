package io.millrace.log.producer;

/**
 * What the batches that may still be taken back did to their producers, newest last: a ring of primitives, so that noting a
 * batch allocates nothing.
 *
 * <p>Its bound is that of the writer's queue, for as long as the writer has a batch, and {@link #MAX_WRITTEN} for those that are
 * written and not committed.
 *
 * <p>Thread: the owner's.
 */
final class UndoJournal {
    /** Stands for "there was no such producer". */
    static final ProducerState ABSENT = new ProducerState(-1, (short) -1);

    /** As many written batches are noted: more than a few producers have on their way to followers that keep pace. */
    static final int MAX_WRITTEN = 128;

    private static final int WORDS = 10;
    private static final int INITIAL = 8;

    private long[] words;
    private ProducerState[] replaced;
    private int head;
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    /**
     * Notes a producer as it is before a batch.
     *
     * @param state the producer; null when the batch creates it
     * @param replacing whether the batch puts another object in its place
     */
    void note(long baseOffset, long producerId, ProducerState state, boolean replacing) {
        if (words == null) {
            words = new long[INITIAL * WORDS];
            replaced = new ProducerState[INITIAL];
        } else if (size == replaced.length) {
            grow();
        }
        int entry = (head + size) % replaced.length;
        size++;
        int at = entry * WORDS;
        words[at] = baseOffset;
        words[at + 1] = producerId;
        replaced[entry] = state == null ? ABSENT : replacing ? state : null;
        if (state == null || replacing) {
            return;
        }
        words[at + 2] = state.lastTimestampMs;
        words[at + 3] = state.lastSeenMs;
        words[at + 4] = state.txnFirstOffset;
        words[at + 5] = state.coordinatorEpoch;
        int slot = state.prepareSlot();
        words[at + 6] = state.word(slot, 0);
        words[at + 7] = state.word(slot, 1);
        words[at + 8] = state.word(slot, 2);
        words[at + 9] = ((long) state.newestSlot() << 32) | state.batchCount();
    }

    /** Forgets what begins below: it is committed. */
    void forgetBelow(long endExclusive) {
        while (size > 0 && oldestOffset() < endExclusive) {
            forgetOldest();
        }
    }

    /**
     * Forgets the oldest of those that begin below, until no more than {@link #MAX_WRITTEN} entries are left.
     *
     * @return the base offset of the last one that was forgotten; -1 when there is none
     */
    long boundBelow(long endExclusive) {
        long forgotten = -1;
        while (size > MAX_WRITTEN && oldestOffset() < endExclusive) {
            forgotten = oldestOffset();
            forgetOldest();
        }
        return forgotten;
    }

    private long oldestOffset() {
        return words[head * WORDS];
    }

    private void forgetOldest() {
        replaced[head] = null;
        head = (head + 1) % replaced.length;
        size--;
    }

    /** Whether a batch of this producer is noted. */
    boolean names(long producerId) {
        for (int i = 0; i < size; i++) {
            if (words[(head + i) % replaced.length * WORDS + 1] == producerId) {
                return true;
            }
        }
        return false;
    }

    /** The base offset of the newest noted batch; -1 when there is none. */
    long newestOffset() {
        return size == 0 ? -1 : words[newest() * WORDS];
    }

    long newestProducerId() {
        return words[newest() * WORDS + 1];
    }

    /** {@link #ABSENT}, the object to put back, or null when the present one is to be rolled back in place. */
    ProducerState newestReplaced() {
        return replaced[newest()];
    }

    /** Rolls a producer back to the newest note. */
    void restoreInto(ProducerState state) {
        int at = newest() * WORDS;
        state.lastTimestampMs = words[at + 2];
        state.lastSeenMs = words[at + 3];
        state.txnFirstOffset = words[at + 4];
        state.coordinatorEpoch = (int) words[at + 5];
        int count = (int) words[at + 9];
        int newestSlot = (int) (words[at + 9] >> 32);
        if (state.newestSlot() != newestSlot || state.batchCount() != count) {
            state.takeBack(newestSlot, count, words[at + 6], words[at + 7], words[at + 8]);
        }
    }

    void dropNewest() {
        replaced[newest()] = null;
        size--;
    }

    /** Gives the memory back while nothing is in flight. */
    void trim() {
        if (size == 0) {
            words = null;
            replaced = null;
            head = 0;
        }
    }

    UndoJournal copy() {
        UndoJournal copy = new UndoJournal();
        if (words != null) {
            copy.words = words.clone();
            copy.replaced = replaced.clone();
            for (int i = 0; i < replaced.length; i++) {
                // Undoing in the copy changes what it puts back.
                boolean own = replaced[i] != null && replaced[i] != ABSENT;
                copy.replaced[i] = own ? replaced[i].copy() : replaced[i];
            }
            copy.head = head;
            copy.size = size;
        }
        return copy;
    }

    private int newest() {
        return (head + size - 1) % replaced.length;
    }

    private void grow() {
        int capacity = replaced.length;
        long[] grownWords = new long[2 * capacity * WORDS];
        ProducerState[] grownReplaced = new ProducerState[2 * capacity];
        for (int i = 0; i < size; i++) {
            int from = (head + i) % capacity;
            System.arraycopy(words, from * WORDS, grownWords, i * WORDS, WORDS);
            grownReplaced[i] = replaced[from];
        }
        words = grownWords;
        replaced = grownReplaced;
        head = 0;
    }
}
