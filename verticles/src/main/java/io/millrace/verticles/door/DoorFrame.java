package io.millrace.verticles.door;

import io.vertx.core.buffer.Buffer;

/**
 * The envelope of a binary message to the door: a version, a kind, and what the kind has.
 *
 * <pre>
 * to the door                                  its answer
 *   0 version int8 = 1                           0 version int8 = 1
 *   1 kind    int8                               1 the kind's answer
 *     0 OPEN     2 wanted credit int32             1 session int64, 9 credit int32, 13 largest answer int32, 17 broker int32
 *     1 REQUEST  2 session int64, 10 a Kafka       1 a Kafka response (header and body, no size); nothing for a
 *                request (header, body, no size)     Produce with acks=0
 *     2 CLOSE    2 session int64                   nothing
 * </pre>
 *
 * <p>Thread: any.
 */
final class DoorFrame {
    static final byte VERSION = 1;
    static final byte OPEN = 0;
    static final byte REQUEST = 1;
    static final byte CLOSE = 2;

    static final int SESSION_AT = 2;
    static final int CREDIT_AT = 2;
    static final int KAFKA_AT = 10;
    /** API key, version, correlation id and the length of the client id. */
    static final int LEAST_KAFKA_BYTES = 10;

    private DoorFrame() {}

    /** Whether it is a request as {@link #kindOf} knows it; false for anything else, whatever it is. */
    static boolean isRequest(Buffer body) {
        return body.length() >= KAFKA_AT + LEAST_KAFKA_BYTES
                && body.getByte(0) == VERSION
                && body.getByte(1) == REQUEST;
    }

    /** The kind of a message that is long enough for it; throws {@link DoorFailure} for anything else. */
    static byte kindOf(Buffer body) {
        if (body.length() < 2) {
            throw DoorFailure.of(
                    DoorFailure.MALFORMED, "a message of " + body.length() + " bytes without an op header");
        }
        if (body.getByte(0) != VERSION) {
            throw DoorFailure.of(
                    DoorFailure.UNSUPPORTED_FRAME,
                    "envelope version " + body.getByte(0) + ", this node knows " + VERSION);
        }
        byte kind = body.getByte(1);
        int least = kind == REQUEST ? KAFKA_AT + LEAST_KAFKA_BYTES : kind == CLOSE ? SESSION_AT + 8 : CREDIT_AT + 4;
        if (kind < OPEN || kind > CLOSE) {
            throw DoorFailure.of(DoorFailure.UNSUPPORTED_FRAME, "message kind " + kind + " is not known");
        }
        if (body.length() < least) {
            throw DoorFailure.of(
                    DoorFailure.MALFORMED, "kind " + kind + " with " + body.length() + " bytes, it has " + least);
        }
        return kind;
    }

    static Buffer opened(long session, int creditBytes, int maxResponseBytes, int brokerId) {
        return Buffer.buffer(21)
                .appendByte(VERSION)
                .appendLong(session)
                .appendInt(creditBytes)
                .appendInt(maxResponseBytes)
                .appendInt(brokerId);
    }

    static Buffer empty() {
        return Buffer.buffer(1).appendByte(VERSION);
    }
}
