package io.millrace.log.compact;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The reference vectors of SipHash-2-4-128: key 00..0f, messages of rising length. */
class KeyHashTest {
    @ParameterizedTest
    @CsvSource({
        "0, a3817f04ba25a8e66df67214c7550293",
        "1, da87c1d86b99af44347659119b22fc45",
        "7, a1f1ebbed8dbc153c0b84aa61ff08239",
        "8, 3b62a9ba6258f5610f83e264f31497b4",
    })
    void itIsTheReferencesHash(int length, String expected) {
        ByteBuffer key = ByteBuffer.wrap(HexFormat.of().parseHex("000102030405060708090a0b0c0d0e0f"))
                .order(ByteOrder.LITTLE_ENDIAN);
        byte[] message = new byte[length + 3];
        for (int i = 0; i < length; i++) message[i + 3] = (byte) i;
        KeyHash hash = new KeyHash(key.getLong(0), key.getLong(8));

        hash.of(ByteBuffer.wrap(message).position(3));

        ByteBuffer result = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        result.putLong(hash.low()).putLong(hash.high());
        assertThat(HexFormat.of().formatHex(result.array())).isEqualTo(expected);
    }
}
