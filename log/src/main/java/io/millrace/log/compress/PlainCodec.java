package io.millrace.log.compress;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/**
 * No packing.
 *
 * <p>Thread: any.
 */
final class PlainCodec implements Codec {
    @Override
    public InputStream unpack(ByteBuffer packed) {
        return new BufferInput(packed);
    }

    @Override
    public OutputStream pack(OutputStream sink, int level) {
        return new UnclosedSink(sink);
    }
}
