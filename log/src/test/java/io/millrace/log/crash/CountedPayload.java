package io.millrace.log.crash;

import io.millrace.log.Payload;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A payload that behaves like a pooled buffer: after the last release its bytes belong to someone else, so they are
 * overwritten and every use is an error.
 *
 * <p>Thread: the simulation's only thread.
 */
final class CountedPayload implements Payload {
    private final byte[] bytes;
    private int references = 1;

    CountedPayload(ByteBuffer content) {
        bytes = new byte[content.remaining()];
        content.duplicate().get(bytes);
    }

    @Override
    public ByteBuffer bytes() {
        held();
        return ByteBuffer.wrap(bytes);
    }

    @Override
    public int sizeBytes() {
        return bytes.length;
    }

    @Override
    public Payload retain() {
        held();
        references++;
        return this;
    }

    @Override
    public void release() {
        held();
        references--;
        if (references == 0) {
            Arrays.fill(bytes, (byte) 0xEE);
        }
    }

    private void held() {
        if (references <= 0) {
            throw new IllegalStateException("payload of " + bytes.length + " bytes is used after its last release");
        }
    }
}
