package io.millrace.protocol.fetch;

import io.millrace.protocol.NodeEndpoint;
import io.millrace.protocol.ResponseHeaders;
import io.millrace.protocol.wire.ByteBufWritable;
import io.millrace.protocol.wire.NodeEndpoints;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.List;

/**
 * Writes Fetch responses v4-18 around record bytes that it never sees.
 *
 * <p>The total size is computed first; then everything but records goes into one small buffer, slices of which reach the
 * sink alternating with the record parts. The order is that of the wire, so the sink can write as it is called.
 *
 * <p>Thread: any; stateless.
 */
public final class FetchResponseEncoder {
    private static final short FIRST_WITH_LOG_START = 5;
    private static final short FIRST_WITH_SESSIONS = 7;
    private static final short FIRST_WITH_PREFERRED_REPLICA = 11;
    private static final short FIRST_FLEXIBLE = 12;
    private static final short FIRST_WITH_TOPIC_IDS = 13;
    private static final short FIRST_WITH_ENDPOINTS = 16;
    private static final int UUID_BYTES = 16;
    private static final int DIVERGING_TAG = 0;
    private static final int LEADER_TAG = 1;
    private static final int SNAPSHOT_TAG = 2;
    /** epoch and end offset (in either order), and their empty section of tagged fields. */
    private static final int EPOCH_AND_OFFSET_BYTES = 4 + 8 + 1;
    /** leader id, leader epoch, and their empty section of tagged fields. */
    private static final int LEADER_BYTES = 4 + 4 + 1;

    private FetchResponseEncoder() {}

    /**
     * Hands a whole frame with its length to the sink.
     *
     * @return bytes of the frame including the four length bytes
     * @throws IllegalStateException when the frame would be larger than a length field can say
     */
    public static int encode(
            ByteBufAllocator allocator,
            int correlationId,
            short version,
            FetchResponse answer,
            FetchResponseSink sink) {
        short headerVersion = (short) (version >= FIRST_FLEXIBLE ? 1 : 0);
        int ownBytes = Integer.BYTES + ResponseHeaders.size(headerVersion) + bodySize(version, answer);
        long totalBytes = ownBytes + answer.recordsBytes();
        if (totalBytes > Integer.MAX_VALUE) {
            throw new IllegalStateException("Fetch response of " + totalBytes + " bytes");
        }
        ByteBuf out = allocator.buffer(ownBytes);
        try {
            out.writeInt((int) totalBytes - Integer.BYTES);
            ResponseHeaders.write(out, headerVersion, correlationId);
            writeBody(out, version, answer, sink);
            if (out.writerIndex() != ownBytes) {
                throw new IllegalStateException("Fetch v" + version + ": size announced and written differ");
            }
            emit(out, sink);
        } finally {
            out.release();
        }
        return (int) totalBytes;
    }

    /** Hands over what has been written since the last time. */
    private static void emit(ByteBuf out, FetchResponseSink sink) {
        if (out.isReadable()) {
            sink.header(out.readRetainedSlice(out.readableBytes()));
        }
    }

    private static int bodySize(short version, FetchResponse answer) {
        boolean flexible = version >= FIRST_FLEXIBLE;
        int size = 4 + (version >= FIRST_WITH_SESSIONS ? 2 + 4 : 0);
        size += ByteBufWritable.arrayCountSize(answer.topics().size(), flexible);
        for (FetchResponse.Topic topic : answer.topics()) {
            size += version >= FIRST_WITH_TOPIC_IDS
                    ? UUID_BYTES
                    : ByteBufWritable.nullableStringSize(topic.name(), flexible);
            size += ByteBufWritable.arrayCountSize(topic.partitions().size(), flexible);
            for (PartitionData partition : topic.partitions()) {
                size += partitionSize(version, flexible, partition);
            }
            size += flexible ? 1 : 0;
        }
        return size + (flexible ? NodeEndpoints.sectionSize(endpoints(version, answer)) : 0);
    }

    private static int partitionSize(short version, boolean flexible, PartitionData data) {
        int aborted = data.abortedProducerIds == null ? -1 : data.abortedProducerIds.length;
        int size = 4 + 2 + 8 + 8 + (version >= FIRST_WITH_LOG_START ? 8 : 0);
        size += ByteBufWritable.arrayCountSize(aborted, flexible);
        size += Math.max(0, aborted) * (8 + 8 + (flexible ? 1 : 0));
        size += version >= FIRST_WITH_PREFERRED_REPLICA ? 4 : 0;
        size += ByteBufWritable.arrayCountSize(data.recordsBytes(), flexible);
        if (flexible) {
            size += 1;
            size += hasDiverging(data) ? 2 + EPOCH_AND_OFFSET_BYTES : 0;
            size += hasLeader(data) ? 2 + LEADER_BYTES : 0;
            size += hasSnapshot(data) ? 2 + EPOCH_AND_OFFSET_BYTES : 0;
        }
        return size;
    }

    private static void writeBody(ByteBuf buf, short version, FetchResponse answer, FetchResponseSink sink) {
        boolean flexible = version >= FIRST_FLEXIBLE;
        ByteBufWritable out = new ByteBufWritable(buf);
        out.writeInt(answer.throttleTimeMs());
        if (version >= FIRST_WITH_SESSIONS) {
            out.writeShort(answer.errorCode());
            out.writeInt(answer.sessionId());
        }
        out.writeArrayCount(answer.topics().size(), flexible);
        for (FetchResponse.Topic topic : answer.topics()) {
            if (version >= FIRST_WITH_TOPIC_IDS) {
                out.writeJavaUuid(topic.id());
            } else {
                out.writeNullableString(topic.name(), flexible);
            }
            out.writeArrayCount(topic.partitions().size(), flexible);
            for (PartitionData data : topic.partitions()) {
                writePartition(out, version, flexible, data);
                if (!data.records.isEmpty()) {
                    emit(buf, sink);
                    for (RecordsPart part : data.records) {
                        sink.records(part);
                    }
                }
                if (flexible) {
                    writeTags(out, data);
                }
            }
            if (flexible) {
                out.writeUnsignedVarint(0);
            }
        }
        if (flexible) {
            NodeEndpoints.writeSection(out, endpoints(version, answer));
        }
    }

    /** Everything up to the length of the records, which follow. */
    private static void writePartition(ByteBufWritable out, short version, boolean flexible, PartitionData data) {
        out.writeInt(data.partition);
        out.writeShort(data.errorCode);
        out.writeLong(data.highWatermark);
        out.writeLong(data.lastStableOffset);
        if (version >= FIRST_WITH_LOG_START) {
            out.writeLong(data.logStartOffset);
        }
        int aborted = data.abortedProducerIds == null ? -1 : data.abortedProducerIds.length;
        out.writeArrayCount(aborted, flexible);
        for (int i = 0; i < aborted; i++) {
            out.writeLong(data.abortedProducerIds[i]);
            out.writeLong(data.abortedFirstOffsets[i]);
            if (flexible) {
                out.writeUnsignedVarint(0);
            }
        }
        if (version >= FIRST_WITH_PREFERRED_REPLICA) {
            out.writeInt(data.preferredReadReplica);
        }
        out.writeArrayCount(data.recordsBytes(), flexible);
    }

    private static void writeTags(ByteBufWritable out, PartitionData data) {
        int count = (hasDiverging(data) ? 1 : 0) + (hasLeader(data) ? 1 : 0) + (hasSnapshot(data) ? 1 : 0);
        out.writeUnsignedVarint(count);
        if (hasDiverging(data)) {
            out.writeUnsignedVarint(DIVERGING_TAG);
            out.writeUnsignedVarint(EPOCH_AND_OFFSET_BYTES);
            out.writeInt(data.divergingEpoch);
            out.writeLong(data.divergingEndOffset);
            out.writeUnsignedVarint(0);
        }
        if (hasLeader(data)) {
            out.writeUnsignedVarint(LEADER_TAG);
            out.writeUnsignedVarint(LEADER_BYTES);
            out.writeInt(data.leaderId);
            out.writeInt(data.leaderEpoch);
            out.writeUnsignedVarint(0);
        }
        if (hasSnapshot(data)) {
            out.writeUnsignedVarint(SNAPSHOT_TAG);
            out.writeUnsignedVarint(EPOCH_AND_OFFSET_BYTES);
            out.writeLong(data.snapshotEndOffset);
            out.writeInt(data.snapshotEpoch);
            out.writeUnsignedVarint(0);
        }
    }

    private static boolean hasDiverging(PartitionData data) {
        return data.divergingEpoch != -1 || data.divergingEndOffset != -1;
    }

    private static boolean hasLeader(PartitionData data) {
        return data.leaderId != -1 || data.leaderEpoch != -1;
    }

    private static boolean hasSnapshot(PartitionData data) {
        return data.snapshotEndOffset != -1 || data.snapshotEpoch != -1;
    }

    /** Endpoints that this version can carry. */
    private static List<NodeEndpoint> endpoints(short version, FetchResponse answer) {
        return version >= FIRST_WITH_ENDPOINTS ? answer.endpoints() : List.of();
    }
}
