package io.millrace.verticles.group.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.coordinator.group.generated.GroupMetadataKey;
import org.apache.kafka.coordinator.group.generated.GroupMetadataValue;
import org.apache.kafka.coordinator.group.generated.OffsetCommitKey;
import org.apache.kafka.coordinator.group.generated.OffsetCommitValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Our bytes of {@code __consumer_offsets} beside those of Kafka 4.4's own generated classes. */
class RecordCodecTest {
    private static final Uuid TOPIC_ID = new Uuid(7, 11);

    @Test
    void keysAreKafkasBytes() {
        assertThat(new RecordKey.Offset("group", "topic", 3).toBytes())
                .isEqualTo(kafka(
                        new OffsetCommitKey()
                                .setGroup("group")
                                .setTopic("topic")
                                .setPartition(3),
                        (short) 0,
                        1));
        assertThat(new RecordKey.Group("grüppe").toBytes())
                .isEqualTo(kafka(new GroupMetadataKey().setGroup("grüppe"), (short) 0, 2));
    }

    @Test
    void everyOldKeyIsRead() throws Exception {
        byte[] old = new RecordKey.Offset("g", "t", 1).toBytes();
        old[1] = 0;

        assertThat(RecordKey.read(ByteBuffer.wrap(old))).isEqualTo(new RecordKey.Offset("g", "t", 1));
        assertThat(RecordKey.read(ByteBuffer.wrap(new RecordKey.Group("g").toBytes())))
                .isEqualTo(new RecordKey.Group("g"));
    }

    @Test
    void keysOfOtherGroupKindsAreToldApart() throws Exception {
        for (short version : new short[] {3, 8, 16, 999, -1}) {
            ByteBuffer key =
                    ByteBuffer.allocate(20).putShort(version).putLong(5).flip();

            assertThat(RecordKey.read(key)).isEqualTo(new RecordKey.Other(version));
        }
    }

    @Test
    void offsetsAreWrittenAsKafka44WritesThem() {
        assertThat(new OffsetValue(5, 9, "méta", 1_000, OffsetValue.NO_TIMESTAMP, Uuid.ZERO_UUID).toBytes())
                .isEqualTo(kafka(offset("méta", Uuid.ZERO_UUID).setLeaderEpoch(9), (short) 4));
        assertThat(new OffsetValue(5, -1, "", 1_000, OffsetValue.NO_TIMESTAMP, TOPIC_ID).toBytes())
                .isEqualTo(kafka(offset("", TOPIC_ID), (short) 4));
        assertThat(new OffsetValue(5, 9, "m", 1_000, 2_000, TOPIC_ID).toBytes())
                .isEqualTo(kafka(offset("m", Uuid.ZERO_UUID).setExpireTimestamp(2_000), (short) 1));
        String longMetadata = "x".repeat(4_096);
        assertThat(new OffsetValue(5, 9, longMetadata, 1_000, OffsetValue.NO_TIMESTAMP, TOPIC_ID).toBytes())
                .isEqualTo(kafka(offset(longMetadata, TOPIC_ID).setLeaderEpoch(9), (short) 4));
    }

    @ParameterizedTest
    @ValueSource(shorts = {0, 1, 2, 3, 4})
    void everyVersionOfAnOffsetIsRead(short version) throws Exception {
        OffsetCommitValue kafka = offset("meta", version == 4 ? TOPIC_ID : Uuid.ZERO_UUID)
                .setLeaderEpoch(version >= 3 ? 9 : -1)
                .setExpireTimestamp(version == 1 ? 2_000 : -1);

        OffsetValue read = OffsetValue.read(ByteBuffer.wrap(kafka(kafka, version)));

        assertThat(read)
                .isEqualTo(new OffsetValue(
                        5, kafka.leaderEpoch(), "meta", 1_000, kafka.expireTimestamp(), kafka.topicId()));
    }

    @Test
    void groupsAreWrittenAsKafka44WritesThem() {
        assertThat(new GroupValue(
                                "consumer",
                                7,
                                "range",
                                "m-1",
                                1_000,
                                List.of(member("m-1", "i-1"), member("m-2", null)))
                        .toBytes())
                .isEqualTo(kafka(group(3), (short) 3));
        assertThat(new GroupValue("", 0, null, null, 1_000, List.of()).toBytes())
                .isEqualTo(kafka(
                        new GroupMetadataValue()
                                .setProtocolType("")
                                .setGeneration(0)
                                .setProtocol(null)
                                .setLeader(null)
                                .setCurrentStateTimestamp(1_000)
                                .setMembers(List.of()),
                        (short) 3));
    }

    @ParameterizedTest
    @ValueSource(shorts = {0, 1, 2, 3, 4})
    void everyVersionOfAGroupIsRead(short version) throws Exception {
        GroupValue read = GroupValue.read(ByteBuffer.wrap(kafka(group(version), version)));

        assertThat(read.protocolType()).isEqualTo("consumer");
        assertThat(read.generation()).isEqualTo(7);
        assertThat(read.protocol()).isEqualTo("range");
        assertThat(read.leader()).isEqualTo("m-1");
        assertThat(read.stateTimestampMs()).isEqualTo(version >= 2 ? 1_000 : -1);
        assertThat(read.members()).hasSize(2);
        GroupValue.MemberValue first = read.members().get(0);
        assertThat(first)
                .usingRecursiveComparison()
                .isEqualTo(new GroupValue.MemberValue(
                        "m-1",
                        version >= 3 ? "i-1" : null,
                        "client",
                        "/127.0.0.1",
                        version >= 1 ? 300_000 : 10_000,
                        10_000,
                        new byte[] {1, 2},
                        new byte[] {3}));
    }

    @Test
    void unknownVersionsAndNoKeyAreTypedErrors() {
        assertThatThrownBy(() -> OffsetValue.read(ByteBuffer.wrap(new byte[] {0, 5, 0, 0})))
                .isInstanceOf(BadRecordException.class);
        assertThatThrownBy(() -> GroupValue.read(ByteBuffer.wrap(new byte[] {0, 9, 0, 0})))
                .isInstanceOf(BadRecordException.class);
        assertThatThrownBy(() -> RecordKey.read(null)).isInstanceOf(BadRecordException.class);
    }

    @Test
    void damagedBytesAreReadOrRefusedButNothingElse() {
        Random random = new Random(1);
        List<byte[]> valid = List.of(
                kafka(group(3), (short) 3),
                kafka(group(4), (short) 4),
                kafka(offset("meta", TOPIC_ID), (short) 4),
                new RecordKey.Offset("g", "t", 1).toBytes());
        for (int i = 0; i < 50_000; i++) {
            byte[] bytes = valid.get(random.nextInt(valid.size())).clone();
            for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            ByteBuffer damaged = ByteBuffer.wrap(Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)));
            refusedAtMost(() -> RecordKey.read(damaged));
            refusedAtMost(() -> OffsetValue.read(damaged));
            refusedAtMost(() -> GroupValue.read(damaged));
        }
    }

    private interface Reading {
        void read() throws BadRecordException;
    }

    private static void refusedAtMost(Reading reading) {
        try {
            reading.read();
        } catch (BadRecordException expected) {
            assertThat(expected).hasMessageNotContaining("Exception");
        }
    }

    private static GroupValue.MemberValue member(String id, String instanceId) {
        return new GroupValue.MemberValue(
                id, instanceId, "client", "/127.0.0.1", 300_000, 10_000, new byte[] {1, 2}, new byte[] {3});
    }

    private static OffsetCommitValue offset(String metadata, Uuid topicId) {
        return new OffsetCommitValue()
                .setOffset(5)
                .setLeaderEpoch(-1)
                .setMetadata(metadata)
                .setCommitTimestamp(1_000)
                .setTopicId(topicId);
    }

    private static GroupMetadataValue group(int version) {
        return new GroupMetadataValue()
                .setProtocolType("consumer")
                .setGeneration(7)
                .setProtocol("range")
                .setLeader("m-1")
                .setCurrentStateTimestamp(version >= 2 ? 1_000 : -1)
                .setMembers(List.of(kafkaMember("m-1", "i-1", version), kafkaMember("m-2", null, version)));
    }

    private static GroupMetadataValue.MemberMetadata kafkaMember(String id, String instanceId, int version) {
        return new GroupMetadataValue.MemberMetadata()
                .setMemberId(id)
                .setGroupInstanceId(version >= 3 ? instanceId : null)
                .setClientId("client")
                .setClientHost("/127.0.0.1")
                .setRebalanceTimeout(version >= 1 ? 300_000 : -1)
                .setSessionTimeout(10_000)
                .setSubscription(new byte[] {1, 2})
                .setAssignment(new byte[] {3});
    }

    private static byte[] kafka(Message message, short version) {
        return MessageUtil.toVersionPrefixedBytes(version, message);
    }

    /** Keys carry the record's type where values carry their version. */
    private static byte[] kafka(Message key, short version, int type) {
        byte[] bytes = MessageUtil.toVersionPrefixedBytes(version, key);
        bytes[0] = 0;
        bytes[1] = (byte) type;
        return bytes;
    }
}
