package io.millrace.protocol;

/**
 * The bytes of a request cannot be what they claim to be: the caller closes the connection and answers nothing.
 *
 * <p>The only exception type that leaves this module's decoders. It carries no stack trace: a hostile client can provoke
 * it at will, and filling in the stack would cost more than the decoding did.
 *
 * <p>Thread: any.
 */
public final class MalformedRequestException extends RuntimeException {
    public MalformedRequestException(String message) {
        this(message, null);
    }

    public MalformedRequestException(String message, Throwable cause) {
        super(message, cause, false, false);
    }
}
