package io.millrace.client.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.client.TopicPartition;
import io.millrace.client.link.WireReader;
import io.millrace.client.link.WireWriter;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.protocol.Readable;
import org.junit.jupiter.api.Test;

/** What is written by hand is what Kafka's generated classes read, and the other way round. */
class KafkaBytesTest {
    private static final TopicPartition ONE = new TopicPartition("orders", 1);
    private static final TopicPartition TWO = new TopicPartition("orders", 2);
    private static final TopicPartition OTHER = new TopicPartition("payments", 0);

    private interface Parser<M> {
        M parse(Readable in, short version);
    }

    /** Kafka reads what was written here, to the last byte. */
    private static <M> M kafkaReads(short version, Consumer<WireWriter> write, Parser<M> parser) {
        WireWriter out = new WireWriter(8);
        write.accept(out);
        ByteBufferAccessor in = new ByteBufferAccessor(out.toByteBuffer());
        M message = parser.parse(in, version);
        assertThat(in.remaining()).isZero();
        return message;
    }

    private static <T> T weRead(short version, Message answer, Function<WireReader, T> read) {
        ByteBuffer bytes = MessageUtil.toByteBufferAccessor(answer, version).buffer();
        WireReader in = new WireReader(bytes);
        T value = read.apply(in);
        assertThat(in.remaining()).isZero();
        return value;
    }

    @Test
    void metadata() {
        MetadataRequestData request = kafkaReads(
                Metadata.VERSION, out -> Metadata.write(out, List.of("orders", "x"), true), MetadataRequestData::new);
        assertThat(request.topics()).extracting("name").containsExactly("orders", "x");
        assertThat(request.allowAutoTopicCreation()).isTrue();

        MetadataResponseData response = new MetadataResponseData();
        response.brokers()
                .add(new MetadataResponseData.MetadataResponseBroker()
                        .setNodeId(3)
                        .setHost("h")
                        .setPort(9)
                        .setRack("r"));
        response.setClusterId("c").setControllerId(3);
        response.topics()
                .add(new MetadataResponseData.MetadataResponseTopic()
                        .setName("orders")
                        .setTopicId(new Uuid(11, 12))
                        .setPartitions(List.of(partition(1, 3, 7), partition(0, -1, 4))));
        response.topics()
                .add(new MetadataResponseData.MetadataResponseTopic()
                        .setName("x")
                        .setErrorCode((short) 3));
        Metadata.Answer answer = weRead(Metadata.VERSION, response, Metadata::read);
        assertThat(answer.brokers()).containsExactly(3);
        assertThat(answer.topics().get("orders").leaders()[1].brokerId()).isEqualTo(3);
        assertThat(answer.topics().get("orders").leaders()[1].epoch()).isEqualTo(7);
        assertThat(answer.topics().get("orders").leaders()[0].isKnown()).isFalse();
        assertThat(answer.topics().get("orders").id()).isEqualTo(new UUID(11, 12));
        assertThat(answer.topics().get("x").error()).isEqualTo((short) 3);
    }

    private static MetadataResponseData.MetadataResponsePartition partition(int index, int leader, int epoch) {
        return new MetadataResponseData.MetadataResponsePartition()
                .setPartitionIndex(index)
                .setLeaderId(leader)
                .setLeaderEpoch(epoch)
                .setReplicaNodes(List.of(1, 2, 3))
                .setIsrNodes(List.of(3))
                .setOfflineReplicas(List.of(1));
    }

    @Test
    void produce() {
        ByteBuffer bytes = ByteBuffer.wrap(new byte[] {1, 2, 3});
        ProduceRequestData request = kafkaReads(
                Produce.VERSION,
                out -> Produce.write(
                        out,
                        (short) -1,
                        500,
                        List.of(
                                new Produce.Part(ONE, bytes),
                                new Produce.Part(TWO, bytes),
                                new Produce.Part(OTHER, bytes))),
                ProduceRequestData::new);
        assertThat(request.acks()).isEqualTo((short) -1);
        assertThat(request.topicData()
                        .find("orders", org.apache.kafka.common.Uuid.ZERO_UUID)
                        .partitionData())
                .extracting("index")
                .containsExactly(1, 2);

        ProduceResponseData response = new ProduceResponseData();
        response.responses()
                .add(new ProduceResponseData.TopicProduceResponse()
                        .setName("orders")
                        .setPartitionResponses(List.of(new ProduceResponseData.PartitionProduceResponse()
                                .setIndex(1)
                                .setErrorCode((short) 87)
                                .setBaseOffset(77)
                                .setLogAppendTimeMs(5)
                                .setRecordErrors(List.of(new ProduceResponseData.BatchIndexAndErrorMessage()
                                        .setBatchIndex(0)
                                        .setBatchIndexErrorMessage("bad")))
                                .setErrorMessage("worse"))));
        assertThat(weRead(Produce.VERSION, response, Produce::read).get(ONE))
                .isEqualTo(new Produce.Outcome((short) 87, "worse", 77, 5));
    }

    @Test
    void fetch() {
        FetchRequestData request = kafkaReads(
                Fetch.VERSION,
                out -> Fetch.write(
                        out, 500, 1, 1000, List.of(new Fetch.Want(ONE, 4, 42, 100), new Fetch.Want(OTHER, -1, 0, 100))),
                FetchRequestData::new);
        assertThat(request.sessionEpoch()).isEqualTo(-1);
        assertThat(request.topics().get(0).partitions().get(0).fetchOffset()).isEqualTo(42);
        assertThat(request.topics().get(1).topic()).isEqualTo("payments");

        FetchResponseData response = new FetchResponseData()
                .setResponses(List.of(new FetchResponseData.FetchableTopicResponse()
                        .setTopic("orders")
                        .setPartitions(List.of(new FetchResponseData.PartitionData()
                                .setPartitionIndex(1)
                                .setHighWatermark(9)
                                .setLogStartOffset(2)
                                .setAbortedTransactions(List.of(new FetchResponseData.AbortedTransaction()))
                                .setRecords(org.apache.kafka.common.record.internal.MemoryRecords.EMPTY)))));
        Fetch.Found found = weRead(Fetch.VERSION, response, Fetch::read).get(0);
        assertThat(found.partition()).isEqualTo(ONE);
        assertThat(found.highWatermark()).isEqualTo(9);
        assertThat(found.logStartOffset()).isEqualTo(2);
    }

    @Test
    void offsetsByTimeAndProducerIds() {
        ListOffsetsRequestData request = kafkaReads(
                ListOffsets.VERSION, out -> ListOffsets.write(out, ONE, 3, 12345), ListOffsetsRequestData::new);
        assertThat(request.topics().get(0).partitions().get(0).timestamp()).isEqualTo(12345);
        ListOffsetsResponseData response = new ListOffsetsResponseData()
                .setTopics(List.of(new ListOffsetsResponseData.ListOffsetsTopicResponse()
                        .setName("orders")
                        .setPartitions(List.of(new ListOffsetsResponseData.ListOffsetsPartitionResponse()
                                .setPartitionIndex(1)
                                .setTimestamp(8)
                                .setOffset(9)
                                .setLeaderEpoch(3)))));
        WireReader in = new WireReader(
                MessageUtil.toByteBufferAccessor(response, ListOffsets.VERSION).buffer());
        assertThat(ListOffsets.read(in)).isEqualTo(new ListOffsets.Answer((short) 0, 8, 9));

        kafkaReads(InitProducerId.VERSION, InitProducerId::write, InitProducerIdRequestData::new);
        assertThat(weRead(
                        InitProducerId.VERSION,
                        new InitProducerIdResponseData().setProducerId(5).setProducerEpoch((short) 1),
                        InitProducerId::read))
                .isEqualTo(new InitProducerId.Answer((short) 0, 5, (short) 1));
    }

    @Test
    void groups() {
        assertThat(kafkaReads(
                                FindCoordinator.VERSION,
                                out -> FindCoordinator.write(out, "g"),
                                FindCoordinatorRequestData::new)
                        .key())
                .isEqualTo("g");
        FindCoordinatorResponseData where =
                new FindCoordinatorResponseData().setNodeId(2).setHost("h").setPort(1);
        WireReader in = new WireReader(
                MessageUtil.toByteBufferAccessor(where, FindCoordinator.VERSION).buffer());
        assertThat(FindCoordinator.read(in)).isEqualTo(new FindCoordinator.Answer((short) 0, 2));

        ByteBuffer bytes = ByteBuffer.wrap(new byte[] {7});
        JoinGroupRequestData join = kafkaReads(
                JoinGroup.VERSION,
                out -> JoinGroup.write(out, "g", 1, 2, "m", Map.of("range", bytes)),
                JoinGroupRequestData::new);
        assertThat(join.protocolType()).isEqualTo("consumer");
        assertThat(join.protocols().find("range").metadata()).containsExactly(7);
        JoinGroup.Answer joined = weRead(
                JoinGroup.VERSION,
                new JoinGroupResponseData()
                        .setGenerationId(4)
                        .setProtocolName("range")
                        .setLeader("m")
                        .setMemberId("m")
                        .setMembers(List.of(new JoinGroupResponseData.JoinGroupResponseMember()
                                .setMemberId("m")
                                .setMetadata(new byte[] {7}))),
                JoinGroup::read);
        assertThat(joined.members().get("m")).isEqualTo(bytes);
        assertThat(joined.generation()).isEqualTo(4);

        assertThat(kafkaReads(
                                SyncGroup.VERSION,
                                out -> SyncGroup.write(out, "g", 4, "m", Map.of("m", bytes)),
                                SyncGroupRequestData::new)
                        .assignments()
                        .get(0)
                        .assignment())
                .containsExactly(7);
        assertThat(weRead(SyncGroup.VERSION, new SyncGroupResponseData().setAssignment(new byte[] {7}), SyncGroup::read)
                        .assignment())
                .isEqualTo(bytes);
        assertThat(kafkaReads(Heartbeat.VERSION, out -> Heartbeat.write(out, "g", 4, "m"), HeartbeatRequestData::new)
                        .generationId())
                .isEqualTo(4);
        assertThat(weRead(Heartbeat.VERSION, new HeartbeatResponseData().setErrorCode((short) 27), Heartbeat::read))
                .isEqualTo((short) 27);
        assertThat(kafkaReads(
                                Heartbeat.LEAVE_VERSION,
                                out -> Heartbeat.writeLeave(out, "g", "m"),
                                LeaveGroupRequestData::new)
                        .members()
                        .get(0)
                        .memberId())
                .isEqualTo("m");
    }

    @Test
    void committedOffsets() {
        OffsetCommitRequestData commit = kafkaReads(
                Offsets.COMMIT_VERSION,
                out -> Offsets.writeCommit(out, "g", 4, "m", Map.of(ONE, 11L)),
                OffsetCommitRequestData::new);
        assertThat(commit.topics().get(0).partitions().get(0).committedOffset()).isEqualTo(11);
        OffsetCommitResponseData committed = new OffsetCommitResponseData()
                .setTopics(List.of(new OffsetCommitResponseData.OffsetCommitResponseTopic()
                        .setName("orders")
                        .setPartitions(List.of(new OffsetCommitResponseData.OffsetCommitResponsePartition()
                                .setPartitionIndex(1)
                                .setErrorCode((short) 27)))));
        assertThat(weRead(Offsets.COMMIT_VERSION, committed, Offsets::readCommit))
                .isEqualTo(Map.of(ONE, (short) 27));

        OffsetFetchRequestData fetch = kafkaReads(
                Offsets.FETCH_VERSION,
                out -> Offsets.writeFetch(out, "g", List.of(ONE, TWO)),
                OffsetFetchRequestData::new);
        assertThat(fetch.topics().get(0).partitionIndexes()).containsExactly(1, 2);
        OffsetFetchResponseData found = new OffsetFetchResponseData()
                .setErrorCode((short) 16)
                .setTopics(List.of(new OffsetFetchResponseData.OffsetFetchResponseTopic()
                        .setName("orders")
                        .setPartitions(List.of(new OffsetFetchResponseData.OffsetFetchResponsePartition()
                                .setPartitionIndex(1)
                                .setCommittedOffset(11)
                                .setMetadata("")))));
        assertThat(weRead(Offsets.FETCH_VERSION, found, Offsets::readFetch).get(ONE))
                .isEqualTo(new Offsets.Committed((short) 16, 11));
    }
}
