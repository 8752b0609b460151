package io.millrace.log;

/**
 * How many bytes of recent batches the logs of one owner may keep in memory together; beyond that the oldest go first,
 * whichever log they belong to. Sizes are those of the batches: a slice of a larger network buffer pins all of it.
 *
 * <p>Thread: the owner's.
 */
public final class TailBudget {
    private final long limitBytes;
    private long usedBytes;
    private Entry oldest;
    private Entry newest;

    public TailBudget(long limitBytes) {
        if (limitBytes < 0) throw new IllegalArgumentException("limitBytes " + limitBytes + " is negative");
        this.limitBytes = limitBytes;
    }

    public long usedBytes() {
        return usedBytes;
    }

    /** Takes an entry in and evicts the oldest until the limit holds; that may be the entry itself. */
    public void add(Entry entry) {
        if (entry.linked) throw new IllegalStateException("entry is in the tail already");
        entry.linked = true;
        entry.older = newest;
        if (newest == null) {
            oldest = entry;
        } else {
            newest.newer = entry;
        }
        newest = entry;
        usedBytes += entry.sizeBytes;
        while (usedBytes > limitBytes && oldest != null) {
            Entry evicted = oldest;
            remove(evicted);
            evicted.evicted();
        }
    }

    /** Takes an entry out that its log drops by itself. */
    public void remove(Entry entry) {
        if (!entry.linked) return;
        entry.linked = false;
        if (entry.older == null) {
            oldest = entry.newer;
        } else {
            entry.older.newer = entry.newer;
        }
        if (entry.newer == null) {
            newest = entry.older;
        } else {
            entry.newer.older = entry.older;
        }
        entry.older = null;
        entry.newer = null;
        usedBytes -= entry.sizeBytes;
    }

    /** One kept payload; the links are the budget's. Thread: the owner's. */
    public abstract static class Entry {
        private final int sizeBytes;
        private Entry older;
        private Entry newer;
        private boolean linked;

        protected Entry(int sizeBytes) {
            this.sizeBytes = sizeBytes;
        }

        public final int sizeBytes() {
            return sizeBytes;
        }

        /** The budget has let go of this entry: its log must drop it too. */
        protected abstract void evicted();
    }
}
