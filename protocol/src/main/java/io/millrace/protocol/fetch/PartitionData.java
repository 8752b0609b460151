package io.millrace.protocol.fetch;

import java.util.List;

/**
 * What a Fetch answers for one partition. Setters return this; what is not set is "unknown" or absent.
 *
 * <p>Thread: the connection's event loop.
 */
public final class PartitionData {
    final int partition;
    short errorCode;
    long highWatermark = -1;
    long lastStableOffset = -1;
    long logStartOffset = -1;
    int divergingEpoch = -1;
    long divergingEndOffset = -1;
    int leaderId = -1;
    int leaderEpoch = -1;
    long snapshotEndOffset = -1;
    int snapshotEpoch = -1;
    long[] abortedProducerIds;
    long[] abortedFirstOffsets;
    int preferredReadReplica = -1;
    List<? extends RecordsPart> records = List.of();

    public PartitionData(int partition) {
        this.partition = partition;
    }

    public PartitionData error(short code) {
        errorCode = code;
        return this;
    }

    public PartitionData offsets(long highWatermark, long lastStableOffset, long logStartOffset) {
        this.highWatermark = highWatermark;
        this.lastStableOffset = lastStableOffset;
        this.logStartOffset = logStartOffset;
        return this;
    }

    /** The client's history left ours here; sent from v12 on. */
    public PartitionData diverging(int epoch, long endOffset) {
        divergingEpoch = epoch;
        divergingEndOffset = endOffset;
        return this;
    }

    /** Sent from v12 on, with an error that says that we are not it. */
    public PartitionData currentLeader(int id, int epoch) {
        leaderId = id;
        leaderEpoch = epoch;
        return this;
    }

    public PartitionData snapshot(long endOffset, int epoch) {
        snapshotEndOffset = endOffset;
        snapshotEpoch = epoch;
        return this;
    }

    /** In ascending order of first offset; not called at all for read-uncommitted, which is answered with null. */
    public PartitionData aborted(long[] producerIds, long[] firstOffsets) {
        if (producerIds.length != firstOffsets.length) {
            throw new IllegalArgumentException("each aborted transaction has a producer id and a first offset");
        }
        abortedProducerIds = producerIds;
        abortedFirstOffsets = firstOffsets;
        return this;
    }

    public PartitionData preferredReadReplica(int brokerId) {
        preferredReadReplica = brokerId;
        return this;
    }

    /** Whole batches in offset order; the encoder names these parts in their place. */
    public PartitionData records(List<? extends RecordsPart> parts) {
        records = parts;
        return this;
    }

    public int partition() {
        return partition;
    }

    public short errorCode() {
        return errorCode;
    }

    public long highWatermark() {
        return highWatermark;
    }

    public long logStartOffset() {
        return logStartOffset;
    }

    public List<? extends RecordsPart> records() {
        return records;
    }

    /** @throws IllegalStateException beyond what a length field can say: the caller bounds what it reads */
    public int recordsBytes() {
        long sum = 0;
        for (RecordsPart part : records) {
            sum += part.sizeBytes();
        }
        if (sum > Integer.MAX_VALUE) {
            throw new IllegalStateException("records of " + sum + " bytes for one partition");
        }
        return (int) sum;
    }
}
