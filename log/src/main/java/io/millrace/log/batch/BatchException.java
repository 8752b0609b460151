package io.millrace.log.batch;

import io.millrace.log.AppendError;

/**
 * A batch cannot be read: its bytes contradict themselves, or unpack to more than is allowed. Refuse the batch with the
 * error it carries; the same bytes will never be readable.
 *
 * <p>Thread: any.
 */
public final class BatchException extends RuntimeException {
    private final AppendError error;

    public BatchException(AppendError error, String message) {
        super(message);
        this.error = error;
    }

    BatchException(AppendError error, String message, Throwable cause) {
        super(message, cause);
        this.error = error;
    }

    static BatchException invalid(String message) {
        return new BatchException(AppendError.INVALID_RECORD, message);
    }

    public AppendError error() {
        return error;
    }
}
