package io.millrace.protocol.produce;

import io.millrace.protocol.NodeEndpoint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/**
 * The answer to a Produce while it is being gathered: one row per entry of the request, in columns, filled in any order.
 *
 * <p>It takes names, ids and partitions over from the request and holds nothing of the request's frame.
 *
 * <p>Thread: the connection's event loop.
 */
public final class ProduceResponse {
    final List<ProduceRequest.Topic> topics;
    final int[] partitions;
    final short[] errors;
    final long[] baseOffsets;
    final long[] logAppendTimesMs;
    final long[] logStartOffsets;
    String[] messages;
    List<RecordError>[] recordErrors;
    int[] leaderIds;
    int[] leaderEpochs;
    final List<NodeEndpoint> endpoints = new ArrayList<>(0);
    int throttleTimeMs;

    /** Every entry starts as success at base offset -1. */
    public ProduceResponse(ProduceRequest request) {
        int count = request.entryCount();
        topics = new ArrayList<>(request.topicCount());
        for (int t = 0; t < request.topicCount(); t++) {
            topics.add(new ProduceRequest.Topic(
                    request.topicName(t), request.topicId(t), request.firstEntry(t), request.endEntry(t)));
        }
        partitions = new int[count];
        for (int i = 0; i < count; i++) {
            partitions[i] = request.partition(i);
        }
        errors = new short[count];
        baseOffsets = filled(count);
        logAppendTimesMs = filled(count);
        logStartOffsets = filled(count);
    }

    private static long[] filled(int count) {
        long[] column = new long[count];
        Arrays.fill(column, -1);
        return column;
    }

    public int entryCount() {
        return partitions.length;
    }

    /** @param logAppendTimeMs -1 when the topic keeps the producer's timestamps */
    public void appended(int entry, long baseOffset, long logAppendTimeMs, long logStartOffset) {
        errors[entry] = 0;
        baseOffsets[entry] = baseOffset;
        logAppendTimesMs[entry] = logAppendTimeMs;
        logStartOffsets[entry] = logStartOffset;
    }

    /** @param message null when the code says it all; clients see it from v8 on, like the record errors */
    public void failed(int entry, short errorCode, String message, List<RecordError> faults) {
        errors[entry] = errorCode;
        baseOffsets[entry] = -1;
        logAppendTimesMs[entry] = -1;
        if (message != null) {
            if (messages == null) {
                messages = new String[partitions.length];
            }
            messages[entry] = message;
        }
        if (!faults.isEmpty()) {
            if (recordErrors == null) {
                recordErrors = newColumn(partitions.length);
            }
            recordErrors[entry] = faults;
        }
    }

    public void logStartOffset(int entry, long offset) {
        logStartOffsets[entry] = offset;
    }

    /** Where the client should go instead (KIP-951); sent from v10 on, with the leader's endpoint. */
    public void currentLeader(int entry, int leaderId, int leaderEpoch, NodeEndpoint endpoint) {
        if (leaderIds == null) {
            leaderIds = new int[partitions.length];
            leaderEpochs = new int[partitions.length];
            Arrays.fill(leaderIds, -1);
            Arrays.fill(leaderEpochs, -1);
        }
        leaderIds[entry] = leaderId;
        leaderEpochs[entry] = leaderEpoch;
        if (endpoint != null && endpoints.stream().noneMatch(known -> known.nodeId() == endpoint.nodeId())) {
            endpoints.add(endpoint);
        }
    }

    public void throttleTimeMs(int ms) {
        throttleTimeMs = ms;
    }

    /** Whether any entry failed: with acks=0 this closes the connection, since nothing is answered. */
    public boolean anyFailed() {
        for (short error : errors) {
            if (error != 0) {
                return true;
            }
        }
        return false;
    }

    /** Topic name by its position in the request; null from v13 on. */
    public String topicName(int topic) {
        return topics.get(topic).name();
    }

    /** Topic id by its position in the request; null before v13. */
    public UUID topicId(int topic) {
        return topics.get(topic).id();
    }

    @SuppressWarnings("unchecked")
    private static List<RecordError>[] newColumn(int count) {
        return (List<RecordError>[]) new List<?>[count];
    }
}
