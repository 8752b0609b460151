package io.millrace.client.link;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import java.util.function.Supplier;

/**
 * Lets the socket be read straight into the message that is under way; all else is read into buffers of the usual, adapting size.
 *
 * <p>Thread: the connection's loop.
 */
final class AnswerReads implements RecvByteBufAllocator {
    /** Netty's own for streams: so often a socket is read before others get their turn. */
    private static final int READS_PER_TURN = 16;

    private final RecvByteBufAllocator usual = new AdaptiveRecvByteBufAllocator().maxMessagesPerRead(READS_PER_TURN);
    private final Supplier<ByteBuf> messageSpace;

    /** @param messageSpace room in the message under way, retained; null when there is none that is worth it */
    AnswerReads(Supplier<ByteBuf> messageSpace) {
        this.messageSpace = messageSpace;
    }

    @Override
    public Handle newHandle() {
        return new Reads(usual.newHandle());
    }

    /** One connection's. */
    private final class Reads extends DelegatingHandle implements ExtendedHandle {
        Reads(Handle usual) {
            super(usual);
        }

        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
            ByteBuf space = messageSpace.get();
            return space == null ? delegate().allocate(allocator) : space;
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
            return ((ExtendedHandle) delegate()).continueReading(maybeMore);
        }
    }
}
