package io.millrace.log.compress;

import com.github.luben.zstd.RecyclingBufferPool;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/**
 * Zstandard frames. The library refuses windows above 128 MiB by itself.
 *
 * <p>Thread: any.
 */
final class ZstdCodec implements Codec {
    /** A call into native code per small field would cost more than the packing. */
    private static final int GATHER_BYTES = 16 * 1024;

    @Override
    public InputStream unpack(ByteBuffer packed) throws IOException {
        return new ZstdInputStreamNoFinalizer(new BufferInput(packed), RecyclingBufferPool.INSTANCE);
    }

    @Override
    public OutputStream pack(OutputStream sink, int level) throws IOException {
        return new BufferedOutputStream(
                new ZstdOutputStreamNoFinalizer(new UnclosedSink(sink), RecyclingBufferPool.INSTANCE, level),
                GATHER_BYTES);
    }

    @Override
    public void probe() {
        Zstd.defaultCompressionLevel();
    }
}
