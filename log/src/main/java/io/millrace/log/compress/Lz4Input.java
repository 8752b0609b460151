package io.millrace.log.compress;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;
import net.jpountz.xxhash.XXHash32;
import net.jpountz.xxhash.XXHashFactory;

/**
 * Reads the frame of {@link Lz4Codec}. Only the decompressor that checks bounds is used: the bytes come from a client.
 *
 * <p>Thread: one.
 */
final class Lz4Input extends BlockInput {
    private static final LZ4SafeDecompressor DECOMPRESSOR =
            LZ4Factory.fastestInstance().safeDecompressor();
    private static final XXHash32 HASH = XXHashFactory.fastestInstance().hash32();

    private final ByteBuffer packed;
    private final int blockBytes;
    private final boolean blockChecksums;
    private byte[] compressed = new byte[0];
    private boolean ended;

    Lz4Input(ByteBuffer packed) throws IOException {
        this.packed = packed.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        need(Integer.BYTES + 3);
        if (this.packed.getInt() != Lz4Codec.MAGIC) {
            throw new IOException("an lz4 frame does not begin with its magic");
        }
        int descriptorAt = this.packed.position();
        int flags = this.packed.get() & 0xff;
        int blockCode = (this.packed.get() & 0xff) >> 4;
        if ((flags & 0xc0) != Lz4Codec.VERSION_BITS) {
            throw new IOException("an lz4 frame has version " + (flags >> 6));
        }
        if ((flags & Lz4Codec.INDEPENDENT_BIT) == 0) {
            throw new IOException("an lz4 frame has dependent blocks");
        }
        if (blockCode < Lz4Codec.BLOCK_CODE || blockCode > 7) {
            throw new IOException("an lz4 frame has block size code " + blockCode);
        }
        if ((flags & Lz4Codec.CONTENT_SIZE_BIT) != 0) {
            need(Long.BYTES + 1);
            this.packed.getLong();
        }
        checkDescriptor(descriptorAt);
        this.blockBytes = Lz4Codec.blockBytes(blockCode);
        this.blockChecksums = (flags & Lz4Codec.BLOCK_CHECKSUM_BIT) != 0;
    }

    private void checkDescriptor(int from) throws IOException {
        byte[] descriptor = new byte[packed.position() - from];
        packed.position(from);
        packed.get(descriptor);
        int expected = (HASH.hash(descriptor, 0, descriptor.length, 0) >> 8) & 0xff;
        if ((packed.get() & 0xff) != expected) {
            throw new IOException("an lz4 frame's header checksum is wrong");
        }
    }

    @Override
    boolean nextBlock() throws IOException {
        if (ended) {
            return false;
        }
        need(Integer.BYTES);
        int word = packed.getInt();
        int size = word & ~Lz4Codec.STORED_BIT;
        if (size == 0) {
            // A content checksum may follow; the batch's CRC covers the same bytes already.
            ended = true;
            return false;
        }
        if (size > blockBytes) {
            throw new IOException("an lz4 block of " + size + " bytes exceeds its frame's " + blockBytes);
        }
        need(size);
        boolean stored = (word & Lz4Codec.STORED_BIT) != 0;
        if (!stored && compressed.length < size) {
            compressed = new byte[size];
        }
        byte[] target = stored ? room(size) : compressed;
        packed.get(target, 0, size);
        if (blockChecksums) {
            need(Integer.BYTES);
            if (packed.getInt() != HASH.hash(target, 0, size, 0)) {
                throw new IOException("an lz4 block's checksum is wrong");
            }
        }
        filled(stored ? size : unpackBlock(size));
        return true;
    }

    private int unpackBlock(int size) throws IOException {
        try {
            return DECOMPRESSOR.decompress(compressed, 0, size, room(blockBytes), 0, blockBytes);
        } catch (LZ4Exception malformed) {
            throw new IOException("an lz4 block is malformed", malformed);
        }
    }

    private void need(int sizeBytes) throws IOException {
        if (packed.remaining() < sizeBytes) {
            throw new IOException("an lz4 frame ends " + (sizeBytes - packed.remaining()) + " bytes too early");
        }
    }
}
