package io.millrace.verticles.group;

import java.util.ArrayList;
import java.util.List;

/**
 * All deadlines of a machine, the earliest first: a binary heap whose elements know their place. Putting a deadline off,
 * which every heartbeat does, writes one field; the heap learns of it when the old time has come.
 *
 * <p>Thread: the machine's. Bound: one entry per deadline.
 */
final class Deadlines {
    private final List<Deadline> heap = new ArrayList<>();
    private long sequence;

    /** Due at this time, whatever was asked for before. */
    void set(Deadline deadline, long atMs) {
        deadline.atMs = atMs;
        if (deadline.index == Deadline.NOT_QUEUED) {
            heap.add(deadline);
            deadline.index = heap.size() - 1;
            requeue(deadline);
        } else if (atMs < deadline.queuedForMs) {
            requeue(deadline);
        }
    }

    /** Due at this time at the earliest; one that is not set stays so. */
    void putOff(Deadline deadline, long atMs) {
        if (deadline.armed() && deadline.atMs < atMs) {
            set(deadline, atMs);
        }
    }

    void cancel(Deadline deadline) {
        deadline.atMs = GroupCoordinatorMachine.NEVER;
        int hole = deadline.index;
        if (hole == Deadline.NOT_QUEUED) {
            return;
        }
        Deadline last = heap.remove(heap.size() - 1);
        deadline.index = Deadline.NOT_QUEUED;
        if (last != deadline) {
            place(last, hole);
            up(last);
            down(last);
        }
    }

    /** A time before which nothing is due; that of the earliest deadline, or a little before it was put off. */
    long nextMs() {
        return heap.isEmpty() ? GroupCoordinatorMachine.NEVER : heap.get(0).queuedForMs;
    }

    /** Takes out the next deadline that is due, null when there is none. */
    Deadline pollDue(long nowMs) {
        while (!heap.isEmpty() && heap.get(0).queuedForMs <= nowMs) {
            Deadline first = heap.get(0);
            if (first.atMs <= nowMs) {
                cancel(first);
                return first;
            }
            requeue(first);
        }
        return null;
    }

    int size() {
        return heap.size();
    }

    private void requeue(Deadline deadline) {
        deadline.queuedForMs = deadline.atMs;
        deadline.sequence = sequence++;
        up(deadline);
        down(deadline);
    }

    private void up(Deadline deadline) {
        int at = deadline.index;
        while (at > 0 && before(deadline, heap.get((at - 1) / 2))) {
            place(heap.get((at - 1) / 2), at);
            at = (at - 1) / 2;
        }
        place(deadline, at);
    }

    private void down(Deadline deadline) {
        int at = deadline.index;
        while (true) {
            int child = 2 * at + 1;
            if (child + 1 < heap.size() && before(heap.get(child + 1), heap.get(child))) {
                child++;
            }
            if (child >= heap.size() || !before(heap.get(child), deadline)) {
                break;
            }
            place(heap.get(child), at);
            at = child;
        }
        place(deadline, at);
    }

    private void place(Deadline deadline, int at) {
        heap.set(at, deadline);
        deadline.index = at;
    }

    /** Deadlines of the same millisecond fire in the order in which they were set. */
    private static boolean before(Deadline a, Deadline b) {
        return a.queuedForMs != b.queuedForMs ? a.queuedForMs < b.queuedForMs : a.sequence < b.sequence;
    }
}
