package io.millrace.log.compress;

import java.io.IOException;
import java.io.OutputStream;

/**
 * Gathers bytes into blocks of one size, each packed by itself.
 *
 * <p>Thread: one.
 */
abstract class BlockOutput extends OutputStream {
    final OutputStream sink;
    private final byte[] block;
    private int filled;
    private boolean closed;

    BlockOutput(OutputStream sink, int blockBytes) {
        this.sink = sink;
        this.block = new byte[blockBytes];
    }

    abstract void writeBlock(byte[] bytes, int sizeBytes) throws IOException;

    /** What follows the last block. */
    abstract void writeEnd() throws IOException;

    @Override
    public void write(int value) throws IOException {
        if (filled == block.length) {
            drain();
        }
        block[filled++] = (byte) value;
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
        int at = from;
        int left = count;
        while (left > 0) {
            if (filled == block.length) {
                drain();
            }
            int taken = Math.min(left, block.length - filled);
            System.arraycopy(bytes, at, block, filled, taken);
            filled += taken;
            at += taken;
            left -= taken;
        }
    }

    private void drain() throws IOException {
        if (filled > 0) {
            writeBlock(block, filled);
            filled = 0;
        }
    }

    @Override
    public void close() throws IOException {
        if (!closed) {
            closed = true;
            drain();
            writeEnd();
            sink.flush();
        }
    }
}
