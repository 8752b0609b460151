package io.millrace.verticles.shard;

import io.millrace.log.AppendError;
import io.millrace.protocol.Errors;

/**
 * The one place where the log's reasons become Kafka's error codes.
 *
 * <p>Thread: any.
 */
final class AppendErrors {
    private AppendErrors() {}

    static Errors toKafka(AppendError error) {
        return switch (error) {
            case CORRUPT_MESSAGE -> Errors.CORRUPT_MESSAGE;
            case MESSAGE_TOO_LARGE -> Errors.MESSAGE_TOO_LARGE;
            case RECORD_LIST_TOO_LARGE -> Errors.RECORD_LIST_TOO_LARGE;
            case INVALID_TIMESTAMP -> Errors.INVALID_TIMESTAMP;
            case INVALID_RECORD -> Errors.INVALID_RECORD;
            case UNSUPPORTED_FOR_MESSAGE_FORMAT -> Errors.UNSUPPORTED_FOR_MESSAGE_FORMAT;
            case UNSUPPORTED_COMPRESSION_TYPE -> Errors.UNSUPPORTED_COMPRESSION_TYPE;
            case OUT_OF_ORDER_SEQUENCE -> Errors.OUT_OF_ORDER_SEQUENCE_NUMBER;
            case INVALID_PRODUCER_EPOCH -> Errors.INVALID_PRODUCER_EPOCH;
            case UNKNOWN_PRODUCER_ID -> Errors.UNKNOWN_PRODUCER_ID;
            case DUPLICATE_SEQUENCE -> Errors.DUPLICATE_SEQUENCE_NUMBER;
            case INVALID_TXN_STATE -> Errors.INVALID_TXN_STATE;
            case TRANSACTION_COORDINATOR_FENCED -> Errors.TRANSACTION_COORDINATOR_FENCED;
            // Both retriable: the client refreshes its metadata and tries again.
            case DISK_FULL, OFFLINE -> Errors.KAFKA_STORAGE_ERROR;
            case WRITER_BUSY -> Errors.REQUEST_TIMED_OUT;
            case OFFSET_GAP -> Errors.UNKNOWN_SERVER_ERROR;
        };
    }
}
