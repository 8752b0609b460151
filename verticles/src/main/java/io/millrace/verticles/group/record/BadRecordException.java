package io.millrace.verticles.group.record;

/**
 * A record of {@code __consumer_offsets} that cannot be read: skip it and count it, the topic belongs to users too.
 *
 * <p>Thread: any.
 */
public final class BadRecordException extends Exception {
    BadRecordException(String message) {
        super(message);
    }
}
