package io.millrace.log;

import java.nio.ByteBuffer;

/**
 * Reference-counted bytes that someone else owns (a pooled network buffer in production).
 *
 * <p>The bytes may be changed in place (base offset, leader epoch) until they are handed to an append; from then on they
 * are read by the writer and by readers of the tail, and must not change.
 *
 * <p>Thread: {@link #retain()} and {@link #release()} from any thread; the bytes by one thread until appended.
 */
public interface Payload {
    /** A fresh big-endian view of all the bytes: its position and limit belong to the caller. */
    ByteBuffer bytes();

    int sizeBytes();

    /** One reference more; returns this. */
    Payload retain();

    /** Some of the bytes, in place of the whole: the caller's reference becomes the slice's. */
    default Payload slice(int from, int sizeBytes) {
        return new PayloadSlice(this, from, sizeBytes);
    }

    /** One reference less; with the last one the bytes go back to whoever owns them. */
    void release();
}
