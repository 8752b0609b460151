package io.millrace.bench.bus;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageCodec;

/**
 * A body codec that hands the receiver a view of the wire buffer instead of a copy of it.
 *
 * <p>Thread: any; stateless.
 */
final class SliceCodec implements MessageCodec<Buffer, Buffer> {
    static final String NAME = "slice";

    @Override
    public void encodeToWire(Buffer wire, Buffer body) {
        wire.appendInt(body.length());
        wire.appendBuffer(body);
    }

    @Override
    public Buffer decodeFromWire(int position, Buffer wire) {
        int start = position + Integer.BYTES;
        return wire.slice(start, start + wire.getInt(position));
    }

    @Override
    public Buffer transform(Buffer body) {
        return body;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public byte systemCodecID() {
        return -1;
    }
}
