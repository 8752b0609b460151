package io.millrace.log.compress;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.xerial.snappy.Snappy;

/**
 * Writes the framing of {@link SnappyCodec}.
 *
 * <p>Thread: one.
 */
final class SnappyOutput extends BlockOutput {
    private final byte[] compressed = new byte[Integer.BYTES + Snappy.maxCompressedLength(SnappyCodec.BLOCK_BYTES)];
    private boolean headerWritten;

    SnappyOutput(OutputStream sink) {
        super(sink, SnappyCodec.BLOCK_BYTES);
    }

    @Override
    void writeBlock(byte[] bytes, int sizeBytes) throws IOException {
        writeHeader();
        int size = Snappy.compress(bytes, 0, sizeBytes, compressed, Integer.BYTES);
        ByteBuffer.wrap(compressed).putInt(size);
        sink.write(compressed, 0, Integer.BYTES + size);
    }

    @Override
    void writeEnd() throws IOException {
        writeHeader();
    }

    private void writeHeader() throws IOException {
        if (!headerWritten) {
            headerWritten = true;
            sink.write(SnappyCodec.MAGIC);
            sink.write(new byte[] {0, 0, 0, 1, 0, 0, 0, 1});
        }
    }
}
