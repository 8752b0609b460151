package io.millrace.protocol.produce;

import io.millrace.protocol.ApiSpec;
import io.millrace.protocol.MalformedRequestException;
import io.millrace.protocol.wire.ByteBufReadable;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Reads Produce v3-13 without touching a record: per partition it notes where the batch lies in the frame.
 *
 * <p>Takes at most about 12 bytes of heap per partition, whose six bytes on the wire are the smallest there is, plus the
 * topics' names.
 *
 * <p>Thread: the event loop it was made for.
 */
public final class ProduceRequestDecoder {
    private static final short FIRST_FLEXIBLE = 9;
    private static final short FIRST_WITH_TOPIC_IDS = 13;

    private final ApiSpec api;

    /** @param api Produce as the registry has it */
    public ProduceRequestDecoder(ApiSpec api) {
        this.api = api;
    }

    /**
     * Reads a body from the reader index on; the request's record slices point into {@code frame}.
     *
     * @throws MalformedRequestException and nothing else, for whatever the bytes are
     */
    public ProduceRequest decode(short version, ByteBuf frame) {
        if (!api.serves(version)) {
            throw new MalformedRequestException("Produce v" + version + " is not served");
        }
        boolean flexible = version >= FIRST_FLEXIBLE;
        ByteBufReadable in = new ByteBufReadable(frame, api.maxFields());
        String transactionalId = in.readNullableString(flexible);
        short acks = in.readShort();
        int timeoutMs = in.readInt();
        int topicCount = in.readArrayCount(flexible, flexible ? 3 : 6);
        if (topicCount < 0) {
            throw new MalformedRequestException("Produce with null topics");
        }
        List<ProduceRequest.Topic> topics = new ArrayList<>(Math.min(topicCount, 16));
        PartitionEntries entries = new PartitionEntries(topicCount == 0 ? 0 : 4);
        for (int t = 0; t < topicCount; t++) {
            topics.add(topic(in, version, flexible, entries));
        }
        if (flexible) {
            in.skipTaggedFields();
        }
        return new ProduceRequest(version, transactionalId, acks, timeoutMs, topics, entries, frame);
    }

    private static ProduceRequest.Topic topic(
            ByteBufReadable in, short version, boolean flexible, PartitionEntries entries) {
        String name = null;
        UUID id = null;
        if (version >= FIRST_WITH_TOPIC_IDS) {
            id = in.readJavaUuid();
        } else {
            name = in.readNonNullString(flexible, "topic name");
        }
        int count = in.readArrayCount(flexible, flexible ? 6 : 8);
        if (count < 0) {
            throw new MalformedRequestException("Produce with null partitions");
        }
        int first = entries.count;
        for (int p = 0; p < count; p++) {
            int partition = in.readInt();
            int size = flexible ? in.readUnsignedVarint() - 1 : in.readInt();
            if (size < -1) {
                throw new MalformedRequestException("records of " + size + " bytes");
            }
            entries.add(partition, in.readerIndex(), size);
            if (size >= 0) {
                in.skip(size);
            }
            if (flexible) {
                in.skipTaggedFields();
            }
        }
        if (flexible) {
            in.skipTaggedFields();
        }
        return new ProduceRequest.Topic(name, id, first, entries.count);
    }
}
