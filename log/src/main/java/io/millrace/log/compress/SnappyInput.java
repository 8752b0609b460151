package io.millrace.log.compress;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.xerial.snappy.Snappy;

/**
 * Reads the framing of {@link SnappyCodec}.
 *
 * <p>Thread: one.
 */
final class SnappyInput extends BlockInput {
    /** Three bytes copy at most 64: a block that claims to grow by more is lying, and is not given the memory. */
    private static final int MAX_GROWTH = 64;

    private final ByteBuffer packed;
    private final boolean framed;
    private byte[] compressed = new byte[0];

    SnappyInput(ByteBuffer packed) {
        this.packed = packed.duplicate();
        this.framed = startsWithMagic(this.packed);
        if (framed) {
            this.packed.position(this.packed.position() + SnappyCodec.HEADER_BYTES);
        }
    }

    private static boolean startsWithMagic(ByteBuffer bytes) {
        if (bytes.remaining() < SnappyCodec.HEADER_BYTES) {
            return false;
        }
        for (int i = 0; i < SnappyCodec.MAGIC.length; i++) {
            if (bytes.get(bytes.position() + i) != SnappyCodec.MAGIC[i]) {
                return false;
            }
        }
        return true;
    }

    @Override
    boolean nextBlock() throws IOException {
        // Concatenated streams are legal: each begins with the magic again.
        while (framed && startsWithMagic(packed)) {
            packed.position(packed.position() + SnappyCodec.HEADER_BYTES);
        }
        if (!packed.hasRemaining()) {
            return false;
        }
        int size = framed ? blockSize() : packed.remaining();
        if (compressed.length < size) {
            compressed = new byte[size];
        }
        packed.get(compressed, 0, size);
        int unpackedSize = Snappy.uncompressedLength(compressed, 0, size);
        if (unpackedSize < 0 || unpackedSize > (long) size * MAX_GROWTH) {
            throw new IOException("a snappy block of " + size + " bytes claims to hold " + unpackedSize);
        }
        filled(Snappy.uncompress(compressed, 0, size, room(unpackedSize), 0));
        return true;
    }

    private int blockSize() throws IOException {
        if (packed.remaining() < Integer.BYTES) {
            throw new IOException("a snappy stream ends in the middle of a block size");
        }
        int size = packed.getInt();
        if (size <= 0 || size > packed.remaining()) {
            throw new IOException(
                    "a snappy block of " + size + " bytes where only " + packed.remaining() + " are left");
        }
        return size;
    }
}
