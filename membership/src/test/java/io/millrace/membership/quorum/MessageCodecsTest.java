package io.millrace.membership.quorum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.membership.quorum.QuorumMessage.FetchOutcome;
import io.millrace.membership.quorum.QuorumMessage.SnapshotResponse;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What quorum members send each other: these bytes, and no others are taken for a message. */
class MessageCodecsTest {
    private static final UUID ID = new UUID(0x0102030405060708L, 0x090a0b0c0d0e0f10L);
    private static final LogPosition POSITION = new LogPosition(258, 3);
    private static final QuorumBatch BATCH =
            new QuorumBatch(5, 2, false, List.of(new byte[] {1, 2}, new byte[] {}, new byte[] {3}));

    private static final List<QuorumMessage> ALL = List.of(
            new QuorumMessage.VoteRequest(7, ID, POSITION, true),
            new QuorumMessage.VoteRequest(7, ID, POSITION, false, Optional.of(new UUID(3, 4))),
            new QuorumMessage.VoteResponse(7, -1, true, false),
            new QuorumMessage.BeginEpoch(7, 2),
            new QuorumMessage.EndEpoch(7, List.of(3, 1)),
            new QuorumMessage.FetchRequest(7, ID, POSITION, 200),
            new QuorumMessage.FetchResponse(7, 2, POSITION, 200, new FetchOutcome.Diverged(POSITION)),
            new QuorumMessage.FetchResponse(7, 2, POSITION, 200, new FetchOutcome.SnapshotNeeded(POSITION)),
            new QuorumMessage.FetchResponse(7, 2, POSITION, 200, new FetchOutcome.NotLeader()),
            new QuorumMessage.SnapshotRequest(7, POSITION, 4096));

    private static final FormationMessage HELLO = new FormationMessage.Hello(ID, "abcd", Optional.empty());
    private static final FormationMessage WELCOME =
            new FormationMessage.Welcome("theCluster", new VoterSet(Map.of(1, ID, 2, new UUID(1, 2))), "abcd");

    private static QuorumMessage again(QuorumMessage message) {
        return QuorumMessageCodec.decode(ByteBuffer.wrap(QuorumMessageCodec.encode(message)));
    }

    @Test
    void everyMessageIsReadAsItWasWritten() {
        assertThat(ALL).allSatisfy(message -> assertThat(again(message)).isEqualTo(message));
        for (FormationMessage message : List.of(HELLO, WELCOME)) {
            assertThat(FormationMessageCodec.decode(ByteBuffer.wrap(FormationMessageCodec.encode(message))))
                    .isEqualTo(message);
        }
    }

    @Test
    void batchesAndPartsOfSnapshotsKeepTheirBytes() {
        QuorumMessage.FetchResponse batches = (QuorumMessage.FetchResponse) again(
                new QuorumMessage.FetchResponse(7, 2, POSITION, 200, new FetchOutcome.Batches(List.of(BATCH, BATCH))));
        List<QuorumBatch> read = ((FetchOutcome.Batches) batches.outcome()).batches();
        assertThat(read).hasSize(2).allSatisfy(batch -> {
            assertThat(batch.baseOffset()).isEqualTo(5);
            assertThat(batch.records()).hasSize(3);
            assertThat(batch.records().get(0)).containsExactly(1, 2);
        });

        SnapshotResponse part =
                (SnapshotResponse) again(new SnapshotResponse(7, 2, POSITION, 4096, 9000, new byte[] {9, 8}));
        assertThat(part.bytes()).containsExactly(9, 8);
        assertThat(part.totalBytes()).isEqualTo(9000);
    }

    @Test
    void messagesHaveTheseBytes() {
        assertThat(HexFormat.of().formatHex(QuorumMessageCodec.encode(ALL.get(0))))
                .isEqualTo("01" + "01" + "00000007" + "0102030405060708090a0b0c0d0e0f10" + "0000000000000102"
                        + "00000003" + "01");
        assertThat(HexFormat.of()
                        .formatHex(QuorumMessageCodec.encode(new QuorumMessage.FetchResponse(
                                7,
                                2,
                                POSITION,
                                200,
                                new FetchOutcome.Batches(
                                        List.of(new QuorumBatch(5, 2, true, List.of(new byte[] {1, 2}))))))))
                .isEqualTo("01" + "06" + "00000007" + "00000002" + "0000000000000102" + "00000003"
                        + "00000000000000c8" + "00" + "00000001" + "0000000000000005" + "00000002" + "01"
                        + "00000001" + "00000002" + "0102");
        assertThat(HexFormat.of().formatHex(FormationMessageCodec.encode(HELLO)))
                .isEqualTo("01" + "01" + "0102030405060708090a0b0c0d0e0f10" + "04" + "61626364" + "00");
    }

    @Test
    void anotherVersionOrKindIsRefused() {
        byte[] later = QuorumMessageCodec.encode(ALL.get(3));
        later[0] = 2;
        assertThatThrownBy(() -> QuorumMessageCodec.decode(ByteBuffer.wrap(later)))
                .isInstanceOf(MessageFormatException.class)
                .hasMessage("version 2, expected 1");
        byte[] unknown = QuorumMessageCodec.encode(ALL.get(3));
        unknown[1] = 99;
        assertThatThrownBy(() -> QuorumMessageCodec.decode(ByteBuffer.wrap(unknown)))
                .isInstanceOf(MessageFormatException.class);
    }

    @Test
    void everyPrefixAndEveryExtraByteIsRefused() {
        for (QuorumMessage message : ALL) {
            byte[] bytes = QuorumMessageCodec.encode(message);
            for (int length = 0; length < bytes.length; length++) {
                ByteBuffer cut = ByteBuffer.wrap(bytes, 0, length);
                assertThatThrownBy(() -> QuorumMessageCodec.decode(cut)).isInstanceOf(MessageFormatException.class);
            }
            byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
            assertThatThrownBy(() -> QuorumMessageCodec.decode(ByteBuffer.wrap(longer)))
                    .isInstanceOf(MessageFormatException.class);
        }
    }

    @Test
    void damagedBytesCostNoMemoryAndNoOtherException() {
        Random random = new Random(11);
        byte[][] seeds = {
            QuorumMessageCodec.encode(
                    new QuorumMessage.FetchResponse(7, 2, POSITION, 200, new FetchOutcome.Batches(List.of(BATCH)))),
            QuorumMessageCodec.encode(new SnapshotResponse(7, 2, POSITION, 4096, 9000, new byte[] {9, 8})),
            QuorumMessageCodec.encode(ALL.get(4)),
            FormationMessageCodec.encode(WELCOME)
        };
        int refused = 0;
        for (int i = 0; i < 200_000; i++) {
            byte[] damaged = seeds[i % seeds.length].clone();
            for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            try {
                if (i % seeds.length == 3) {
                    FormationMessageCodec.decode(ByteBuffer.wrap(damaged));
                } else {
                    QuorumMessageCodec.decode(ByteBuffer.wrap(damaged));
                }
            } catch (MessageFormatException expected) {
                refused++;
            }
        }
        assertThat(refused).isPositive();
    }
}
