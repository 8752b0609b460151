package io.millrace.verticles.cluster;

import io.millrace.verticles.wire.FrameReads;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cuts what comes in on a connection of the bus into messages, outside of the heap, and reads large ones to where they stay. Those that
 * somebody takes are his; all others go on to Vert.x, each in one piece, which spares it the growing of its own buffer.
 *
 * <p>Memory follows what has really arrived, up to the size that messages before had.
 *
 * <p>Thread: the connection's loop.
 */
final class BusReader extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(BusReader.class);
    /**
     * No message is larger: a request has 100 MiB at most, as on a socket (SUPPORT), and a batch on its way to a follower no more
     * than that. Whoever announces more is no bus, and would have this node collect it.
     */
    static final int MOST_MESSAGE_BYTES = 128 << 20;

    private static final int FIRST_CAPACITY_BYTES = 4096;
    private static final int MOST_TRUSTED_BYTES = 1 << 20;
    /** Less than that comes with the next read of the usual size, perhaps together with other messages. */
    private static final int WORTH_LENDING_BYTES = 32 * 1024;

    private final BusTransport transport;
    private int size;
    private int sizeBytes;
    /** Under way; null until its size is known. */
    private ByteBuf message;
    /** A part of it that the socket is being read into; null for none. */
    private ByteBuf lent;

    private int trustedBytes = FIRST_CAPACITY_BYTES;
    private boolean broken;

    BusReader(BusTransport transport) {
        this.transport = transport;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        context.channel().config().setRecvByteBufAllocator(new FrameReads(this::lend));
    }

    private ByteBuf lend() {
        if (message == null || message.writableBytes() < WORTH_LENDING_BYTES) {
            return null;
        }
        lent = message.retainedSlice(message.writerIndex(), message.writableBytes())
                .clear();
        return lent;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object read) {
        ByteBuf in = (ByteBuf) read;
        try {
            while (in.isReadable() && !broken) {
                if (message == null) {
                    begin(context, in);
                } else if (in == lent) {
                    // It is where it belongs already.
                    message.writerIndex(message.writerIndex() + in.readableBytes());
                    in.skipBytes(in.readableBytes());
                } else {
                    message.ensureWritable(Math.min(in.readableBytes(), size - message.writerIndex()));
                    message.writeBytes(
                            in,
                            Math.min(
                                    in.readableBytes(),
                                    Math.min(message.writableBytes(), size - message.writerIndex())));
                }
                if (message != null && message.writerIndex() == size) {
                    pass(context);
                }
            }
        } finally {
            lent = null;
            in.release();
        }
    }

    private void begin(ChannelHandlerContext context, ByteBuf in) {
        while (sizeBytes < Integer.BYTES && in.isReadable()) {
            size = size << Byte.SIZE | in.readUnsignedByte();
            sizeBytes++;
        }
        if (sizeBytes < Integer.BYTES) {
            return;
        }
        if (size <= 0 || size > MOST_MESSAGE_BYTES) {
            log.warn(
                    "closes the bus connection of {}: it announces a message of {} bytes, 1 to {} are possible",
                    context.channel().remoteAddress(),
                    size,
                    MOST_MESSAGE_BYTES);
            broken = true;
            context.close();
            return;
        }
        message = PooledByteBufAllocator.DEFAULT.directBuffer(Math.min(size, trustedBytes), size);
    }

    private void pass(ChannelHandlerContext context) {
        ByteBuf whole = message;
        message = null;
        size = 0;
        sizeBytes = 0;
        if (!BusMessage.isOne(whole)) {
            whole.release();
            log.warn(
                    "closes the bus connection of {}: what it sends is no message of the bus; clients belong to the listeners",
                    context.channel().remoteAddress());
            broken = true;
            context.close();
            return;
        }
        trustedBytes = Math.min(MOST_TRUSTED_BYTES, Math.max(trustedBytes, whole.readableBytes()));
        BusMessage head = BusMessage.parse(whole);
        if (head != null && transport.give(head, whole)) {
            return;
        }
        try {
            int length = Integer.BYTES + whole.readableBytes();
            context.fireChannelRead(Unpooled.buffer(length, length)
                    .writeInt(whole.readableBytes())
                    .writeBytes(whole));
        } finally {
            whole.release();
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        broken = true;
        if (message != null) {
            message.release();
            message = null;
        }
    }
}
