package io.millrace.protocol;

import io.netty.buffer.ByteBuf;

/**
 * Response headers: v0 is the correlation id, v1 adds an empty section of tagged fields.
 *
 * <p>Thread: any; stateless.
 */
public final class ResponseHeaders {
    private ResponseHeaders() {}

    public static int size(short headerVersion) {
        return headerVersion >= 1 ? Integer.BYTES + 1 : Integer.BYTES;
    }

    public static void write(ByteBuf out, short headerVersion, int correlationId) {
        out.writeInt(correlationId);
        if (headerVersion >= 1) {
            out.writeByte(0);
        }
    }
}
