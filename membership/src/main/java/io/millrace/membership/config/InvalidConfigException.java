package io.millrace.membership.config;

/**
 * A config that may not be set; the message names it and is fit for a client. The caller answers INVALID_CONFIG.
 *
 * <p>Thread: any.
 */
public final class InvalidConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public InvalidConfigException(String message) {
        super(message, null, false, false);
    }
}
