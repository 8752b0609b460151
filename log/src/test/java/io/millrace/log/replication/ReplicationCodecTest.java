package io.millrace.log.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.log.EpochEnd;
import io.millrace.log.HeapPayload;
import io.millrace.log.replication.ReplicaAnswer.Part;
import io.millrace.log.replication.ReplicaAnswer.Status;
import io.millrace.log.replication.ReplicaFetch.Ask;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ReplicationCodecTest {
    private static final ReplicaFetch FETCH = new ReplicaFetch(
            2,
            77,
            1,
            3,
            4,
            9,
            5,
            true,
            500,
            1_000,
            List.of(new Ask(8, new UUID(1, 2), 6, 10, 100, 9, 90, 11, true)),
            new int[] {3});
    private static final ReplicaAnswer ANSWER = new ReplicaAnswer(
            7,
            3,
            1,
            9,
            5,
            Status.OK,
            4,
            List.of(
                    new Part(
                            8,
                            10,
                            100,
                            FetchError.NONE,
                            10,
                            95,
                            11,
                            120,
                            true,
                            null,
                            List.of(records("ab"), records("c"))),
                    new Part(2, 10, 50, FetchError.NONE, 10, 40, 0, 60, false, new EpochEnd(9, 45), List.of()),
                    new Part(4, 1, 5, FetchError.FENCED_LEADER_EPOCH, 12, -1, 0, 0, false, null, List.of())));

    private static HeapPayload records(String text) {
        return HeapPayload.of(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static ByteBuffer frame(ReplicaAnswer answer) {
        ByteBuffer head = ReplicationCodec.encodeHead(answer);
        ByteBuffer frame = ByteBuffer.allocate(head.remaining() + answer.sizeBytes());
        frame.put(head);
        answer.parts().forEach(part -> part.records().forEach(payload -> frame.put(payload.bytes())));
        return frame.flip();
    }

    @Test
    void aFetchIsTheseBytes() {
        assertThat(HexFormat.of().formatHex(ReplicationCodec.encode(FETCH).array()))
                .isEqualTo("0201" + "00000003" + "00000002" + "00000001" + "000000000000004d" + "00000004"
                        + "0000000000000009" + "00000005" + "01" + "000001f4" + "000003e8" + "00000001"
                        + "00000008" + "0000000000000001" + "0000000000000002" + "00000006" + "0000000a"
                        + "0000000000000064" + "00000009" + "000000000000005a" + "000000000000000b" + "01"
                        + "00000001" + "00000003");
    }

    @Test
    void anAnswerIsTheseBytes() {
        String nothing = "ffffffff" + "ffffffffffffffff";
        assertThat(HexFormat.of().formatHex(frame(ANSWER).array()))
                .isEqualTo("0202" + "00000001" + "00000007" + "00000003" + "0000000000000009" + "00000005" + "00"
                        + "00000004" + "00000003"
                        + "00000008" + "0000000a" + "0000000000000064" + "00" + "0000000a" + "000000000000005f"
                        + "000000000000000b" + "0000000000000078" + "01" + nothing + "00000003"
                        + "00000002" + "0000000a" + "0000000000000032" + "00" + "0000000a" + "0000000000000028"
                        + "0000000000000000" + "000000000000003c" + "00" + "00000009" + "000000000000002d" + "00000000"
                        + "00000004" + "00000001" + "0000000000000005" + "03" + "0000000c" + "ffffffffffffffff"
                        + "0000000000000000" + "0000000000000000" + "00" + nothing + "00000000"
                        + "616263");
    }

    @Test
    void whatIsWrittenIsRead() throws Exception {
        ReplicaFetch fetch =
                ReplicationCodec.decode(ReplicationCodec.encode(FETCH)).fetch();
        assertThat(fetch).usingRecursiveComparison().isEqualTo(FETCH);

        ReplicaAnswer answer = ReplicationCodec.decode(frame(ANSWER)).answer();
        assertThat(answer).usingRecursiveComparison().ignoringFields("parts").isEqualTo(ANSWER);
        assertThat(answer.parts().get(0).records()).hasSize(1);
        assertThat(StandardCharsets.US_ASCII
                        .decode(answer.parts().get(0).records().get(0).bytes())
                        .toString())
                .isEqualTo("abc");
        assertThat(answer.parts().subList(1, 3)).isEqualTo(ANSWER.parts().subList(1, 3));
    }

    @Test
    void theShardIsFoundWithoutReadingTheRest() {
        assertThat(ReplicationCodec.shardOf(ReplicationCodec.encode(FETCH))).isEqualTo(3);
        assertThat(ReplicationCodec.shardOf(frame(ANSWER))).isEqualTo(1);
        assertThat(ReplicationCodec.shardOf(ByteBuffer.allocate(3))).isEqualTo(-1);
        assertThat(ReplicationCodec.shardOf(ByteBuffer.allocate(30))).isEqualTo(-1);
    }

    @Test
    void anotherVersionIsRefused() {
        ByteBuffer frame = ReplicationCodec.encode(FETCH).put(0, (byte) 1);
        assertThatThrownBy(() -> ReplicationCodec.decode(frame))
                .isInstanceOf(MalformedFrameException.class)
                .hasMessageContaining("version 1");
    }

    @Test
    void damagedFramesAreReadOrRefusedAndNothingElse() {
        Random random = new Random(1);
        for (int i = 0; i < 50_000; i++) {
            byte[] frame = i % 2 == 0
                    ? frame(ANSWER).array().clone()
                    : ReplicationCodec.encode(FETCH).array().clone();
            for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                frame[random.nextInt(frame.length)] = (byte) random.nextInt();
            }
            int length = random.nextInt(3) == 0 ? random.nextInt(frame.length) : frame.length;
            try {
                ReplicationCodec.decode(ByteBuffer.wrap(frame, 0, length));
            } catch (MalformedFrameException refused) {
                assertThat(refused.getMessage()).isNotBlank();
            }
        }
    }
}
