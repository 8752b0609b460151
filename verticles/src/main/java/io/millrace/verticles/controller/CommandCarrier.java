package io.millrace.verticles.controller;

import io.vertx.core.Future;

/**
 * Takes the bytes of a command to another node and brings back what it says.
 *
 * <p>Thread: the metadata's owner; the future completes there.
 */
interface CommandCarrier {
    /** Fails with {@link UndeliveredException} when the other certainly did not get it, otherwise with anything else. */
    Future<byte[]> carry(int brokerId, byte[] command, long timeoutMs);

    /** The other node did not get the command. Thread: any. */
    final class UndeliveredException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UndeliveredException(String message) {
            super(message, null, false, false);
        }
    }
}
