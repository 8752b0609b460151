package io.millrace.protocol.fetch;

import io.millrace.protocol.NodeEndpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * The answer to a Fetch while it is being gathered.
 *
 * <p>Thread: the connection's event loop.
 */
public final class FetchResponse {
    /** One topic of the answer; the name is sent before v13, the id from then on. */
    public record Topic(String name, UUID id, List<PartitionData> partitions) {}

    private final short errorCode;
    private final int sessionId;
    private final List<Topic> topics = new ArrayList<>();
    private final List<NodeEndpoint> endpoints = new ArrayList<>(0);
    private int throttleTimeMs;

    /**
     * @param errorCode of the whole answer (session errors); before v7 there is no place for it
     * @param sessionId 0 when the client has no session
     */
    public FetchResponse(short errorCode, int sessionId) {
        this.errorCode = errorCode;
        this.sessionId = sessionId;
    }

    /** Adds a topic whose list of partitions the caller goes on filling. */
    public Topic addTopic(String name, UUID id) {
        Topic topic = new Topic(name, id, new ArrayList<>());
        topics.add(topic);
        return topic;
    }

    /** Where a partition's current leader is reached (KIP-951), sent from v16 on. */
    public void addEndpoint(NodeEndpoint endpoint) {
        if (endpoints.stream().noneMatch(known -> known.nodeId() == endpoint.nodeId())) {
            endpoints.add(endpoint);
        }
    }

    public void throttleTimeMs(int ms) {
        throttleTimeMs = ms;
    }

    public short errorCode() {
        return errorCode;
    }

    public int sessionId() {
        return sessionId;
    }

    public List<Topic> topics() {
        return topics;
    }

    public List<NodeEndpoint> endpoints() {
        return endpoints;
    }

    public int throttleTimeMs() {
        return throttleTimeMs;
    }

    /** Record bytes of all partitions. */
    public long recordsBytes() {
        long sum = 0;
        for (Topic topic : topics) {
            for (PartitionData partition : topic.partitions()) {
                sum += partition.recordsBytes();
            }
        }
        return sum;
    }
}
