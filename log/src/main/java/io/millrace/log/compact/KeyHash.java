package io.millrace.log.compact;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * SipHash-2-4 with 128 bits of result (Aumasson and Bernstein). Two keys of one hash would make compaction drop a live
 * record; the hash is keyed with a secret, so that clients, who choose the keys, cannot find such two. Kafka uses MD5.
 *
 * <p>Thread: one; the result stands in {@link #high} and {@link #low} until the next call.
 */
public class KeyHash {
    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final long k0;
    private final long k1;
    private long v0;
    private long v1;
    private long v2;
    private long v3;
    private long low;
    private long high;

    public KeyHash(long k0, long k1) {
        this.k0 = k0;
        this.k1 = k1;
    }

    /** Hashes what lies between position and limit. */
    public void of(ByteBuffer key) {
        v0 = k0 ^ 0x736f6d6570736575L;
        v1 = k1 ^ 0x646f72616e646f6dL ^ 0xee;
        v2 = k0 ^ 0x6c7967656e657261L;
        v3 = k1 ^ 0x7465646279746573L;
        int at = key.position();
        int end = key.limit();
        long last = (long) (end - at) << 56;
        for (; end - at >= Long.BYTES; at += Long.BYTES) mix((long) LONG.get(key, at));
        for (int shift = 0; at < end; at++, shift += 8) last |= (key.get(at) & 0xffL) << shift;
        mix(last);
        v2 ^= 0xee;
        rounds(4);
        low = v0 ^ v1 ^ v2 ^ v3;
        v1 ^= 0xdd;
        rounds(4);
        high = v0 ^ v1 ^ v2 ^ v3;
    }

    private void mix(long word) {
        v3 ^= word;
        rounds(2);
        v0 ^= word;
    }

    private void rounds(int count) {
        for (int i = 0; i < count; i++) {
            v0 += v1;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v3;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 += v3;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 += v1;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v2 = Long.rotateLeft(v2, 32);
        }
    }

    public long low() {
        return low;
    }

    public long high() {
        return high;
    }
}
