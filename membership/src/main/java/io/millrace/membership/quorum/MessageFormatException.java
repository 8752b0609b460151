package io.millrace.membership.quorum;

/**
 * Bytes that are no message of this version; whoever sent them is not answered.
 *
 * <p>Thread: any.
 */
public final class MessageFormatException extends RuntimeException {
    public MessageFormatException(String message) {
        super(message);
    }
}
