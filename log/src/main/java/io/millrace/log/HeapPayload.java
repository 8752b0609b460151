package io.millrace.log;

import java.nio.ByteBuffer;

/**
 * Bytes that nobody pools: internal records and tests. Release does nothing, the garbage collector does the rest.
 *
 * <p>Thread: any, under the rules of {@link Payload}.
 */
public final class HeapPayload implements Payload {
    private final ByteBuffer buffer;

    private HeapPayload(ByteBuffer buffer) {
        this.buffer = buffer;
    }

    public static HeapPayload of(byte[] bytes) {
        return new HeapPayload(ByteBuffer.wrap(bytes));
    }

    /** The bytes between position and limit; they are not copied. */
    public static HeapPayload of(ByteBuffer bytes) {
        return new HeapPayload(bytes.slice());
    }

    @Override
    public ByteBuffer bytes() {
        return buffer.duplicate();
    }

    @Override
    public int sizeBytes() {
        return buffer.remaining();
    }

    @Override
    public Payload retain() {
        return this;
    }

    @Override
    public void release() {}
}
