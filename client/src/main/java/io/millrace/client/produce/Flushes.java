package io.millrace.client.produce;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Who waits until the batches of a moment are settled. Those that are begun later are not waited for: whoever goes on writing would keep a
 * flush open for ever.
 *
 * <p>Thread: the producer's context.
 */
final class Flushes {
    /** Each of them is done when those before it are: a partition's batches are settled in their order. */
    private final ArrayDeque<Flush> open = new ArrayDeque<>();

    private long begun;

    private static final class Flush {
        private final long upTo;
        private final List<Runnable> then = new ArrayList<>(1);
        /** Partitions whose last batch of that moment is not settled. */
        private int left;

        private Flush(long upTo) {
            this.upTo = upTo;
        }
    }

    boolean isEmpty() {
        return open.isEmpty();
    }

    void batchBegun() {
        begun++;
    }

    /** @param active the partitions that have batches */
    void add(Collection<PartitionQueue> active, Runnable then) {
        Flush last = open.peekLast();
        if (last == null || last.upTo != begun) {
            last = new Flush(begun);
            open.add(last);
            for (PartitionQueue queue : active) {
                if (!queue.isEmpty()) {
                    last.left++;
                    Flush flush = last;
                    queue.batches.peekLast().settled().onComplete(settled -> flush.left--);
                }
            }
        }
        last.then.add(then);
    }

    /** Calls those whose batches are settled. */
    void callBack() {
        while (!open.isEmpty() && open.peek().left == 0) {
            open.poll().then.forEach(Runnable::run);
        }
    }
}
