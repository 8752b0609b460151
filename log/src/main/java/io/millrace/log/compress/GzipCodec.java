package io.millrace.log.compress;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * RFC 1952 by the JDK.
 *
 * <p>Thread: any.
 */
final class GzipCodec implements Codec {
    private static final int WINDOW_BYTES = 8 * 1024;

    @Override
    public InputStream unpack(ByteBuffer packed) throws IOException {
        return new GZIPInputStream(new BufferInput(packed), WINDOW_BYTES);
    }

    @Override
    public OutputStream pack(OutputStream sink, int level) throws IOException {
        return new LevelledGzip(sink, level);
    }

    /** The JDK takes a level only through the protected deflater. */
    private static final class LevelledGzip extends GZIPOutputStream {
        LevelledGzip(OutputStream sink, int level) throws IOException {
            super(new UnclosedSink(sink), WINDOW_BYTES);
            def.setLevel(level);
        }
    }
}
