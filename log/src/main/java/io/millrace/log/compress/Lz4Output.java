package io.millrace.log.compress;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.xxhash.XXHashFactory;

/**
 * Writes the frame of {@link Lz4Codec}.
 *
 * <p>Thread: one.
 */
final class Lz4Output extends BlockOutput {
    private final LZ4Compressor compressor;
    private final byte[] compressed;
    private final ByteBuffer word = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);

    Lz4Output(OutputStream sink, int level) throws IOException {
        super(sink, Lz4Codec.BLOCK_BYTES);
        LZ4Factory factory = LZ4Factory.fastestInstance();
        this.compressor = level == Lz4Codec.FAST_LEVEL ? factory.fastCompressor() : factory.highCompressor(level);
        this.compressed = new byte[compressor.maxCompressedLength(Lz4Codec.BLOCK_BYTES)];
        byte[] descriptor = {
            (byte) (Lz4Codec.VERSION_BITS | Lz4Codec.INDEPENDENT_BIT), (byte) (Lz4Codec.BLOCK_CODE << 4)
        };
        int hash = XXHashFactory.fastestInstance().hash32().hash(descriptor, 0, descriptor.length, 0);
        writeWord(Lz4Codec.MAGIC);
        sink.write(descriptor);
        sink.write((hash >> 8) & 0xff);
    }

    @Override
    void writeBlock(byte[] bytes, int sizeBytes) throws IOException {
        int size = compressor.compress(bytes, 0, sizeBytes, compressed, 0, compressed.length);
        if (size < sizeBytes) {
            writeWord(size);
            sink.write(compressed, 0, size);
        } else {
            writeWord(sizeBytes | Lz4Codec.STORED_BIT);
            sink.write(bytes, 0, sizeBytes);
        }
    }

    @Override
    void writeEnd() throws IOException {
        writeWord(0);
    }

    private void writeWord(int value) throws IOException {
        word.putInt(0, value);
        sink.write(word.array(), 0, Integer.BYTES);
    }
}
