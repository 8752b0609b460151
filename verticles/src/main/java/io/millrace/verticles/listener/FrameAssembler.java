package io.millrace.verticles.listener;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * Cuts a connection's byte stream into request frames, each bounded before a byte of it is stored.
 *
 * <p>A frame is a four-byte size followed by that many bytes, which begin with the API key; the largest size is looked
 * up by that key, so the first six bytes decide whether the rest is welcome. Memory follows what has really arrived: a
 * buffer starts small and doubles, so that a client that announces a large frame and sends nothing holds next to
 * nothing. A connection that has completed a large frame before is trusted with one of that size at once.
 *
 * <p>Thread: the connection's event loop.
 */
final class FrameAssembler {
    /** What became of the bytes that were fed. */
    enum Outcome {
        /** All bytes were consumed; a frame may be under way. */
        NEED_BYTES,
        /** {@link #take()} gives a complete frame; call {@link #feed} again with the rest. */
        FRAME,
        /** The request memory is used up; feed the same bytes again when some has been released. */
        NEED_MEMORY,
        /** The frame can not be accepted; {@link #refusal()} says why and the connection must be closed. */
        REFUSED
    }

    private static final int PREFIX_BYTES = 6;
    private static final int SMALLEST_FRAME_BYTES = 8;
    private static final int FIRST_CAPACITY_BYTES = 4096;
    private static final int MOST_TRUSTED_BYTES = 2 * 1024 * 1024;
    /** Less than that comes with the next read of the usual size, perhaps together with other frames. */
    private static final int WORTH_LENDING_BYTES = 32 * 1024;

    private final ByteBufAllocator allocator;
    private final FrameLimits limits;
    private final RequestMemory memory;
    private long prefix;
    private int prefixBytes;
    private int frameSize;
    private ByteBuf frame;
    /** A part of the frame that the socket is being read into; null for none. */
    private ByteBuf lent;

    private int permitBytes;
    private int takenPermitBytes;
    private int trustedBytes;
    private String refusal;

    FrameAssembler(ByteBufAllocator allocator, FrameLimits limits, RequestMemory memory) {
        this.allocator = allocator;
        this.limits = limits;
        this.memory = memory;
    }

    /** Consumes from {@code in} until a frame is complete or the bytes are used up. */
    Outcome feed(ByteBuf in) {
        if (prefixBytes < PREFIX_BYTES) {
            while (prefixBytes < PREFIX_BYTES && in.isReadable()) {
                prefix = prefix << 8 | in.readUnsignedByte();
                prefixBytes++;
            }
            if (prefixBytes < PREFIX_BYTES) {
                return prefixBytes >= Integer.BYTES && !possible((int) (prefix >> 8 * (prefixBytes - Integer.BYTES)))
                        ? Outcome.REFUSED
                        : Outcome.NEED_BYTES;
            }
            frameSize = (int) (prefix >> 16);
            if (!acceptable((short) prefix)) {
                return Outcome.REFUSED;
            }
        }
        if (frame == null && !begin(in.readableBytes())) {
            return Outcome.NEED_MEMORY;
        }
        if (in == lent) {
            // It is where it belongs already.
            frame.writerIndex(frame.writerIndex() + in.readableBytes());
            in.skipBytes(in.readableBytes());
            lent = null;
            return frame.writerIndex() == frameSize ? Outcome.FRAME : Outcome.NEED_BYTES;
        }
        while (true) {
            int wanted = Math.min(frameSize - frame.writerIndex(), in.readableBytes());
            int room = Math.min(wanted, frame.capacity() - frame.writerIndex());
            frame.writeBytes(in, room);
            if (frame.writerIndex() == frameSize) {
                return Outcome.FRAME;
            }
            if (room == wanted) {
                return Outcome.NEED_BYTES;
            }
            if (!grow()) {
                return Outcome.NEED_MEMORY;
            }
        }
    }

    /**
     * Where the next bytes of the frame under way can be read to without a copy, retained; null when that is not worth it.
     * What was read is then fed like everything else, and nothing else before it.
     */
    ByteBuf lend() {
        if (frame == null || frame.capacity() - frame.writerIndex() < WORTH_LENDING_BYTES) {
            return null;
        }
        int room = frame.capacity() - frame.writerIndex();
        lent = frame.retainedSlice(frame.writerIndex(), room).clear();
        return lent;
    }

    /** Whether any API has frames of this size: who sends another is not a client, and may send nothing more. */
    private boolean possible(int size) {
        if (size < SMALLEST_FRAME_BYTES) {
            refusal = "a frame of " + size + " bytes can not hold a request header";
            return false;
        }
        if (size > limits.largestFrameBytes()) {
            refusal = "a frame of " + size + " bytes is larger than any request may be";
            return false;
        }
        return true;
    }

    private boolean acceptable(short apiKey) {
        if (!possible(frameSize)) {
            return false;
        }
        int most = limits.maxFrameBytes(apiKey);
        if (most <= 0) {
            refusal = "API key " + apiKey + " is not served";
            return false;
        }
        if (frameSize > most) {
            refusal =
                    "a frame of " + frameSize + " bytes is larger than the " + most + " allowed for API key " + apiKey;
            return false;
        }
        return true;
    }

    private boolean begin(int readable) {
        int seen = Math.max(FIRST_CAPACITY_BYTES, readable + 2);
        int capacity = Math.min(frameSize, Math.max(trustedBytes, seen));
        if (!memory.tryAcquire(capacity)) {
            return false;
        }
        permitBytes = capacity;
        frame = allocator.directBuffer(capacity, frameSize);
        frame.writeShort((short) prefix);
        return true;
    }

    private boolean grow() {
        int capacity = (int) Math.min(frameSize, 2L * frame.capacity());
        if (!memory.tryAcquire(capacity - permitBytes)) {
            return false;
        }
        permitBytes = capacity;
        frame.capacity(capacity);
        return true;
    }

    /** The complete frame, from the API key on; the caller owns it and {@link #takenPermitBytes()} of memory. */
    ByteBuf take() {
        ByteBuf complete = frame;
        takenPermitBytes = permitBytes;
        trustedBytes = Math.min(MOST_TRUSTED_BYTES, Math.max(trustedBytes, frameSize));
        frame = null;
        permitBytes = 0;
        prefix = 0;
        prefixBytes = 0;
        return complete;
    }

    /** The request memory that went with the last frame taken. */
    int takenPermitBytes() {
        return takenPermitBytes;
    }

    /** True while part of a frame has arrived. */
    boolean isMidFrame() {
        return prefixBytes > 0;
    }

    /** Why the last outcome was {@link Outcome#REFUSED}. */
    String refusal() {
        return refusal;
    }

    /** Drops a frame under way and gives its memory back. */
    void release() {
        if (frame != null) {
            frame.release();
            frame = null;
        }
        memory.release(permitBytes);
        permitBytes = 0;
    }
}
