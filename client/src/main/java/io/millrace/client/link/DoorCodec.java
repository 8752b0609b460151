package io.millrace.client.link;

import io.netty.buffer.ByteBuf;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.buffer.impl.BufferImpl;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageCodec;
import io.vertx.core.internal.buffer.BufferInternal;

/**
 * How messages to the nodes' doors and their answers travel.
 *
 * <p>The bytes are those of Vert.x' own codec of buffers. The difference is in the copies: the body goes into a wire buffer that
 * gets the size it needs (not the next power of two), and the receiver has a view of what arrived. {@link DoorRequest} saves the first
 * of them too where it can. It is the node's codec once more,
 * because client and node share no module that knows Vert.x.
 *
 * <p>Thread: any; stateless.
 */
class DoorCodec implements MessageCodec<Buffer, Buffer> {
    static final String NAME = "millrace.door";

    /** Makes it known to a bus, unless it is already. */
    static void register(EventBus bus) {
        try {
            bus.registerCodec(new DoorCodec());
        } catch (IllegalStateException registered) {
            // By a client or a node in this process: its codec has this name and does the same.
            return;
        }
    }

    @Override
    public void encodeToWire(Buffer wire, Buffer body) {
        int bytes = body.length();
        if (wire instanceof BufferImpl owned) {
            ByteBuf target = owned.byteBuf();
            int needed = target.writerIndex() + Integer.BYTES + bytes;
            if (needed > target.capacity()) {
                target.capacity(needed);
            }
        }
        wire.appendInt(bytes);
        wire.appendBuffer(body);
    }

    @Override
    public Buffer decodeFromWire(int position, Buffer wire) {
        int start = position + Integer.BYTES;
        return ((BufferInternal) wire).slice(start, start + wire.getInt(position));
    }

    /** Within one process the body is handed over: its sender does not touch it any more. */
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
