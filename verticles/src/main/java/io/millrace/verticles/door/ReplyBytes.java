package io.millrace.verticles.door;

import io.millrace.verticles.wire.FileBytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.FileRegion;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Puts the parts of an encoded answer together for a message's body: what is in memory by reference; what is in a file as well where the
 * connection can write that, and else read to where the socket takes it from.
 *
 * <p>Thread: the session's loop. Files' parts are resident in the page cache when they get here.
 */
final class ReplyBytes {
    private static final int SIZE_FIELD_BYTES = 4;
    /** Less is read: the kernel takes its time for each piece of a message. */
    private static final int WORTH_A_PIECE_BYTES = 16 << 10;

    private ReplyBytes() {}

    /** The body of the reply, outside of the heap; the parts go with it, or are released when it fails. */
    static ByteBuf of(List<?> parts) throws IOException {
        CompositeByteBuf body = new CompositeByteBuf(UnpooledByteBufAllocator.DEFAULT, true, parts.size() + 1);
        int taken = 0;
        try {
            body.addComponent(true, Unpooled.directBuffer(1, 1).writeByte(DoorFrame.VERSION));
            int skip = SIZE_FIELD_BYTES;
            for (Object part : parts) {
                if (part instanceof ByteBuf bytes) {
                    bytes.skipBytes(skip);
                    skip = 0;
                    taken++;
                    body.addComponent(true, bytes);
                } else {
                    ByteBuf read = read((FileRegion) part);
                    taken++;
                    body.addComponent(true, read);
                }
            }
            return body;
        } catch (Throwable failed) {
            // An error too: what there is least of here is memory outside of the heap, and that is told by one.
            parts.subList(taken, parts.size()).forEach(ReferenceCountUtil::release);
            body.release();
            throw failed;
        }
    }

    /** The body of the reply, with files where they are worth it; the parts go with it, or are released when it fails. */
    static ReplyBody withFiles(List<?> parts) throws IOException {
        if (parts.stream().noneMatch(ReplyBytes::isWorthAPiece)) {
            return ReplyBody.of(of(parts));
        }
        List<Object> pieces = new ArrayList<>(parts.size() + 1);
        int taken = 0;
        try {
            pieces.add(Unpooled.directBuffer(1, 1).writeByte(DoorFrame.VERSION));
            int skip = SIZE_FIELD_BYTES;
            for (Object part : parts) {
                if (part instanceof ByteBuf bytes) {
                    bytes.skipBytes(skip);
                    skip = 0;
                    pieces.add(bytes);
                } else if (isWorthAPiece(part)) {
                    ((FileBytes) part).check();
                    pieces.add(part);
                } else {
                    pieces.add(read((FileRegion) part));
                }
                taken++;
            }
            return ReplyBody.of(pieces);
        } catch (Throwable failed) {
            parts.subList(taken, parts.size()).forEach(ReferenceCountUtil::release);
            pieces.forEach(ReferenceCountUtil::release);
            throw failed;
        }
    }

    private static boolean isWorthAPiece(Object part) {
        return part instanceof FileRegion region && region.count() >= WORTH_A_PIECE_BYTES;
    }

    /** How many bytes they are. */
    static long size(List<?> parts) {
        long size = 0;
        for (Object part : parts) {
            size += part instanceof ByteBuf bytes ? bytes.readableBytes() : ((FileRegion) part).count();
        }
        return size;
    }

    private static ByteBuf read(FileRegion region) throws IOException {
        int size = Math.toIntExact(region.count());
        ByteBuf target = PooledByteBufAllocator.DEFAULT.directBuffer(size, size);
        try {
            ((FileBytes) region).readInto(target);
        } catch (Throwable failed) {
            target.release();
            throw failed;
        }
        region.release();
        return target;
    }
}
