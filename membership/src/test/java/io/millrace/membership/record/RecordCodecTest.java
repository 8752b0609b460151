package io.millrace.membership.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Records as bytes: fixed for ever per version, and no bytes at all do harm. */
class RecordCodecTest {
    /** What version 1 writes. A change here makes older logs unreadable: add a version instead. */
    private static final List<String> GOLDEN = List.of(
            "01010102030405060708090a0b0c0d0e0f10066f7264657273",
            "02010102030405060708090a0b0c0d0e0f1000030204060100000000000000010000000000000002" + "0202040106000208"
                    + "0e0101120110",
            "03010102030405060708090a0b0c0d0e0f10d804010a10007f000102010401020000" + "00",
            "03010102030405060708090a0b0c0d0e0f1000040a10ff00",
            "04010102030405060708090a0b0c0d0e0f10",
            "050102066f72646572730c726574656e74696f6e2e6d73010431303030",
            "05010400136d696e2e696e73796e632e7265706c6963617300",
            "06010200000000000000030000000000000004010109504c41494e54455854033a3a31888e0109504c41494e54455854"
                    + "01027231010000000000000001000000000000000201" + "00",
            "060104000000000000000500000000000000069a010000000001",
            "0701020a020000",
            "0701020a00010101" + "00000000000000010000000000000002",
            "0801020a",
            "0901020af02e",
            "0a01116d696c6c726163652e6d6574616461746102",
            "0b010212");

    @Test
    void everyRecordHasTheBytesItAlwaysHad() {
        List<MetadataRecord> samples = Samples.all();
        for (int i = 0; i < samples.size(); i++) {
            assertThat(HexFormat.of().formatHex(RecordCodec.encode(samples.get(i))))
                    .as("%s", samples.get(i))
                    .isEqualTo(GOLDEN.get(i));
        }
    }

    @Test
    void everyRecordComesBackAsItWent() {
        for (MetadataRecord record : Samples.all()) {
            assertThat(RecordCodec.decode(RecordCodec.encode(record))).isEqualTo(record);
        }
    }

    @Test
    void aTypeOfANewerVersionIsRefusedByItsNumber() {
        assertThatThrownBy(() -> RecordCodec.decode(new byte[] {12, 1, 0}))
                .isInstanceOf(RecordCodecException.class)
                .hasMessage("metadata record type 12 is not known to this version: use the build that wrote it");
    }

    @Test
    void aNewerVersionOfAKnownTypeIsRefused() {
        byte[] bytes = RecordCodec.encode(Samples.all().get(0));
        bytes[1] = 2;
        assertThatThrownBy(() -> RecordCodec.decode(bytes))
                .isInstanceOf(RecordCodecException.class)
                .hasMessage("metadata record type 1 has version 2, this version reads up to 1");
    }

    @Test
    void bytesAfterTheEndAreRefused() {
        for (MetadataRecord record : Samples.all()) {
            byte[] bytes = RecordCodec.encode(record);
            assertThatThrownBy(() -> RecordCodec.decode(Arrays.copyOf(bytes, bytes.length + 1)))
                    .isInstanceOf(RecordCodecException.class);
        }
    }

    @Test
    void everyShorterPrefixIsRefused() {
        for (MetadataRecord record : Samples.all()) {
            byte[] bytes = RecordCodec.encode(record);
            for (int length = 0; length < bytes.length; length++) {
                byte[] prefix = Arrays.copyOf(bytes, length);
                assertThatThrownBy(() -> RecordCodec.decode(prefix))
                        .as("%s cut to %s bytes", record, length)
                        .isInstanceOf(RecordCodecException.class);
            }
        }
    }

    @Test
    void damagedBytesGiveARecordOrARefusalAndNothingElse() {
        Random random = new Random(7);
        List<MetadataRecord> samples = Samples.all();
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = RecordCodec.encode(samples.get(random.nextInt(samples.size())));
            for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            try {
                RecordCodec.decode(bytes);
            } catch (RecordCodecException e) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(1_000);
    }
}
