package io.millrace.protocol.produce;

import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.UUID;

/**
 * A decoded Produce: who writes, and where in the frame each partition's batch lies.
 *
 * <p>Partitions of all topics are numbered through ({@code entry}), in the order of the request; topic {@code t} has the
 * entries {@code firstEntry(t) <= entry < endEntry(t)}. Records are slices of the frame that was decoded: whoever keeps
 * one beyond the frame's life retains it.
 *
 * <p>Thread: the one that decoded it until handed over; immutable except for the bytes of the frame.
 */
public final class ProduceRequest {
    /** Name or id, the list's slot, and the topic's answer. */
    private static final long HEAP_BYTES_PER_TOPIC = 512;

    /** The columns of request and answer, a slice and an append under way. */
    private static final long HEAP_BYTES_PER_ENTRY = 512;

    /** One topic of the request; the name is null from v13 on, the id before. */
    record Topic(String name, UUID id, int firstEntry, int endEntry) {}

    private final short version;
    private final String transactionalId;
    private final short acks;
    private final int timeoutMs;
    private final List<Topic> topics;
    private final int[] partitions;
    private final int[] recordsStart;
    private final int[] recordsSize;
    private final int entryCount;
    private final ByteBuf frame;

    ProduceRequest(
            short version,
            String transactionalId,
            short acks,
            int timeoutMs,
            List<Topic> topics,
            PartitionEntries entries,
            ByteBuf frame) {
        this.version = version;
        this.transactionalId = transactionalId;
        this.acks = acks;
        this.timeoutMs = timeoutMs;
        this.topics = topics;
        this.partitions = entries.partitions;
        this.recordsStart = entries.recordsStart;
        this.recordsSize = entries.recordsSize;
        this.entryCount = entries.count;
        this.frame = frame;
    }

    public short version() {
        return version;
    }

    /** Null when the producer is not transactional. */
    public String transactionalId() {
        return transactionalId;
    }

    /** As sent: -1, 0 and 1 are what a client may ask for; anything else is answered with an error. */
    public short acks() {
        return acks;
    }

    public int timeoutMs() {
        return timeoutMs;
    }

    public int topicCount() {
        return topics.size();
    }

    /** Null from v13 on. */
    public String topicName(int topic) {
        return topics.get(topic).name();
    }

    /** Null before v13. */
    public UUID topicId(int topic) {
        return topics.get(topic).id();
    }

    public int firstEntry(int topic) {
        return topics.get(topic).firstEntry();
    }

    public int endEntry(int topic) {
        return topics.get(topic).endEntry();
    }

    /** Entries of all topics together. */
    public int entryCount() {
        return entryCount;
    }

    public int partition(int entry) {
        check(entry);
        return partitions[entry];
    }

    /** -1 when the client sent null. */
    public int recordsSize(int entry) {
        check(entry);
        return recordsSize[entry];
    }

    /** A slice of the frame, not retained; null when the client sent null. */
    public ByteBuf records(int entry) {
        check(entry);
        return recordsSize[entry] < 0 ? null : frame.slice(recordsStart[entry], recordsSize[entry]);
    }

    /** What this request and serving it takes of the heap: an upper bound, the frame not included. */
    public long heapBytes() {
        return HEAP_BYTES_PER_TOPIC * topics.size() + HEAP_BYTES_PER_ENTRY * entryCount;
    }

    private void check(int entry) {
        if (entry < 0 || entry >= entryCount) {
            throw new IndexOutOfBoundsException("entry " + entry + " of " + entryCount);
        }
    }
}
