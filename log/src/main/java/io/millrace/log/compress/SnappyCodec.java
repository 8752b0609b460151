package io.millrace.log.compress;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.xerial.snappy.Snappy;

/**
 * Snappy blocks in the xerial framing that Kafka uses; a bare block is read too, because some old clients send one.
 *
 * <pre>
 *   0x82 S N A P P Y 0    magic
 *   1, 1                  version and lowest compatible version, int32 each
 *   (size int32, block)*  big-endian, at most 32 KiB of data per block when written by this class
 * </pre>
 *
 * The jar's own streams are not used: they trust the sizes in the stream, which come from a client.
 *
 * <p>Thread: any.
 */
final class SnappyCodec implements Codec {
    static final byte[] MAGIC = {(byte) 0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0};
    static final int HEADER_BYTES = MAGIC.length + 8;
    static final int BLOCK_BYTES = 32 * 1024;

    @Override
    public InputStream unpack(ByteBuffer packed) {
        return new SnappyInput(packed);
    }

    @Override
    public OutputStream pack(OutputStream sink, int level) {
        return new SnappyOutput(sink);
    }

    @Override
    public void probe() {
        Snappy.maxCompressedLength(1);
    }
}
