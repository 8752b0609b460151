package io.millrace.client.link;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Finds large messages in what comes in on a connection of the bus and has the socket read into them, outside of the heap. The body
 * of one that somebody waits for is his, and Vert.x gets the message without it; a large message of anybody else goes on in one piece.
 * All the rest, small ones above all, goes on as it came.
 *
 * <p>Memory follows what has really arrived, up to the size that messages before had.
 *
 * <p>Thread: the connection's loop.
 */
final class AnswerReader extends ChannelInboundHandlerAdapter {
    /** Less than this is not worth the search for who waits for it. */
    static final int LEAST_TAKEN_BYTES = 16 << 10;
    /** What is larger is no answer of a node's; Vert.x may judge it. */
    static final int MOST_TAKEN_BYTES = 128 << 20;

    private static final int MOST_TRUSTED_BYTES = 4 << 20;

    private final BusAnswers answers;
    private int size;
    /** How much of the size of the next message is known. */
    private int sizeBytes;
    /** What is still to come of a message that goes on as it comes. */
    private long passing;
    /** A large one, under way; null for none. */
    private ByteBuf message;
    /** A part of it that the socket is being read into; null for none. */
    private ByteBuf lent;

    private int trustedBytes = LEAST_TAKEN_BYTES;
    private boolean closed;

    AnswerReader(BusAnswers answers) {
        this.answers = answers;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        context.channel().config().setRecvByteBufAllocator(new AnswerReads(this::lend));
    }

    private ByteBuf lend() {
        if (message == null || message.writableBytes() < LEAST_TAKEN_BYTES) {
            return null;
        }
        lent = message.retainedSlice(message.writerIndex(), message.writableBytes())
                .clear();
        return lent;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object read) {
        if (!(read instanceof ByteBuf in)) {
            context.fireChannelRead(read);
            return;
        }
        try {
            if (in == lent) {
                // It is where it belongs already.
                message.writerIndex(message.writerIndex() + in.readableBytes());
                in.skipBytes(in.readableBytes());
                passIfWhole(context);
            } else {
                cut(context, in);
            }
        } finally {
            lent = null;
            in.release();
        }
    }

    private void cut(ChannelHandlerContext context, ByteBuf in) {
        // Where that begins which goes on as it is.
        int from = in.readerIndex();
        while (in.isReadable() && !closed) {
            if (message != null) {
                int part = Math.min(in.readableBytes(), size - message.writerIndex());
                makeRoom(part);
                message.writeBytes(in, part);
                from = in.readerIndex();
                passIfWhole(context);
            } else if (passing > 0) {
                int part = (int) Math.min(passing, in.readableBytes());
                in.skipBytes(part);
                passing -= part;
            } else {
                from = begin(context, in, from);
            }
        }
        goOn(context, in, from, in.readerIndex());
    }

    /** Reads a message's size, and decides by it; returns where that begins which goes on as it is. */
    private int begin(ChannelHandlerContext context, ByteBuf in, int from) {
        int at = in.readerIndex();
        while (sizeBytes < Integer.BYTES && in.isReadable()) {
            size = size << Byte.SIZE | in.readUnsignedByte();
            sizeBytes++;
        }
        boolean isKnown = sizeBytes == Integer.BYTES;
        if (isKnown && (size < LEAST_TAKEN_BYTES || size > MOST_TAKEN_BYTES)) {
            passing = Math.max(0, size);
            boolean isInOnePiece = in.readerIndex() - at == Integer.BYTES;
            sizeBytes = 0;
            if (isInOnePiece) {
                return from;
            }
            context.fireChannelRead(Unpooled.buffer(Integer.BYTES).writeInt(size));
            return in.readerIndex();
        }
        // The size is kept here: it goes on with the message, or when the rest of it is there.
        goOn(context, in, from, at);
        if (isKnown) {
            sizeBytes = 0;
            message = room(Math.min(size, trustedBytes), size);
        }
        return in.readerIndex();
    }

    private static ByteBuf room(int bytes, int most) {
        try {
            return PooledByteBufAllocator.DEFAULT.directBuffer(bytes, most);
        } catch (OutOfMemoryError scarce) {
            // What there is too little of is memory outside of the heap.
            return Unpooled.buffer(bytes, most);
        }
    }

    private void makeRoom(int bytes) {
        try {
            message.ensureWritable(bytes);
        } catch (OutOfMemoryError scarce) {
            // As above: else the connection would end here, and so would the next one.
            ByteBuf former = message;
            int here = former.writerIndex();
            message = Unpooled.buffer((int) Math.min(size, 2L * (here + bytes)), size)
                    .writeBytes(former, 0, here);
            former.release();
        }
    }

    private static void goOn(ChannelHandlerContext context, ByteBuf in, int from, int to) {
        if (to > from) {
            context.fireChannelRead(in.retainedSlice(from, to - from));
        }
    }

    private void passIfWhole(ChannelHandlerContext context) {
        if (message.writerIndex() < size) {
            return;
        }
        ByteBuf whole = message;
        message = null;
        trustedBytes = Math.min(MOST_TRUSTED_BYTES, Math.max(trustedBytes, size));
        BusHead head = BusHead.parse(whole);
        if (head != null && DoorCodec.NAME.equals(head.codec())) {
            // Vert.x' part is made first: who gets the body may be done with it at once.
            ByteBuf withoutBody = copy(whole, head.bodyAt() + Integer.BYTES);
            withoutBody.setInt(Integer.BYTES + head.bodyAt(), 0);
            if (answers.give(head.address(), whole.readerIndex(head.bodyAt() + Integer.BYTES))) {
                context.fireChannelRead(withoutBody);
                return;
            }
        }
        try {
            context.fireChannelRead(copy(whole, size));
        } finally {
            whole.release();
        }
    }

    /** The first bytes of a message, their number before them. */
    private static ByteBuf copy(ByteBuf whole, int bytes) {
        int length = Integer.BYTES + bytes;
        return Unpooled.buffer(length, length).writeInt(bytes).writeBytes(whole, 0, bytes);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        closed = true;
        if (message != null) {
            message.release();
            message = null;
        }
    }
}
