package io.millrace.verticles.metrics;

import io.netty.util.concurrent.FastThreadLocal;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.DoubleSupplier;

/**
 * The node's counters: one {@link LoopMetrics} per thread that counts, summed only when somebody scrapes.
 *
 * <p>On the hot path keep what {@link #here()} returns (per connection or per shard); the convenience methods look it up each
 * time, which on an event loop is one array access.
 *
 * <p>Thread: any.
 */
public final class BrokerMetrics {
    /** A value somebody else keeps, read at scrape time from a thread of its own: it must not block. */
    record Gauge(String name, String help, String labels, DoubleSupplier value) {}

    final List<LoopMetrics> loops = new CopyOnWriteArrayList<>();
    final List<Gauge> gauges = new CopyOnWriteArrayList<>();
    /** What deleted topics had counted: keeps the totals from falling. Written and summed under its own monitor. */
    final TopicMetrics deleted = new TopicMetrics();

    private final FastThreadLocal<LoopMetrics> here = new FastThreadLocal<>() {
        @Override
        protected LoopMetrics initialValue() {
            LoopMetrics created = new LoopMetrics();
            loops.add(created);
            return created;
        }
    };

    /** The cells of the calling thread. A loop may keep them for as long as it lives; no other thread may add to them. */
    public LoopMetrics here() {
        return here.get();
    }

    /** The calling thread's cells for a topic. */
    public TopicMetrics topic(String name) {
        return here().topic(name);
    }

    /** What all threads have counted for a topic until now. */
    public TopicMetrics total(String topic) {
        TopicMetrics sum = new TopicMetrics();
        for (LoopMetrics loop : loops) {
            TopicMetrics cells = loop.topics.get(topic);
            if (cells != null) {
                sum.add(cells);
            }
        }
        return sum;
    }

    /** A deleted topic stops being reported, its past stays in the totals; what is added to its cells later is not seen. */
    public void forgetTopic(String name) {
        synchronized (deleted) {
            for (LoopMetrics loop : loops) {
                TopicMetrics cells = loop.topics.remove(name);
                if (cells != null) {
                    deleted.add(cells);
                }
            }
        }
    }

    /** Adds a gauge, for example {@code gauge("millrace_request_memory_bytes", "…", permits::inUse)}. */
    public void gauge(String name, String help, DoubleSupplier value) {
        gauges.add(new Gauge(name, help, "", value));
    }

    /** The same with labels already written, for example {@code direction="in"}. */
    public void gauge(String name, String help, String labels, DoubleSupplier value) {
        gauges.add(new Gauge(name, help, labels, value));
    }

    /** Requests that a bug or a want of memory has ended. */
    public long requestsFailed() {
        long failed = 0;
        for (LoopMetrics loop : loops) {
            failed += loop.requestsFailed.get();
        }
        return failed;
    }

    /** Bytes of record batches of a topic that have been given to consumers, summed over the loops. */
    public long bytesOut(String topic) {
        long sum = 0;
        for (LoopMetrics loop : loops) {
            TopicMetrics cells = loop.topics.get(topic);
            sum += cells == null ? 0 : cells.bytesOut.get();
        }
        return sum;
    }
}
