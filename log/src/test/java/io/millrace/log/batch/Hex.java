package io.millrace.log.batch;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * Bytes as text in golden tests.
 *
 * <p>Thread: any (no state).
 */
public final class Hex {
    private Hex() {}

    public static String of(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return of(copy);
    }

    public static String of(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
