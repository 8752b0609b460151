package io.millrace.log.compress;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import net.jpountz.lz4.LZ4Factory;

/**
 * The LZ4 frame format, version 1, with independent blocks, as Kafka uses it.
 *
 * <pre>
 *   0x184D2204            magic, little-endian
 *   flags, block size     a byte each
 *   [content size]        int64, where its flag is set
 *   header checksum       second byte of the xxHash32 of the fields after the magic
 *   (size int32, block [, checksum])*   the top bit of the size says: stored, not packed
 *   0 int32               end mark
 *   [content checksum]
 * </pre>
 *
 * <p>Thread: any.
 */
final class Lz4Codec implements Codec {
    static final int MAGIC = 0x184D2204;
    static final int VERSION_BITS = 0x40;
    static final int INDEPENDENT_BIT = 0x20;
    static final int BLOCK_CHECKSUM_BIT = 0x10;
    static final int CONTENT_SIZE_BIT = 0x08;
    static final int STORED_BIT = 0x80000000;
    /** Block size code 4: 64 KiB, what Kafka's producers write. */
    static final int BLOCK_CODE = 4;

    static final int BLOCK_BYTES = blockBytes(BLOCK_CODE);
    /** The level that stands for the fast compressor, as in Kafka. */
    static final int FAST_LEVEL = 9;

    static int blockBytes(int code) {
        return 1 << (2 * code + 8);
    }

    @Override
    public InputStream unpack(ByteBuffer packed) throws IOException {
        return new Lz4Input(packed);
    }

    @Override
    public OutputStream pack(OutputStream sink, int level) throws IOException {
        return new Lz4Output(sink, level);
    }

    @Override
    public void probe() {
        LZ4Factory.fastestInstance();
    }
}
