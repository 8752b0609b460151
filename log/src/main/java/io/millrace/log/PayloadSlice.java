package io.millrace.log;

import java.nio.ByteBuffer;

/** Some of the batches of a payload that has several. Thread: as {@link Payload}. */
final class PayloadSlice implements Payload {
    private final Payload whole;
    private final int from;
    private final int sizeBytes;

    /** Takes over one reference to the whole. */
    PayloadSlice(Payload whole, int from, int sizeBytes) {
        this.whole = whole;
        this.from = from;
        this.sizeBytes = sizeBytes;
    }

    @Override
    public ByteBuffer bytes() {
        ByteBuffer all = whole.bytes();
        return all.slice(all.position() + from, sizeBytes);
    }

    @Override
    public int sizeBytes() {
        return sizeBytes;
    }

    @Override
    public Payload retain() {
        whole.retain();
        return this;
    }

    @Override
    public void release() {
        whole.release();
    }
}
