package io.millrace.protocol.fetch;

import io.millrace.protocol.ApiSpec;
import io.millrace.protocol.KafkaIds;
import io.millrace.protocol.MalformedRequestException;
import io.millrace.protocol.wire.ByteBufReadable;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Reads Fetch v4-18.
 *
 * <p>Thread: any; stateless.
 */
public final class FetchRequestDecoder {
    private static final short FIRST_WITH_LOG_START = 5;
    private static final short FIRST_WITH_SESSIONS = 7;
    private static final short FIRST_WITH_LEADER_EPOCH = 9;
    private static final short FIRST_WITH_RACK = 11;
    private static final short FIRST_FLEXIBLE = 12;
    private static final short FIRST_WITH_TOPIC_IDS = 13;
    private static final short FIRST_WITH_REPLICA_STATE = 15;
    private static final short FIRST_WITH_DIRECTORY_ID = 17;
    private static final short FIRST_WITH_HIGH_WATERMARK = 18;

    private final ApiSpec api;

    /** @param api Fetch as the registry has it */
    public FetchRequestDecoder(ApiSpec api) {
        this.api = api;
    }

    /**
     * Reads a body from the reader index on; nothing of the frame is kept.
     *
     * @throws MalformedRequestException and nothing else, for whatever the bytes are
     */
    public FetchRequest decode(short version, ByteBuf frame) {
        if (!api.serves(version)) {
            throw new MalformedRequestException("Fetch v" + version + " is not served");
        }
        boolean flexible = version >= FIRST_FLEXIBLE;
        ByteBufReadable in = new ByteBufReadable(frame, api.maxFields());
        int replicaId = version >= FIRST_WITH_REPLICA_STATE ? -1 : in.readInt();
        int maxWaitMs = in.readInt();
        int minBytes = in.readInt();
        int maxBytes = in.readInt();
        byte isolationLevel = in.readByte();
        int sessionId = version >= FIRST_WITH_SESSIONS ? in.readInt() : 0;
        int sessionEpoch = version >= FIRST_WITH_SESSIONS ? in.readInt() : -1;
        List<FetchRequest.Topic> topics = topics(in, version, flexible);
        List<FetchRequest.ForgottenTopic> forgotten =
                version >= FIRST_WITH_SESSIONS ? forgotten(in, version, flexible) : List.of();
        String rackId = version >= FIRST_WITH_RACK ? in.readNonNullString(flexible, "rack id") : "";
        Tags tags = new Tags(replicaId);
        if (flexible) {
            tags.read(in, version);
        }
        return new FetchRequest(
                version,
                tags.clusterId,
                tags.replicaId,
                tags.replicaEpoch,
                maxWaitMs,
                minBytes,
                maxBytes,
                isolationLevel,
                sessionId,
                sessionEpoch,
                topics,
                forgotten,
                rackId);
    }

    private static List<FetchRequest.Topic> topics(ByteBufReadable in, short version, boolean flexible) {
        int count = count(in, flexible, flexible ? 3 : 6);
        List<FetchRequest.Topic> topics = new ArrayList<>(Math.min(count, 1000));
        for (int t = 0; t < count; t++) {
            boolean byId = version >= FIRST_WITH_TOPIC_IDS;
            String name = byId ? null : in.readNonNullString(flexible, "topic name");
            UUID id = byId ? in.readJavaUuid() : null;
            int partitionCount = count(in, flexible, 16);
            List<FetchRequest.Partition> partitions = new ArrayList<>(Math.min(partitionCount, 1000));
            for (int p = 0; p < partitionCount; p++) {
                partitions.add(partition(in, version, flexible));
            }
            if (flexible) {
                in.skipTaggedFields();
            }
            topics.add(new FetchRequest.Topic(name, id, partitions));
        }
        return topics;
    }

    private static FetchRequest.Partition partition(ByteBufReadable in, short version, boolean flexible) {
        int partition = in.readInt();
        int currentLeaderEpoch = version >= FIRST_WITH_LEADER_EPOCH ? in.readInt() : -1;
        long fetchOffset = in.readLong();
        int lastFetchedEpoch = version >= FIRST_FLEXIBLE ? in.readInt() : -1;
        long logStartOffset = version >= FIRST_WITH_LOG_START ? in.readLong() : -1;
        int maxBytes = in.readInt();
        UUID directoryId = KafkaIds.ZERO;
        long highWatermark = Long.MAX_VALUE;
        if (flexible) {
            int tagCount = in.readTaggedFieldCount();
            for (int i = 0; i < tagCount; i++) {
                int tag = in.readUnsignedVarint();
                int size = in.readUnsignedVarint();
                if (tag == 0 && version >= FIRST_WITH_DIRECTORY_ID) {
                    directoryId = in.readJavaUuid();
                } else if (tag == 1 && version >= FIRST_WITH_HIGH_WATERMARK) {
                    highWatermark = in.readLong();
                } else {
                    in.skip(size);
                }
            }
        }
        return new FetchRequest.Partition(
                partition,
                currentLeaderEpoch,
                fetchOffset,
                lastFetchedEpoch,
                logStartOffset,
                maxBytes,
                directoryId,
                highWatermark);
    }

    private static List<FetchRequest.ForgottenTopic> forgotten(ByteBufReadable in, short version, boolean flexible) {
        int count = count(in, flexible, flexible ? 3 : 6);
        List<FetchRequest.ForgottenTopic> forgotten = new ArrayList<>(Math.min(count, 1000));
        for (int t = 0; t < count; t++) {
            boolean byId = version >= FIRST_WITH_TOPIC_IDS;
            String name = byId ? null : in.readNonNullString(flexible, "topic name");
            UUID id = byId ? in.readJavaUuid() : null;
            int[] partitions = new int[count(in, flexible, Integer.BYTES)];
            for (int p = 0; p < partitions.length; p++) {
                partitions[p] = in.readInt();
            }
            if (flexible) {
                in.skipTaggedFields();
            }
            forgotten.add(new FetchRequest.ForgottenTopic(name, id, partitions));
        }
        return forgotten;
    }

    private static int count(ByteBufReadable in, boolean flexible, int minElementBytes) {
        int count = in.readArrayCount(flexible, minElementBytes);
        if (count < 0) {
            throw new MalformedRequestException("Fetch with a null list");
        }
        return count;
    }

    /** The request's own tagged fields, which come last but decide who is asking. */
    private static final class Tags {
        private String clusterId;
        private int replicaId;
        private long replicaEpoch = -1;

        private Tags(int replicaId) {
            this.replicaId = replicaId;
        }

        private void read(ByteBufReadable in, short version) {
            int count = in.readTaggedFieldCount();
            for (int i = 0; i < count; i++) {
                int tag = in.readUnsignedVarint();
                int size = in.readUnsignedVarint();
                if (tag == 0) {
                    clusterId = in.readNullableString(true);
                } else if (tag == 1 && version >= FIRST_WITH_REPLICA_STATE) {
                    replicaId = in.readInt();
                    replicaEpoch = in.readLong();
                    in.skipTaggedFields();
                } else {
                    in.skip(size);
                }
            }
        }
    }
}
