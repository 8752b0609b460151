package io.millrace.log;

/**
 * The values of a topic's {@code compression.type}: leave batches as the producer made them, or store them in one codec.
 *
 * <p>Thread: any.
 */
public enum CompressionType {
    PRODUCER("producer"),
    UNCOMPRESSED("uncompressed"),
    GZIP("gzip"),
    SNAPPY("snappy"),
    LZ4("lz4"),
    ZSTD("zstd");

    private final String configName;

    CompressionType(String configName) {
        this.configName = configName;
    }

    public String configName() {
        return configName;
    }
}
