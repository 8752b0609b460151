package io.millrace.log.replication;

/**
 * A frame that no version of this broker has sent: whoever gets it drops it, and the session recovers as after a loss.
 *
 * <p>Thread: any.
 */
public final class MalformedFrameException extends Exception {
    private static final long serialVersionUID = 1L;

    public MalformedFrameException(String message) {
        super(message);
    }
}
