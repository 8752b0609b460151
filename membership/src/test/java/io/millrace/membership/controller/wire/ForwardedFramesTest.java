package io.millrace.membership.controller.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.membership.controller.ControllerCommand;
import io.millrace.membership.controller.ControllerError;
import io.millrace.membership.controller.UnregisterBroker;
import io.millrace.membership.record.RecordCodecException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Commands and answers as bytes: fixed per version, complete, and no bytes at all do harm. */
class ForwardedFramesTest {
    /** What version 1 writes. A change here cuts a rolling upgrade in two: add a version instead. */
    private static final List<String> GOLDEN = List.of(
            "010e010201610101010002020401016b0001620604000001",
            "0100d804010200010c726574656e74696f6e2e6d73010135010001050001106c6f672e726574656e74696f6e2e"
                    + "6d73000500000301610100000000000000010000000000000002044e4f4e450002040001620014544f5049435f"
                    + "414c52454144595f45584953545301086973207468657265010102016301000000000000000100000000000000"
                    + "02044e4f4e4500020400",
            "010e020201016100000100000000000000010000000000000002",
            "0100d80402020101610017544f5049435f44454c4554494f4e5f44495341424c454401036f6666000100000000"
                    + "000000010000000000000002044e4f4e4500",
            "010e03020161060102000102000204020162080000",
            "0100d80403010161044e4f4e4500",
            "010e040102016102016b02010176016bff0001",
            "0100d8040401fd01610e494e56414c49445f434f4e46494701016d",
            "010e0501040001016b01017600",
            "0100d80405010400044e4f4e4500",
            "010e06029a01",
            "0100d80406044e4f4e4500f02ed00f",
            "010e070163060000000000000001000000000000000201014c033a3a31888e0109504c41494e54455854010172"
                    + "02000000000000000100000000000000020000000000000001000000000000000201",
            "0100d804071d4455504c49434154455f42524f4b45525f524547495354524154494f4e01056c6976657301",
            "010e0812",
            "0100d80408044e4f4e4500",
            "010e09040a80808080804000010100000000000000010000000000000002",
            "0100d80409044e4f4e4500010001",
            "010e0a02100100000000000000010000000000000002080a0c01020101",
            "0100d8040a044e4f4e4500010000000000000001000000000000000208044e4f4e45020a020204000e",
            "010e0b010101016102",
            "0100d8040b0101610213454c454354494f4e5f4e4f545f4e454544454401056c65616473",
            "010e0b0000",
            "0100d8040b00",
            "010e0c02016100010206020161020001",
            "0100d8040c010161021b4e4f5f524541535349474e4d454e545f494e5f50524f475245535300",
            "010e0e040a010000000000000001000000000000000206",
            "0100d8040e125354414c455f42524f4b45525f45504f4348010135",
            "010e0d",
            "0100d8040d02128c01010201000000000000000100000000000000028c010000010800010101",
            "010e0f02060100000000000000010000000000000002",
            "0100d8040f0f4455504c49434154455f564f54455201096974206973206f6e65",
            "01010e4e4f545f434f4e54524f4c4c455201026e6f",
            "010200");

    @Test
    void everyCommandAndAnswerHasTheBytesItAlwaysHad() {
        List<String> now = new ArrayList<>();
        for (byte[] frame : frames()) {
            now.add(HexFormat.of().formatHex(frame));
        }
        assertThat(now).isEqualTo(GOLDEN);
    }

    @Test
    void everyKindOfCommandIsAmongTheSamples() {
        Set<Class<?>> kinds = new HashSet<>();
        WireSamples.all().forEach(sample -> kinds.add(sample.command().getClass()));
        assertThat(kinds)
                .containsExactlyInAnyOrderElementsOf(
                        kindsOf(ControllerCommand.class).toList());
    }

    private static Stream<Class<?>> kindsOf(Class<?> type) {
        return type.isSealed()
                ? Arrays.stream(type.getPermittedSubclasses()).flatMap(ForwardedFramesTest::kindsOf)
                : Stream.of(type);
    }

    @Test
    void whatGoesOutComesBack() {
        for (WireSamples.Sample sample : WireSamples.all()) {
            ForwardedCommand command = new ForwardedCommand(41, sample.command());
            assertThat(ForwardedCommand.decode(command.encode())).isEqualTo(command);
            for (ForwardedAnswer answer : answers(sample)) {
                assertThat(ForwardedAnswer.decode(sample.command(), answer.encode()))
                        .isEqualTo(answer);
            }
        }
    }

    @Test
    void anAnswerToAnotherKindOfCommandIsNone() {
        WireSamples.Sample first = WireSamples.all().get(0);
        byte[] answer = new ForwardedAnswer.Done(first.command(), 1, first.outcome()).encode();

        assertThatThrownBy(() -> ForwardedAnswer.decode(new UnregisterBroker(1), answer))
                .isInstanceOf(RecordCodecException.class)
                .hasMessageContaining("another kind");
    }

    @Test
    void aFrameOfAnotherVersionIsRefusedByItsNumber() {
        byte[] frame = new ForwardedCommand(1, new UnregisterBroker(1)).encode();
        frame[0] = 2;

        assertThatThrownBy(() -> ForwardedCommand.decode(frame))
                .isInstanceOf(RecordCodecException.class)
                .hasMessage("frames of version 2 are not known to this version");
    }

    @Test
    void aFrameThatIsTooLargeIsRefusedUnread() {
        assertThatThrownBy(() -> ForwardedCommand.decode(new byte[ForwardedCommand.MAX_BYTES + 1]))
                .isInstanceOf(RecordCodecException.class)
                .hasMessageContaining("exceeds");
    }

    @Test
    void everyShorterAndEveryLongerFrameIsRefused() {
        for (WireSamples.Sample sample : WireSamples.all()) {
            byte[] command = new ForwardedCommand(3, sample.command()).encode();
            byte[] answer = new ForwardedAnswer.Done(sample.command(), 3, sample.outcome()).encode();
            for (int length = 0; length < command.length; length++) {
                byte[] cut = Arrays.copyOf(command, length);
                assertThatThrownBy(() -> ForwardedCommand.decode(cut)).isInstanceOf(RecordCodecException.class);
            }
            for (int length = 0; length < answer.length; length++) {
                byte[] cut = Arrays.copyOf(answer, length);
                assertThatThrownBy(() -> ForwardedAnswer.decode(sample.command(), cut))
                        .isInstanceOf(RecordCodecException.class);
            }
            assertThatThrownBy(() -> ForwardedCommand.decode(Arrays.copyOf(command, command.length + 1)))
                    .isInstanceOf(RecordCodecException.class);
        }
    }

    @Test
    void damagedFramesAreReadOrRefusedButDoNoHarm() {
        Random random = new Random(5);
        int refused = 0;
        for (int round = 0; round < 20_000; round++) {
            WireSamples.Sample sample =
                    WireSamples.all().get(random.nextInt(WireSamples.all().size()));
            boolean asked = random.nextBoolean();
            byte[] frame = asked
                    ? new ForwardedCommand(7, sample.command()).encode()
                    : new ForwardedAnswer.Done(sample.command(), 7, sample.outcome()).encode();
            for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                frame[random.nextInt(frame.length)] = (byte) random.nextInt(256);
            }
            try {
                Object read = asked ? ForwardedCommand.decode(frame) : ForwardedAnswer.decode(sample.command(), frame);
                assertThat(read).isNotNull();
            } catch (RecordCodecException expected) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(1_000);
    }

    private static List<ForwardedAnswer> answers(WireSamples.Sample sample) {
        return List.of(
                new ForwardedAnswer.Done(sample.command(), 1L << 33, sample.outcome()),
                new ForwardedAnswer.Refused(ControllerError.NOT_CONTROLLER, "no"),
                new ForwardedAnswer.Unknown("lost"));
    }

    private static List<byte[]> frames() {
        List<byte[]> frames = new ArrayList<>();
        for (WireSamples.Sample sample : WireSamples.all()) {
            frames.add(new ForwardedCommand(7, sample.command()).encode());
            frames.add(new ForwardedAnswer.Done(sample.command(), 300, sample.outcome()).encode());
        }
        frames.add(new ForwardedAnswer.Refused(ControllerError.NOT_CONTROLLER, "no").encode());
        frames.add(new ForwardedAnswer.Unknown(null).encode());
        return frames;
    }
}
