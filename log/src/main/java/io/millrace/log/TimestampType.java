package io.millrace.log;

/**
 * Whose clock a record's timestamp is: the producer's or this log's ({@code message.timestamp.type}).
 *
 * <p>Thread: any.
 */
public enum TimestampType {
    CREATE_TIME("CreateTime"),
    LOG_APPEND_TIME("LogAppendTime");

    private final String configName;

    TimestampType(String configName) {
        this.configName = configName;
    }

    public String configName() {
        return configName;
    }
}
