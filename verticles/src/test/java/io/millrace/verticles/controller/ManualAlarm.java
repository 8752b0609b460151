package io.millrace.verticles.controller;

import io.millrace.membership.quorum.QuorumPorts;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * Alarms that ring when the test says that time passes.
 *
 * <p>Thread: the test's.
 */
final class ManualAlarm implements QuorumPorts.Alarm {
    private record Entry(long dueMs, long order, Runnable task) {}

    private final PriorityQueue<Entry> entries =
            new PriorityQueue<>(Comparator.comparingLong(Entry::dueMs).thenComparing(Entry::order));
    private long nowMs;
    private long order;

    long nowMs() {
        return nowMs;
    }

    int waiting() {
        return entries.size();
    }

    @Override
    public Runnable set(long delayMs, Runnable task) {
        Entry entry = new Entry(nowMs + delayMs, order++, task);
        entries.add(entry);
        return () -> entries.removeIf(other -> other == entry);
    }

    void pass(long ms) {
        long until = nowMs + ms;
        while (!entries.isEmpty() && entries.peek().dueMs() <= until) {
            Entry next = entries.remove();
            nowMs = next.dueMs();
            next.task().run();
        }
        nowMs = until;
    }
}
