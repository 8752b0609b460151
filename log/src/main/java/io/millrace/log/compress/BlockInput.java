package io.millrace.log.compress;

import java.io.IOException;
import java.io.InputStream;

/**
 * A stream of blocks that are unpacked one at a time into an array.
 *
 * <p>Thread: one.
 */
abstract class BlockInput extends InputStream {
    private byte[] block = new byte[0];
    private int next;
    private int end;

    /** Unpacks the next block with {@link #room} and {@link #filled}; false at the end of the stream. */
    abstract boolean nextBlock() throws IOException;

    /** An array of at least this size, the one of the last block where it is large enough. */
    final byte[] room(int sizeBytes) {
        if (block.length < sizeBytes) {
            block = new byte[sizeBytes];
        }
        return block;
    }

    final void filled(int sizeBytes) {
        next = 0;
        end = sizeBytes;
    }

    private boolean hasMore() throws IOException {
        while (next == end) {
            if (!nextBlock()) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int read() throws IOException {
        return hasMore() ? block[next++] & 0xff : -1;
    }

    @Override
    public int read(byte[] into, int from, int count) throws IOException {
        if (count == 0) {
            return 0;
        }
        if (!hasMore()) {
            return -1;
        }
        int taken = Math.min(count, end - next);
        System.arraycopy(block, next, into, from, taken);
        next += taken;
        return taken;
    }

    @Override
    public long skip(long count) throws IOException {
        if (count <= 0 || !hasMore()) {
            return 0;
        }
        int skipped = (int) Math.min(count, end - next);
        next += skipped;
        return skipped;
    }

    @Override
    public int available() {
        return end - next;
    }
}
