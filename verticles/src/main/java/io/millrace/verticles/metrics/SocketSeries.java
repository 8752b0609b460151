package io.millrace.verticles.metrics;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.HashMap;
import java.util.Map;

/**
 * Connections, bytes on the wire, and how busy the event loops are.
 *
 * <p>Idle share is one minus the processor time that a loop's thread took since the scrape before, so that measuring it costs
 * the loops nothing.
 *
 * <p>Thread: one scrape at a time.
 */
final class SocketSeries {
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final Map<Long, Long> cpuBefore = new HashMap<>();
    private long nanosBefore;
    private long openedBefore;

    void write(MetricsText text, BrokerMetrics metrics, long nowNanos) {
        long opened = 0;
        long closed = 0;
        long refused = 0;
        long bytesIn = 0;
        long bytesOut = 0;
        long malformed = 0;
        long shrinks = 0;
        long expands = 0;
        for (LoopMetrics loop : metrics.loops) {
            opened += loop.connectionsOpened.get();
            closed += loop.connectionsClosed.get();
            refused += loop.connectionsRefused.get();
            bytesIn += loop.socketBytesIn.get();
            bytesOut += loop.socketBytesOut.get();
            malformed += loop.malformedFrames.get();
            shrinks += loop.isrShrinks.get();
            expands += loop.isrExpands.get();
        }
        String prefix = "kafka_server_socket_server_metrics_";
        text.gauge(prefix + "connection_count", "Connections that are open, by event loop.");
        for (int i = 0; i < metrics.loops.size(); i++) {
            LoopMetrics loop = metrics.loops.get(i);
            if (loop.connectionsOpened.get() > 0) {
                long open = loop.connectionsOpened.get() - loop.connectionsClosed.get();
                text.sample(prefix + "connection_count", Math.max(0, open), "networkprocessor", Integer.toString(i));
            }
        }
        if (opened == 0) {
            text.sample(prefix + "connection_count", 0, "networkprocessor", "0");
        }
        text.singleCounter(prefix + "connection_creation_total", "Connections accepted.", opened);
        text.singleCounter(prefix + "connection_close_total", "Connections that ended.", closed);
        double seconds = nanosBefore == 0 ? 0 : (nowNanos - nanosBefore) / 1e9;
        text.singleGauge(
                prefix + "connection_creation_rate",
                "Connections accepted per second since the scrape before.",
                seconds <= 0 ? 0 : (opened - openedBefore) / seconds);
        text.singleCounter(
                "millrace_connections_refused_total", "Connections beyond a limit, closed at once.", refused);
        text.singleCounter("millrace_malformed_frames_total", "Frames that could not be decoded.", malformed);
        text.singleCounter(
                "millrace_requests_failed_total",
                "Requests ended by a bug or for want of memory.",
                metrics.requestsFailed());
        text.singleCounter("millrace_socket_bytes_in_total", "Bytes read from Kafka listeners.", bytesIn);
        text.singleCounter("millrace_socket_bytes_out_total", "Bytes written to Kafka listeners.", bytesOut);
        String idle = "Share of the time that event loops do nothing: handlers run on the loops.";
        double share = idleShare(metrics, nowNanos);
        text.singleGauge("kafka_network_socketserver_networkprocessoravgidle_percent", idle, share);
        text.singleGauge("kafka_server_kafkarequesthandlerpool_requesthandleravgidle_percent", idle, share);
        text.singleGauge("kafka_network_requestchannel_requestqueuesize", "Always 0: there is no request queue.", 0);
        text.singleCounter("kafka_server_replicamanager_isrshrinks_total", "Replicas that fell out of sync.", shrinks);
        text.singleCounter("kafka_server_replicamanager_isrexpands_total", "Replicas that came back.", expands);
        openedBefore = opened;
        nanosBefore = nowNanos;
    }

    private double idleShare(BrokerMetrics metrics, long nowNanos) {
        long elapsed = nowNanos - nanosBefore;
        double busy = 0;
        int measured = 0;
        for (LoopMetrics loop : metrics.loops) {
            long cpu = threads.getThreadCpuTime(loop.threadId);
            Long before = cpuBefore.put(loop.threadId, cpu);
            if (nanosBefore != 0 && elapsed > 0 && cpu >= 0 && before != null) {
                busy += Math.min(1.0, (double) (cpu - before) / elapsed);
                measured++;
            }
        }
        return measured == 0 ? 1 : Math.max(0, 1 - busy / measured);
    }
}
