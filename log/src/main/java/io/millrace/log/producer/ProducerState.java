package io.millrace.log.producer;

import io.millrace.log.batch.BatchHeader;
import io.millrace.log.batch.Sequences;

/**
 * One producer in one epoch: its last five batches and its open transaction. A new epoch is a new object, so that going
 * back to the old one is putting the old object back.
 *
 * <p>Thread: the owner's.
 */
final class ProducerState {
    /** As many batches as a producer may have in flight. */
    static final int MAX_BATCHES = 5;

    static final int NO_COORDINATOR_EPOCH = -1;
    static final long NO_OFFSET = -1L;

    /** Of batches out of a snapshot. */
    static final int NO_LEADER_EPOCH = -1;

    private static final int WORDS = 3;

    /** Half of all sequences: those that are to come are not taken for such that have been. */
    private static final int MAX_RUN = 1 << 30;

    final long producerId;
    final short epoch;
    int coordinatorEpoch = NO_COORDINATOR_EPOCH;
    long lastTimestampMs = BatchHeader.NO_TIMESTAMP;
    /** The owner's clock at the last append: a client's timestamps must not decide how long it is remembered. */
    long lastSeenMs;

    long txnFirstOffset = NO_OFFSET;

    /** A ring of (last sequence and offset delta, last offset, max timestamp); grows from one batch to five. */
    private long[] ring = new long[WORDS];

    private int newest = -1;
    private int count;
    /** So many records up to the last one came without a gap, as far as is remembered: of a snapshot only those of its batches. */
    private int run;
    /** Of those the last ones, which all came in one leader epoch. */
    private int ofEpoch;
    /** That of the last batch. */
    private int leaderEpoch = NO_LEADER_EPOCH;

    ProducerState(long producerId, short epoch) {
        this.producerId = producerId;
        this.epoch = epoch;
    }

    ProducerState copy() {
        ProducerState copy = new ProducerState(producerId, epoch);
        copy.coordinatorEpoch = coordinatorEpoch;
        copy.lastTimestampMs = lastTimestampMs;
        copy.lastSeenMs = lastSeenMs;
        copy.txnFirstOffset = txnFirstOffset;
        copy.ring = ring.clone();
        copy.newest = newest;
        copy.count = count;
        copy.run = run;
        copy.ofEpoch = ofEpoch;
        copy.leaderEpoch = leaderEpoch;
        return copy;
    }

    int batchCount() {
        return count;
    }

    int capacity() {
        return ring.length / WORDS;
    }

    int newestSlot() {
        return newest;
    }

    /** The slot that the next batch takes; growing first if all are taken and five are not yet reached. */
    int prepareSlot() {
        int capacity = capacity();
        if (count == capacity && capacity < MAX_BATCHES) {
            grow(capacity == 1 ? 2 : MAX_BATCHES);
            capacity = capacity();
        }
        return (newest + 1) % capacity;
    }

    private void grow(int capacity) {
        long[] grown = new long[capacity * WORDS];
        for (int age = 0; age < count; age++) {
            System.arraycopy(ring, slot(age) * WORDS, grown, (count - 1 - age) * WORDS, WORDS);
        }
        ring = grown;
        newest = count - 1;
    }

    void add(int lastSequence, int offsetDelta, long lastOffset, long timestampMs, int inLeaderEpoch) {
        boolean follows = count > 0 && Sequences.follows(lastSequence(), Sequences.minus(lastSequence, offsetDelta));
        int records = offsetDelta + 1;
        run = follows ? (int) Math.min(MAX_RUN, (long) run + records) : records;
        ofEpoch = follows && inLeaderEpoch == leaderEpoch ? (int) Math.min(MAX_RUN, (long) ofEpoch + records) : records;
        leaderEpoch = inLeaderEpoch;
        newest = prepareSlot();
        count = Math.min(count + 1, capacity());
        set(newest, ((long) lastSequence << 32) | (offsetDelta & 0xffffffffL), lastOffset, timestampMs);
        lastTimestampMs = timestampMs;
    }

    /** Takes the newest batch back and restores what its slot held. */
    void takeBack(int olderNewest, int olderCount, long word0, long word1, long word2) {
        int records = offsetDelta(newest) + 1;
        run = Math.max(0, run - records);
        // Where nothing is left of the epoch it is not known where the one before began: all of it may be one's own.
        ofEpoch = ofEpoch > records ? ofEpoch - records : run;
        set(newest, word0, word1, word2);
        newest = olderNewest;
        count = olderCount;
    }

    long word(int slot, int word) {
        return ring[slot * WORDS + word];
    }

    private void set(int slot, long word0, long word1, long word2) {
        int at = slot * WORDS;
        ring[at] = word0;
        ring[at + 1] = word1;
        ring[at + 2] = word2;
    }

    /** The slot of the batch that {@code age} others came after. */
    int slot(int age) {
        int capacity = capacity();
        return (newest - age + capacity) % capacity;
    }

    int lastSequence() {
        return count == 0 ? BatchHeader.NO_SEQUENCE : lastSequence(newest);
    }

    int lastSequence(int slot) {
        return (int) (word(slot, 0) >> 32);
    }

    int offsetDelta(int slot) {
        return (int) word(slot, 0);
    }

    long lastOffset(int slot) {
        return word(slot, 1);
    }

    long timestampMs(int slot) {
        return word(slot, 2);
    }

    /**
     * An offset that these sequences do not lie above, when they came before the batches that are remembered and before the
     * leader epoch of the last one: all up to those followed each other, so they are in the log. {@link #NO_OFFSET} when that
     * is not known.
     */
    long boundOfEarlier(int firstSequence, int lastSequence) {
        int remembered = 0;
        for (int age = 0; age < count; age++) {
            remembered += offsetDelta(slot(age)) + 1;
        }
        if (run <= remembered) {
            return NO_OFFSET;
        }
        int oldest = slot(count - 1);
        int begin = Sequences.minus(lastSequence(oldest), offsetDelta(oldest));
        int back = begin - firstSequence & Integer.MAX_VALUE;
        int size = lastSequence - firstSequence & Integer.MAX_VALUE;
        int ofEpochBefore = Math.max(0, ofEpoch - remembered);
        boolean isThere = size < back - ofEpochBefore && back <= run - remembered;
        return isThere ? lastOffset(oldest) - offsetDelta(oldest) - 1 : NO_OFFSET;
    }

    /** The slot of the batch with exactly these sequences; -1 when it is not among the last five. */
    int find(int firstSequence, int lastSequence) {
        for (int age = 0; age < count; age++) {
            int slot = slot(age);
            if (lastSequence(slot) == lastSequence
                    && Sequences.minus(lastSequence, offsetDelta(slot)) == firstSequence) {
                return slot;
            }
        }
        return -1;
    }
}
