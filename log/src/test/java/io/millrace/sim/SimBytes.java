package io.millrace.sim;

import java.util.Arrays;

/**
 * A growing array of bytes: one state of a simulated file.
 *
 * <p>Thread: the holder's.
 */
final class SimBytes {
    private byte[] bytes = new byte[0];
    private int size;

    int size() {
        return size;
    }

    byte[] array() {
        return bytes;
    }

    byte[] copy() {
        return Arrays.copyOf(bytes, size);
    }

    void become(byte[] content) {
        bytes = content;
        size = content.length;
    }

    /** Writes; a gap before the position reads as zeros. */
    void put(int position, byte[] part) {
        int end = Math.addExact(position, part.length);
        if (end > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(end, bytes.length * 2));
        }
        System.arraycopy(part, 0, bytes, position, part.length);
        size = Math.max(size, end);
    }

    void cut(int newSize) {
        if (newSize < size) {
            Arrays.fill(bytes, newSize, size, (byte) 0);
            size = newSize;
        }
    }
}
