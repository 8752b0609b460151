package io.millrace.verticles.metrics;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Kafka's broker topic metrics: the node's totals without a label, and one series per topic.
 *
 * <p>Thread: one scrape at a time.
 */
final class TopicSeries {
    private static final String PREFIX = "kafka_server_brokertopicmetrics_";

    private TopicSeries() {}

    static void write(MetricsText text, BrokerMetrics metrics, int maxTopics) {
        Map<String, TopicMetrics> topics = new TreeMap<>();
        TopicMetrics all = new TopicMetrics();
        synchronized (metrics.deleted) {
            all.add(metrics.deleted);
            for (LoopMetrics loop : metrics.loops) {
                loop.topics.forEach((name, cells) -> {
                    topics.computeIfAbsent(name, ignored -> new TopicMetrics()).add(cells);
                    all.add(cells);
                });
            }
        }
        if (topics.size() > maxTopics) {
            topics.clear();
        }
        write(text, "messagesin", "Records appended by clients.", all, topics, cells -> cells.messagesIn);
        write(text, "bytesin", "Bytes of record batches appended by clients.", all, topics, cells -> cells.bytesIn);
        write(text, "bytesout", "Bytes of record batches sent to consumers.", all, topics, cells -> cells.bytesOut);
        write(text, "bytesrejected", "Bytes of record batches refused.", all, topics, cells -> cells.bytesRejected);
        write(text, "totalproducerequests", "Partitions written to.", all, topics, cells -> cells.produceRequests);
        write(text, "totalfetchrequests", "Partitions read from.", all, topics, cells -> cells.fetchRequests);
        write(text, "failedproducerequests", "Writes refused.", all, topics, cells -> cells.failedProduceRequests);
        write(text, "failedfetchrequests", "Reads refused.", all, topics, cells -> cells.failedFetchRequests);
        write(text, "replicationbytesin", "Bytes taken from leaders.", all, topics, cells -> cells.replicationBytesIn);
        write(
                text,
                "replicationbytesout",
                "Bytes given to followers.",
                all,
                topics,
                cells -> cells.replicationBytesOut);
        for (String none : new String[] {
            "reassignmentbytesin", "reassignmentbytesout", "producemessageconversions", "fetchmessageconversions"
        }) {
            text.singleCounter(
                    PREFIX + none + "_total", "0: moved replicas are not told apart, and nothing is converted.", 0);
        }
    }

    private static void write(
            MetricsText text,
            String name,
            String help,
            TopicMetrics all,
            Map<String, TopicMetrics> topics,
            Function<TopicMetrics, Cell> cell) {
        String full = PREFIX + name + "_total";
        text.counter(full, help).sample(full, cell.apply(all).get());
        topics.forEach((topic, cells) -> text.sample(full, cell.apply(cells).get(), "topic", topic));
    }
}
