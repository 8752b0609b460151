package io.millrace.verticles.metrics;

/**
 * What one loop has done for one topic; keep the reference beside the replica and no lookup is needed per request.
 *
 * <p>Thread: adds from the loop that asked {@link LoopMetrics#topic} for it; reads from any.
 */
public final class TopicMetrics {
    /** Records appended by clients. */
    public final Cell messagesIn = new Cell();
    /** Bytes of record batches appended by clients. */
    public final Cell bytesIn = new Cell();
    /** Bytes of record batches answered to consumers (not to replicas). */
    public final Cell bytesOut = new Cell();
    /** Bytes of record batches refused for their size or content. */
    public final Cell bytesRejected = new Cell();
    /** Partition entries of produce requests, as Kafka counts them. */
    public final Cell produceRequests = new Cell();
    /** Partition entries of fetch requests, as Kafka counts them. */
    public final Cell fetchRequests = new Cell();

    /** Bytes of record batches taken from leaders on other nodes. */
    public final Cell replicationBytesIn = new Cell();
    /** Bytes of record batches given to followers on other nodes. */
    public final Cell replicationBytesOut = new Cell();

    public final Cell failedProduceRequests = new Cell();
    public final Cell failedFetchRequests = new Cell();

    void add(TopicMetrics other) {
        messagesIn.add(other.messagesIn.get());
        bytesIn.add(other.bytesIn.get());
        bytesOut.add(other.bytesOut.get());
        bytesRejected.add(other.bytesRejected.get());
        replicationBytesIn.add(other.replicationBytesIn.get());
        replicationBytesOut.add(other.replicationBytesOut.get());
        produceRequests.add(other.produceRequests.get());
        fetchRequests.add(other.fetchRequests.get());
        failedProduceRequests.add(other.failedProduceRequests.get());
        failedFetchRequests.add(other.failedFetchRequests.get());
    }
}
