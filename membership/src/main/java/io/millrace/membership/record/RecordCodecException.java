package io.millrace.membership.record;

/**
 * Bytes that are no record this version knows. The caller must stop applying the log: going on without the record
 * would give another cluster than the others have.
 *
 * <p>Thread: any.
 */
public final class RecordCodecException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public RecordCodecException(String message) {
        super(message);
    }
}
