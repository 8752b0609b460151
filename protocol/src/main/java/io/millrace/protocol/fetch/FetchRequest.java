package io.millrace.protocol.fetch;

import java.util.List;
import java.util.UUID;

/**
 * A decoded Fetch; topics and partitions stand in the order of the request, which is the order they are served in.
 *
 * <p>Thread: any; immutable.
 *
 * @param replicaId -1 for a consumer
 * @param replicaEpoch the follower's incarnation; -1 before v15 and for consumers
 * @param isolationLevel 0 read uncommitted, 1 read committed
 * @param sessionId 0 when the client has no session; sessions exist from v7 on
 * @param sessionEpoch -1 for a fetch outside any session, 0 to open one
 * @param clusterId null when the client did not say
 * @param rackId empty when the client did not say
 */
public record FetchRequest(
        short version,
        String clusterId,
        int replicaId,
        long replicaEpoch,
        int maxWaitMs,
        int minBytes,
        int maxBytes,
        byte isolationLevel,
        int sessionId,
        int sessionEpoch,
        List<Topic> topics,
        List<ForgottenTopic> forgotten,
        String rackId) {

    /** Name or id, the list's slot, and the topic's answer. */
    private static final long HEAP_BYTES_PER_TOPIC = 512;

    /** What was asked, the read under way and its answer. */
    private static final long HEAP_BYTES_PER_PARTITION = 512;

    /** What this request and serving it takes of the heap: an upper bound, records not included. */
    public long heapBytes() {
        long bytes = 2L * rackId.length();
        for (Topic topic : topics) {
            bytes += HEAP_BYTES_PER_TOPIC
                    + HEAP_BYTES_PER_PARTITION * topic.partitions().size();
        }
        for (ForgottenTopic topic : forgotten) {
            bytes += HEAP_BYTES_PER_TOPIC + (long) Integer.BYTES * topic.partitions().length;
        }
        return bytes;
    }

    /** One topic asked for; the name is null from v13 on, the id before. */
    public record Topic(String name, UUID id, List<Partition> partitions) {}

    /**
     * One partition asked for.
     *
     * @param currentLeaderEpoch -1 when the client does not know it (always before v9)
     * @param lastFetchedEpoch epoch of the last record the client has; -1 when none (always before v12)
     * @param logStartOffset of a follower; -1 from consumers
     * @param directoryId of a follower from v17 on; zero otherwise
     * @param highWatermark that a follower knows of, from v18 on; {@code Long.MAX_VALUE} otherwise
     */
    public record Partition(
            int partition,
            int currentLeaderEpoch,
            long fetchOffset,
            int lastFetchedEpoch,
            long logStartOffset,
            int maxBytes,
            UUID directoryId,
            long highWatermark) {}

    /** Partitions that leave a session; the name is null from v13 on, the id before. */
    public record ForgottenTopic(String name, UUID id, int[] partitions) {}
}
