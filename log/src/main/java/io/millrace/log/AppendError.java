package io.millrace.log;

/**
 * Why an append was refused. Each name is Kafka's where Kafka has one; the protocol edge maps the rest.
 *
 * <p>Thread: any.
 */
public enum AppendError {
    CORRUPT_MESSAGE,
    MESSAGE_TOO_LARGE,
    /** Larger than a whole segment may be. */
    RECORD_LIST_TOO_LARGE,
    INVALID_TIMESTAMP,
    INVALID_RECORD,
    UNSUPPORTED_FOR_MESSAGE_FORMAT,
    UNSUPPORTED_COMPRESSION_TYPE,
    OUT_OF_ORDER_SEQUENCE,
    INVALID_PRODUCER_EPOCH,
    UNKNOWN_PRODUCER_ID,
    DUPLICATE_SEQUENCE,
    INVALID_TXN_STATE,
    TRANSACTION_COORDINATOR_FENCED,
    /** No space: nothing was written, a later try may succeed. */
    DISK_FULL,
    /** The log directory failed and takes no more writes. */
    OFFLINE,
    /** A replicated batch does not continue the log. */
    OFFSET_GAP,
    /** The writer's bound is reached: nothing was queued, a later try may succeed. */
    WRITER_BUSY;

    /** Whether the same bytes may succeed later at the same replica. */
    public boolean retriable() {
        return this == DISK_FULL || this == WRITER_BUSY;
    }
}
