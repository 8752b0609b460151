package io.millrace.protocol.produce;

import io.millrace.protocol.NodeEndpoint;
import io.millrace.protocol.ResponseHeaders;
import io.millrace.protocol.wire.ByteBufWritable;
import io.millrace.protocol.wire.NodeEndpoints;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.List;

/**
 * Writes Produce responses v3-13: size first, then one buffer of exactly that size.
 *
 * <p>Thread: any; stateless.
 */
public final class ProduceResponseEncoder {
    private static final short FIRST_WITH_LOG_START = 5;
    private static final short FIRST_WITH_RECORD_ERRORS = 8;
    private static final short FIRST_FLEXIBLE = 9;
    private static final short FIRST_WITH_LEADER_HINTS = 10;
    private static final short FIRST_WITH_TOPIC_IDS = 13;
    private static final int UUID_BYTES = 16;
    /** leader id, leader epoch, and their empty section of tagged fields. */
    private static final int LEADER_HINT_BYTES = 4 + 4 + 1;

    private ProduceResponseEncoder() {}

    /** A whole frame with its length; the caller owns the buffer. */
    public static ByteBuf encode(ByteBufAllocator allocator, int correlationId, short version, ProduceResponse answer) {
        short headerVersion = (short) (version >= FIRST_FLEXIBLE ? 1 : 0);
        int frameBytes = ResponseHeaders.size(headerVersion) + bodySize(version, answer);
        ByteBuf out = allocator.buffer(Integer.BYTES + frameBytes);
        try {
            out.writeInt(frameBytes);
            ResponseHeaders.write(out, headerVersion, correlationId);
            writeBody(new ByteBufWritable(out), version, answer);
            if (out.readableBytes() != Integer.BYTES + frameBytes) {
                throw new IllegalStateException("Produce v" + version + ": size announced and written differ");
            }
            return out;
        } catch (RuntimeException e) {
            out.release();
            throw e;
        }
    }

    private static int bodySize(short version, ProduceResponse answer) {
        boolean flexible = version >= FIRST_FLEXIBLE;
        int size = ByteBufWritable.arrayCountSize(answer.topics.size(), flexible) + Integer.BYTES;
        for (ProduceRequest.Topic topic : answer.topics) {
            size += version >= FIRST_WITH_TOPIC_IDS
                    ? UUID_BYTES
                    : ByteBufWritable.nullableStringSize(topic.name(), flexible);
            size += ByteBufWritable.arrayCountSize(topic.endEntry() - topic.firstEntry(), flexible);
            for (int i = topic.firstEntry(); i < topic.endEntry(); i++) {
                size += entrySize(version, flexible, answer, i);
            }
            size += flexible ? 1 : 0;
        }
        if (flexible) {
            size += NodeEndpoints.sectionSize(endpoints(version, answer));
        }
        return size;
    }

    private static int entrySize(short version, boolean flexible, ProduceResponse answer, int entry) {
        int size = 4 + 2 + 8 + 8 + (version >= FIRST_WITH_LOG_START ? 8 : 0);
        if (version >= FIRST_WITH_RECORD_ERRORS) {
            List<RecordError> faults = faults(answer, entry);
            size += ByteBufWritable.arrayCountSize(faults.size(), flexible);
            for (RecordError fault : faults) {
                size += 4 + ByteBufWritable.nullableStringSize(fault.message(), flexible) + (flexible ? 1 : 0);
            }
            size += ByteBufWritable.nullableStringSize(message(answer, entry), flexible);
        }
        if (flexible) {
            size += 1 + (sendsLeader(version, answer, entry) ? 2 + LEADER_HINT_BYTES : 0);
        }
        return size;
    }

    private static void writeBody(ByteBufWritable out, short version, ProduceResponse answer) {
        boolean flexible = version >= FIRST_FLEXIBLE;
        out.writeArrayCount(answer.topics.size(), flexible);
        for (ProduceRequest.Topic topic : answer.topics) {
            if (version >= FIRST_WITH_TOPIC_IDS) {
                out.writeJavaUuid(topic.id());
            } else {
                out.writeNullableString(topic.name(), flexible);
            }
            out.writeArrayCount(topic.endEntry() - topic.firstEntry(), flexible);
            for (int i = topic.firstEntry(); i < topic.endEntry(); i++) {
                writeEntry(out, version, flexible, answer, i);
            }
            if (flexible) {
                out.writeUnsignedVarint(0);
            }
        }
        out.writeInt(answer.throttleTimeMs);
        if (flexible) {
            NodeEndpoints.writeSection(out, endpoints(version, answer));
        }
    }

    private static void writeEntry(
            ByteBufWritable out, short version, boolean flexible, ProduceResponse answer, int entry) {
        out.writeInt(answer.partitions[entry]);
        out.writeShort(answer.errors[entry]);
        out.writeLong(answer.baseOffsets[entry]);
        out.writeLong(answer.logAppendTimesMs[entry]);
        if (version >= FIRST_WITH_LOG_START) {
            out.writeLong(answer.logStartOffsets[entry]);
        }
        if (version >= FIRST_WITH_RECORD_ERRORS) {
            List<RecordError> faults = faults(answer, entry);
            out.writeArrayCount(faults.size(), flexible);
            for (RecordError fault : faults) {
                out.writeInt(fault.batchIndex());
                out.writeNullableString(fault.message(), flexible);
                if (flexible) {
                    out.writeUnsignedVarint(0);
                }
            }
            out.writeNullableString(message(answer, entry), flexible);
        }
        if (flexible) {
            if (sendsLeader(version, answer, entry)) {
                out.writeUnsignedVarint(1);
                out.writeUnsignedVarint(0);
                out.writeUnsignedVarint(LEADER_HINT_BYTES);
                out.writeInt(answer.leaderIds[entry]);
                out.writeInt(answer.leaderEpochs[entry]);
            }
            out.writeUnsignedVarint(0);
        }
    }

    /** Endpoints that this version can carry. */
    private static List<NodeEndpoint> endpoints(short version, ProduceResponse answer) {
        return version >= FIRST_WITH_LEADER_HINTS ? answer.endpoints : List.of();
    }

    private static boolean sendsLeader(short version, ProduceResponse answer, int entry) {
        return version >= FIRST_WITH_LEADER_HINTS
                && answer.leaderIds != null
                && (answer.leaderIds[entry] != -1 || answer.leaderEpochs[entry] != -1);
    }

    private static List<RecordError> faults(ProduceResponse answer, int entry) {
        List<RecordError> faults = answer.recordErrors == null ? null : answer.recordErrors[entry];
        return faults == null ? List.of() : faults;
    }

    private static String message(ProduceResponse answer, int entry) {
        return answer.messages == null ? null : answer.messages[entry];
    }
}
