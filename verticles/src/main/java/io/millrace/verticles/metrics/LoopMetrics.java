package io.millrace.verticles.metrics;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Everything one event loop counts, so that no two threads ever write the same cell.
 *
 * <p>Thread: every method that counts from the owning loop only; the collector reads from any.
 */
public final class LoopMetrics {
    /** API keys are small and dense; the bound is far above Kafka's highest (93 in 4.4). */
    static final int MAX_API_KEY = 127;

    /** Connections accepted, and those of them that are gone. */
    public final Cell connectionsOpened = new Cell();

    public final Cell connectionsClosed = new Cell();
    /** Connections refused because a limit on connections was reached. */
    public final Cell connectionsRefused = new Cell();
    /** Bytes read from and written to Kafka listeners, frames included. */
    public final Cell socketBytesIn = new Cell();

    public final Cell socketBytesOut = new Cell();
    /** Frames that could not be decoded; the connection was closed. */
    public final Cell malformedFrames = new Cell();
    /** Requests that a bug or a want of memory has ended: the connection was closed, or the request refused. */
    public final Cell requestsFailed = new Cell();
    /** ISR changes that this node's leaders proposed and saw committed. */
    public final Cell isrShrinks = new Cell();

    public final Cell isrExpands = new Cell();
    /** Requests of this loop that wait now: for their acknowledgement, for records. */
    public final Cell producesWaiting = new Cell();

    public final Cell fetchesWaiting = new Cell();
    final AtomicReferenceArray<ApiMetrics> apis = new AtomicReferenceArray<>(MAX_API_KEY + 1);
    final ConcurrentMap<String, TopicMetrics> topics = new ConcurrentHashMap<>();

    /** Whose cells these are: tells how busy the loop is. */
    final long threadId = Thread.currentThread().getId();

    LoopMetrics() {}

    /** The cells of a topic, to be kept by the caller; after {@link BrokerMetrics#forgetTopic} ask again. */
    public TopicMetrics topic(String name) {
        TopicMetrics cells = topics.get(name);
        return cells != null ? cells : topics.computeIfAbsent(name, ignored -> new TopicMetrics());
    }

    /**
     * A request has been answered.
     *
     * @param error Kafka's error code, 0 for none
     * @param localNanos until the handler returned, {@code localNanos <= totalNanos}
     * @param totalNanos until the answer was handed to the socket
     */
    public void requestCompleted(short apiKey, short version, short error, long localNanos, long totalNanos) {
        if (apiKey < 0 || apiKey > MAX_API_KEY) {
            return;
        }
        ApiMetrics api = apis.getPlain(apiKey);
        if (api == null) {
            api = new ApiMetrics();
            apis.setRelease(apiKey, api);
        }
        api.completed(version, error, localNanos, totalNanos);
    }
}
