package io.millrace.log.compress;

import java.io.InputStream;
import java.nio.ByteBuffer;

/**
 * A buffer as a stream, for codecs that read streams. The buffer's own position is left alone.
 *
 * <p>Thread: one.
 */
final class BufferInput extends InputStream {
    private final ByteBuffer source;

    BufferInput(ByteBuffer source) {
        this.source = source.duplicate();
    }

    @Override
    public int read() {
        return source.hasRemaining() ? source.get() & 0xff : -1;
    }

    @Override
    public int read(byte[] into, int from, int count) {
        if (count == 0) {
            return 0;
        }
        if (!source.hasRemaining()) {
            return -1;
        }
        int taken = Math.min(count, source.remaining());
        source.get(into, from, taken);
        return taken;
    }

    @Override
    public int available() {
        return source.remaining();
    }
}
