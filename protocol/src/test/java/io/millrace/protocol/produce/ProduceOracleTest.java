package io.millrace.protocol.produce;

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
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.BatchIndexAndErrorMessage;
import org.apache.kafka.common.message.ProduceResponseData.LeaderIdAndEpoch;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Our lean Produce codec beside kafka-clients' generated one, in every version. */
class ProduceOracleTest {
    private static final ApiSpec PRODUCE =
            ApiRegistry.standard(ApiRegistry.DEFAULT_SOCKET_REQUEST_MAX_BYTES).spec(ApiMessageType.PRODUCE.apiKey());
    private final ProduceRequestDecoder decoder = new ProduceRequestDecoder(PRODUCE);

    static List<Short> versions() {
        List<Short> versions = new ArrayList<>();
        for (short v = PRODUCE.minServed(); v <= PRODUCE.max(); v++) {
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
                    SchemaBytes.write(ApiMessageType.PRODUCE.requestSchemas()[version], SchemaBytes.random(random));
            ProduceRequestData theirs = Oracle.decode(body, new ProduceRequestData(), version);

            ProduceRequest ours = decoder.decode(version, body);

            assertThat(body.isReadable()).isFalse();
            assertSame(theirs, ours, version);
        }
    }

    private static void assertSame(ProduceRequestData theirs, ProduceRequest ours, short version) {
        assertThat(ours.version()).isEqualTo(version);
        assertThat(ours.transactionalId()).isEqualTo(theirs.transactionalId());
        assertThat(ours.acks()).isEqualTo(theirs.acks());
        assertThat(ours.timeoutMs()).isEqualTo(theirs.timeoutMs());
        assertThat(ours.topicCount()).isEqualTo(theirs.topicData().size());
        int t = 0;
        int entry = 0;
        for (TopicProduceData topic : theirs.topicData()) {
            if (version >= 13) {
                assertThat(ours.topicId(t)).isEqualTo(KafkaIds.toJava(topic.topicId()));
                assertThat(ours.topicName(t)).isNull();
            } else {
                assertThat(ours.topicName(t)).isEqualTo(topic.name());
                assertThat(ours.topicId(t)).isNull();
            }
            assertThat(ours.firstEntry(t)).isEqualTo(entry);
            for (PartitionProduceData partition : topic.partitionData()) {
                assertThat(ours.partition(entry)).isEqualTo(partition.index());
                MemoryRecords records = (MemoryRecords) partition.records();
                if (records == null) {
                    assertThat(ours.records(entry)).isNull();
                } else {
                    assertThat(ours.recordsSize(entry)).isEqualTo(records.sizeInBytes());
                    assertThat(ours.records(entry)).isEqualTo(Unpooled.wrappedBuffer(records.buffer()));
                }
                entry++;
            }
            assertThat(ours.endEntry(t)).isEqualTo(entry);
            t++;
        }
        assertThat(ours.entryCount()).isEqualTo(entry);
    }

    @ParameterizedTest
    @MethodSource("versions")
    void whatWeAnswerIsByteForByteWhatKafkaClientsWouldWrite(short version) {
        Random random = new Random(version);
        for (int round = 0; round < 300; round++) {
            ByteBuf body =
                    SchemaBytes.write(ApiMessageType.PRODUCE.requestSchemas()[version], SchemaBytes.random(random));
            ProduceRequest request = decoder.decode(version, body);
            ProduceResponse ours = new ProduceResponse(request);
            ProduceResponseData theirs = answerBoth(random, version, request, ours);

            ByteBuf written = ProduceResponseEncoder.encode(UnpooledByteBufAllocator.DEFAULT, 7 + round, version, ours);

            ByteBuf expected = MessageCodec.encodeAnyResponse(
                    UnpooledByteBufAllocator.DEFAULT, 7 + round, ApiMessageType.PRODUCE, version, theirs);
            assertThat(ByteBufUtil.hexDump(written)).isEqualTo(ByteBufUtil.hexDump(expected));
        }
    }

    private static ProduceResponseData answerBoth(
            Random random, short version, ProduceRequest request, ProduceResponse ours) {
        ProduceResponseData theirs = new ProduceResponseData().setThrottleTimeMs(random.nextInt(50));
        ours.throttleTimeMs(theirs.throttleTimeMs());
        for (int t = 0; t < request.topicCount(); t++) {
            TopicProduceResponse topic = new TopicProduceResponse();
            if (version >= 13) {
                topic.setTopicId(KafkaIds.toKafka(request.topicId(t)));
            } else {
                topic.setName(request.topicName(t));
            }
            theirs.responses().mustAdd(topic);
            for (int i = request.firstEntry(t); i < request.endEntry(t); i++) {
                PartitionProduceResponse row = new PartitionProduceResponse()
                        .setIndex(request.partition(i))
                        .setBaseOffset(-1);
                topic.partitionResponses().add(row);
                fill(random, version, theirs, row, ours, i);
            }
        }
        return theirs;
    }

    private static void fill(
            Random random,
            short version,
            ProduceResponseData theirs,
            PartitionProduceResponse row,
            ProduceResponse ours,
            int entry) {
        if (random.nextBoolean()) {
            row.setBaseOffset(random.nextLong())
                    .setLogAppendTimeMs(random.nextLong())
                    .setLogStartOffset(3);
            ours.appended(entry, row.baseOffset(), row.logAppendTimeMs(), 3);
            return;
        }
        row.setErrorCode((short) (1 + random.nextInt(90)));
        List<RecordError> faults = new ArrayList<>();
        if (random.nextBoolean()) {
            faults.add(new RecordError(random.nextInt(), random.nextBoolean() ? null : "wröng"));
        }
        String message = random.nextBoolean() ? null : "refused because of " + random.nextInt();
        ours.failed(entry, row.errorCode(), message, faults);
        row.setErrorMessage(message);
        for (RecordError fault : faults) {
            row.recordErrors()
                    .add(new BatchIndexAndErrorMessage()
                            .setBatchIndex(fault.batchIndex())
                            .setBatchIndexErrorMessage(fault.message()));
        }
        if (random.nextBoolean()) {
            int leader = random.nextInt(3);
            NodeEndpoint endpoint = new NodeEndpoint(leader, "host-" + leader, 9092, leader == 0 ? null : "rack");
            ours.currentLeader(entry, leader, 12, endpoint);
            if (version >= 10) {
                row.setCurrentLeader(new LeaderIdAndEpoch().setLeaderId(leader).setLeaderEpoch(12));
                if (theirs.nodeEndpoints().find(leader) == null) {
                    theirs.nodeEndpoints()
                            .add(new ProduceResponseData.NodeEndpoint()
                                    .setNodeId(leader)
                                    .setHost(endpoint.host())
                                    .setPort(endpoint.port())
                                    .setRack(endpoint.rack()));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void everyTruncationIsRefused(short version) {
        ByteBuf body = SchemaBytes.write(
                ApiMessageType.PRODUCE.requestSchemas()[version],
                SchemaBytes.swollen("/topic_data/partition_data", 2, 1, "abc"));
        for (int length = 0; length < body.readableBytes(); length++) {
            ByteBuf cut = body.slice(0, length);
            assertThatThrownBy(() -> decoder.decode(version, cut))
                    .as("cut at %d", cut.writerIndex())
                    .isInstanceOf(MalformedRequestException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(shorts = {-1, 0, 2, 14})
    void versionsThatAreNotServedAreRefused(short version) {
        assertThatThrownBy(() -> decoder.decode(version, Unpooled.buffer(64).writeZero(64)))
                .isInstanceOf(MalformedRequestException.class);
    }

    @Test
    void goldenRequestV9() {
        // null transactional id, acks -1, 30 s, one topic "t", partition 5 with records ab cd
        ByteBuf golden = Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(
                "00" + "ffff" + "00007530" + "02" + "0274" + "02" + "00000005" + "03abcd" + "00" + "00" + "00"));

        ProduceRequest request = decoder.decode((short) 9, golden);

        assertThat(request.transactionalId()).isNull();
        assertThat(request.acks()).isEqualTo((short) -1);
        assertThat(request.timeoutMs()).isEqualTo(30_000);
        assertThat(request.topicName(0)).isEqualTo("t");
        assertThat(request.partition(0)).isEqualTo(5);
        assertThat(ByteBufUtil.hexDump(request.records(0))).isEqualTo("abcd");
    }

    @Test
    void goldenResponseV3() {
        ByteBuf golden = Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(
                "ffff" + "ffff" + "00007530" + "00000001" + "000174" + "00000001" + "00000005" + "00000002abcd"));
        ProduceResponse response = new ProduceResponse(decoder.decode((short) 3, golden));
        response.appended(0, 42, -1, 0);

        ByteBuf written = ProduceResponseEncoder.encode(UnpooledByteBufAllocator.DEFAULT, 9, (short) 3, response);

        assertThat(ByteBufUtil.hexDump(written))
                .isEqualTo("00000029" + "00000009" + "00000001" + "000174" + "00000001" + "00000005" + "0000"
                        + "000000000000002a" + "ffffffffffffffff" + "00000000");
    }
}
