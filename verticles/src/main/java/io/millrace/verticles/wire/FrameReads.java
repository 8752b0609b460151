package io.millrace.verticles.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import java.util.function.Supplier;

/**
 * Lets the socket be read straight into the frame that is under way, so that a large one is not copied once more. All else
 * is read into buffers of the usual, adapting size.
 *
 * <p>Thread: the connection's event loop.
 */
public final class FrameReads implements RecvByteBufAllocator {
    /** Netty's own for streams: so often a socket is read before others get their turn. */
    private static final int READS_PER_TURN = 16;

    private final RecvByteBufAllocator usual = new AdaptiveRecvByteBufAllocator().maxMessagesPerRead(READS_PER_TURN);
    private final Supplier<ByteBuf> frameSpace;

    /** @param frameSpace room in the frame under way, retained; null when there is none that is worth it */
    public FrameReads(Supplier<ByteBuf> frameSpace) {
        this.frameSpace = frameSpace;
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
            ByteBuf space = frameSpace.get();
            return space == null ? delegate().allocate(allocator) : space;
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
            return ((ExtendedHandle) delegate()).continueReading(maybeMore);
        }
    }
}
