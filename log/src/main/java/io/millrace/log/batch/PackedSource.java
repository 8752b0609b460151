package io.millrace.log.batch;

import io.millrace.log.AppendError;
import io.millrace.log.compress.Compression;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Records that are unpacked while they are read: a window of a few KiB, never the whole. What is skipped is never held,
 * and what is taken gets memory only as the bytes arrive, so that a claimed size costs nothing.
 *
 * <p>Thread: one.
 */
final class PackedSource extends RecordSource {
    private static final int WINDOW_BYTES = 4 * 1024;
    private static final int GROWTH_BYTES = 64 * 1024;
    /** What one batch may unpack to: an array's limit, Kafka's default for a single record. */
    static final long MAX_UNPACKED_BYTES = 2_147_483_639L;

    private final InputStream unpacked;
    private final byte[] window = new byte[WINDOW_BYTES];
    private int next;
    private int end;
    private long total;

    PackedSource(Compression codec, ByteBuffer packed) {
        try {
            this.unpacked = codec.unpack(packed);
        } catch (IOException malformed) {
            throw malformed(malformed);
        }
    }

    @Override
    byte nextByte() {
        if (next == end && !fill()) {
            throw ended();
        }
        return window[next++];
    }

    @Override
    void skipBytes(int count) {
        int left = count;
        while (left > 0) {
            if (next == end && !fill()) {
                throw ended();
            }
            int skipped = Math.min(left, end - next);
            next += skipped;
            left -= skipped;
        }
    }

    @Override
    ByteBuffer takeBytes(int count) {
        return ByteBuffer.wrap(copyBytes(count));
    }

    @Override
    byte[] copyBytes(int count) {
        byte[] taken = new byte[Math.min(count, GROWTH_BYTES)];
        int filled = 0;
        while (filled < count) {
            if (next == end && !fill()) {
                throw ended();
            }
            if (filled == taken.length) {
                taken = Arrays.copyOf(taken, (int) Math.min(count, taken.length * 2L));
            }
            int copied = Math.min(taken.length - filled, end - next);
            System.arraycopy(window, next, taken, filled, copied);
            next += copied;
            filled += copied;
        }
        return taken;
    }

    @Override
    boolean atEnd() {
        return next == end && !fill();
    }

    private boolean fill() {
        try {
            int read = unpacked.read(window, 0, window.length);
            if (read <= 0) {
                return false;
            }
            next = 0;
            end = read;
            total += read;
        } catch (IOException | IllegalStateException malformed) {
            throw malformed(malformed);
        }
        if (total > MAX_UNPACKED_BYTES) {
            throw BatchException.invalid("The batch unpacks to more than " + MAX_UNPACKED_BYTES + " bytes");
        }
        return true;
    }

    private static BatchException malformed(Exception cause) {
        // The CRC was right, so the sender packed it so: an error that clients do not retry.
        return new BatchException(
                AppendError.INVALID_RECORD, "The records cannot be unpacked: " + cause.getMessage(), cause);
    }

    @Override
    public void close() {
        try {
            unpacked.close();
        } catch (IOException ignored) {
            // Nothing was written; the native memory is gone either way.
        }
    }
}
