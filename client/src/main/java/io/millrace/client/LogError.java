package io.millrace.client;

/**
 * Why something failed, with Kafka's names and codes where Kafka has them; negative codes are the client's own, those from
 * 1000 the door's.
 *
 * <p>Thread: immutable.
 */
public enum LogError {
    /** No answer in time; whether the request was served is not known. An idempotent producer tries again safely. */
    TIMED_OUT(-10, true),
    /** Nobody on the bus serves that node's address now. */
    NODE_UNREACHABLE(-11, true),
    /** The producer or consumer was closed. */
    CLOSED(-12, false),
    /** The answer cannot be understood: client and node do not fit together. */
    PROTOCOL(-13, false),
    /** A consumer without a position, with {@code autoOffsetReset} none. */
    NO_OFFSET(-14, false),
    UNKNOWN_SERVER_ERROR(-1, false),
    OFFSET_OUT_OF_RANGE(1, false),
    CORRUPT_MESSAGE(2, true),
    UNKNOWN_TOPIC_OR_PARTITION(3, true),
    LEADER_NOT_AVAILABLE(5, true),
    NOT_LEADER_OR_FOLLOWER(6, true),
    REQUEST_TIMED_OUT(7, true),
    REPLICA_NOT_AVAILABLE(9, true),
    MESSAGE_TOO_LARGE(10, false),
    NETWORK_EXCEPTION(13, true),
    COORDINATOR_LOAD_IN_PROGRESS(14, true),
    COORDINATOR_NOT_AVAILABLE(15, true),
    NOT_COORDINATOR(16, true),
    INVALID_TOPIC_EXCEPTION(17, false),
    RECORD_LIST_TOO_LARGE(18, false),
    NOT_ENOUGH_REPLICAS(19, true),
    NOT_ENOUGH_REPLICAS_AFTER_APPEND(20, true),
    INVALID_REQUIRED_ACKS(21, false),
    ILLEGAL_GENERATION(22, false),
    INCONSISTENT_GROUP_PROTOCOL(23, false),
    INVALID_GROUP_ID(24, false),
    UNKNOWN_MEMBER_ID(25, false),
    INVALID_SESSION_TIMEOUT(26, false),
    REBALANCE_IN_PROGRESS(27, false),
    INVALID_TIMESTAMP(32, false),
    POLICY_VIOLATION(44, false),
    OUT_OF_ORDER_SEQUENCE_NUMBER(45, false),
    DUPLICATE_SEQUENCE_NUMBER(46, false),
    INVALID_PRODUCER_EPOCH(47, false),
    KAFKA_STORAGE_ERROR(56, true),
    UNKNOWN_PRODUCER_ID(59, false),
    FENCED_LEADER_EPOCH(74, true),
    UNKNOWN_LEADER_EPOCH(75, true),
    UNSUPPORTED_COMPRESSION_TYPE(76, false),
    OFFSET_NOT_AVAILABLE(78, true),
    MEMBER_ID_REQUIRED(79, false),
    GROUP_MAX_SIZE_REACHED(81, false),
    FENCED_INSTANCE_ID(82, false),
    INVALID_RECORD(87, false),
    UNSTABLE_OFFSET_COMMIT(88, true),
    THROTTLING_QUOTA_EXCEEDED(89, true),
    UNSUPPORTED_FRAME(1000, false),
    UNKNOWN_SESSION(1001, true),
    NO_CREDIT(1002, true),
    MALFORMED(1003, false),
    NOT_SERVING(1004, true);

    private final int code;
    private final boolean retriable;

    LogError(int code, boolean retriable) {
        this.code = code;
        this.retriable = retriable;
    }

    public int code() {
        return code;
    }

    /** Whether the same request may succeed later, or at another node. */
    public boolean isRetriable() {
        return retriable;
    }

    /** The error of a code, {@link #UNKNOWN_SERVER_ERROR} for one that this client does not know; null for 0, none. */
    public static LogError ofCode(int code) {
        if (code == 0) {
            return null;
        }
        for (LogError error : values()) {
            if (error.code == code) {
                return error;
            }
        }
        return UNKNOWN_SERVER_ERROR;
    }
}
