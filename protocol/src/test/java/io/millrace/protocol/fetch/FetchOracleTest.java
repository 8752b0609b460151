package io.millrace.protocol.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.protocol.ApiRegistry;
import io.millrace.protocol.ApiSpec;
import io.millrace.protocol.KafkaIds;
import io.millrace.protocol.MalformedRequestException;
import io.millrace.protocol.MessageCodec;
import io.millrace.protocol.NodeEndpoint;
import io.millrace.protocol.Oracle;
import io.millrace.protocol.SchemaBytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Our lean Fetch codec beside kafka-clients' generated one, in every version. */
class FetchOracleTest {
    private static final ApiSpec FETCH =
            ApiRegistry.standard(ApiRegistry.DEFAULT_SOCKET_REQUEST_MAX_BYTES).spec(ApiMessageType.FETCH.apiKey());
    private final FetchRequestDecoder decoder = new FetchRequestDecoder(FETCH);

    /** Record bytes in memory. */
    private record Bytes(byte[] bytes) implements RecordsPart {
        @Override
        public int sizeBytes() {
            return bytes.length;
        }
    }

    /** Puts the pieces together as a socket would. */
    private static final class Joined implements FetchResponseSink {
        private final CompositeByteBuf all = Unpooled.compositeBuffer(1000);

        @Override
        public void header(ByteBuf bytes) {
            assertThat(bytes.isReadable()).isTrue();
            all.addComponent(true, bytes);
        }

        @Override
        public void records(RecordsPart part) {
            all.addComponent(true, Unpooled.wrappedBuffer(((Bytes) part).bytes));
        }
    }

    static List<Short> versions() {
        List<Short> versions = new ArrayList<>();
        for (short v = FETCH.minServed(); v <= FETCH.max(); v++) {
            versions.add(v);
        }
        return versions;
    }

    @ParameterizedTest
    @MethodSource("versions")
    void whatKafkaClientsEncodesWeDecodeToTheSame(short version) {
        Random random = new Random(version);
        for (int round = 0; round < 300; round++) {
            ByteBuf body =
                    SchemaBytes.write(ApiMessageType.FETCH.requestSchemas()[version], SchemaBytes.random(random));
            FetchRequestData theirs = Oracle.decode(body, new FetchRequestData(), version);

            FetchRequest ours = decoder.decode(version, body);

            assertThat(body.isReadable()).isFalse();
            assertThat(ours).usingRecursiveComparison().isEqualTo(translated(theirs, version));
        }
    }

    private static FetchRequest translated(FetchRequestData theirs, short version) {
        boolean byId = version >= 13;
        boolean newReplica = version >= 15;
        return new FetchRequest(
                version,
                theirs.clusterId(),
                newReplica ? theirs.replicaState().replicaId() : theirs.replicaId(),
                theirs.replicaState().replicaEpoch(),
                theirs.maxWaitMs(),
                theirs.minBytes(),
                theirs.maxBytes(),
                theirs.isolationLevel(),
                theirs.sessionId(),
                theirs.sessionEpoch(),
                theirs.topics().stream()
                        .map(topic -> new FetchRequest.Topic(
                                byId ? null : topic.topic(),
                                byId ? KafkaIds.toJava(topic.topicId()) : null,
                                topic.partitions().stream()
                                        .map(p -> new FetchRequest.Partition(
                                                p.partition(),
                                                p.currentLeaderEpoch(),
                                                p.fetchOffset(),
                                                p.lastFetchedEpoch(),
                                                p.logStartOffset(),
                                                p.partitionMaxBytes(),
                                                KafkaIds.toJava(p.replicaDirectoryId()),
                                                p.highWatermark()))
                                        .toList()))
                        .toList(),
                theirs.forgottenTopicsData().stream()
                        .map(topic -> new FetchRequest.ForgottenTopic(
                                byId ? null : topic.topic(),
                                byId ? KafkaIds.toJava(topic.topicId()) : null,
                                topic.partitions().stream().mapToInt(i -> i).toArray()))
                        .toList(),
                theirs.rackId());
    }

    @ParameterizedTest
    @MethodSource("versions")
    void whatWeAnswerIsByteForByteWhatKafkaClientsWouldWrite(short version) {
        Random random = new Random(version);
        for (int round = 0; round < 300; round++) {
            FetchResponse ours = new FetchResponse(
                    version >= 7 ? (short) random.nextInt(80) : 0, version >= 7 ? random.nextInt() : 0);
            FetchResponseData theirs = answerBoth(random, version, ours);
            Joined sink = new Joined();

            int size = FetchResponseEncoder.encode(UnpooledByteBufAllocator.DEFAULT, 7 + round, version, ours, sink);

            ByteBuf expected = MessageCodec.encodeAnyResponse(
                    UnpooledByteBufAllocator.DEFAULT, 7 + round, ApiMessageType.FETCH, version, theirs);
            assertThat(ByteBufUtil.hexDump(sink.all)).isEqualTo(ByteBufUtil.hexDump(expected));
            assertThat(size).isEqualTo(expected.readableBytes());
            sink.all.release();
            assertThat(sink.all.refCnt()).isZero();
        }
    }

    private static FetchResponseData answerBoth(Random random, short version, FetchResponse ours) {
        FetchResponseData theirs = new FetchResponseData()
                .setErrorCode(ours.errorCode())
                .setSessionId(ours.sessionId())
                .setThrottleTimeMs(random.nextInt(9));
        ours.throttleTimeMs(theirs.throttleTimeMs());
        for (int t = random.nextInt(4); t > 0; t--) {
            UUID id = new UUID(random.nextLong(), random.nextLong());
            FetchResponse.Topic topic = ours.addTopic("töpic-" + t, id);
            FetchResponseData.FetchableTopicResponse theirTopic = new FetchResponseData.FetchableTopicResponse();
            if (version >= 13) {
                theirTopic.setTopicId(KafkaIds.toKafka(id));
            } else {
                theirTopic.setTopic(topic.name());
            }
            theirs.responses().add(theirTopic);
            for (int p = random.nextInt(4); p > 0; p--) {
                PartitionData data = new PartitionData(p);
                topic.partitions().add(data);
                theirTopic.partitions().add(fill(random, version, data));
            }
        }
        if (random.nextBoolean()) {
            ours.addEndpoint(new NodeEndpoint(1, "hòst", 9092, null));
            if (version >= 16) {
                theirs.nodeEndpoints()
                        .add(new FetchResponseData.NodeEndpoint()
                                .setNodeId(1)
                                .setHost("hòst")
                                .setPort(9092));
            }
        }
        return theirs;
    }

    private static FetchResponseData.PartitionData fill(Random random, short version, PartitionData data) {
        FetchResponseData.PartitionData theirs = new FetchResponseData.PartitionData()
                .setPartitionIndex(data.partition())
                .setErrorCode((short) random.nextInt(80))
                .setHighWatermark(random.nextLong())
                .setLastStableOffset(random.nextLong())
                .setLogStartOffset(random.nextLong())
                .setAbortedTransactions(null);
        data.error(theirs.errorCode())
                .offsets(theirs.highWatermark(), theirs.lastStableOffset(), theirs.logStartOffset());
        if (random.nextBoolean()) {
            data.aborted(new long[] {3, 4}, new long[] {30, 40});
            theirs.setAbortedTransactions(List.of(
                    new FetchResponseData.AbortedTransaction().setProducerId(3).setFirstOffset(30),
                    new FetchResponseData.AbortedTransaction().setProducerId(4).setFirstOffset(40)));
        }
        if (version >= 11 && random.nextBoolean()) {
            data.preferredReadReplica(6);
            theirs.setPreferredReadReplica(6);
        }
        tags(random, version, data, theirs);
        List<Bytes> parts = new ArrayList<>();
        ByteBuffer joined = ByteBuffer.allocate(300);
        for (int i = random.nextInt(4); i > 0; i--) {
            byte[] bytes = new byte[1 + random.nextInt(99)];
            random.nextBytes(bytes);
            parts.add(new Bytes(bytes));
            joined.put(bytes);
        }
        data.records(parts);
        theirs.setRecords(MemoryRecords.readableRecords(joined.flip()));
        return theirs;
    }

    private static void tags(Random random, short version, PartitionData data, FetchResponseData.PartitionData theirs) {
        boolean sent = version >= 12;
        if (random.nextBoolean()) {
            data.diverging(5, 55);
            if (sent) {
                theirs.setDivergingEpoch(
                        new FetchResponseData.EpochEndOffset().setEpoch(5).setEndOffset(55));
            }
        }
        if (random.nextBoolean()) {
            data.currentLeader(1, 17);
            if (sent) {
                theirs.setCurrentLeader(
                        new FetchResponseData.LeaderIdAndEpoch().setLeaderId(1).setLeaderEpoch(17));
            }
        }
        if (random.nextBoolean()) {
            data.snapshot(66, 6);
            if (sent) {
                theirs.setSnapshotId(
                        new FetchResponseData.SnapshotId().setEndOffset(66).setEpoch(6));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void everyTruncationIsRefused(short version) {
        ByteBuf body = SchemaBytes.write(
                ApiMessageType.FETCH.requestSchemas()[version], SchemaBytes.swollen("/topics/partitions", 2, 1, "abc"));
        for (int length = 0; length < body.readableBytes(); length++) {
            ByteBuf cut = body.slice(0, length);
            assertThatThrownBy(() -> decoder.decode(version, cut))
                    .as("cut at %d", cut.writerIndex())
                    .isInstanceOf(MalformedRequestException.class);
        }
    }

    @Test
    void recordBytesOfAPartitionStayInTheirParts() {
        FetchResponse response = new FetchResponse((short) 0, 0);
        Bytes first = new Bytes(new byte[] {1, 2});
        Bytes second = new Bytes(new byte[] {3});
        response.addTopic("t", KafkaIds.ZERO).partitions().add(new PartitionData(0).records(List.of(first, second)));
        List<Object> pieces = new ArrayList<>();

        FetchResponseEncoder.encode(UnpooledByteBufAllocator.DEFAULT, 1, (short) 4, response, new FetchResponseSink() {
            @Override
            public void header(ByteBuf bytes) {
                pieces.add("header");
                bytes.release();
            }

            @Override
            public void records(RecordsPart part) {
                pieces.add(part);
            }
        });

        assertThat(pieces).containsExactly("header", first, second);
    }
}
