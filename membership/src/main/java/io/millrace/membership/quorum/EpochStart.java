package io.millrace.membership.quorum;

import java.nio.ByteBuffer;

/**
 * The record with which a leader begins its epoch: version (1), leader epoch, leader id.
 *
 * <p>Thread: any; pure.
 */
final class EpochStart {
    static final byte VERSION = 1;

    private EpochStart() {}

    static byte[] encode(int epoch, int leaderId) {
        return ByteBuffer.allocate(1 + 2 * Integer.BYTES)
                .put(VERSION)
                .putInt(epoch)
                .putInt(leaderId)
                .array();
    }
}
