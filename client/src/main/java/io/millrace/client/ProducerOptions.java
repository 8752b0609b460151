package io.millrace.client;

import io.millrace.log.compress.Compression;

/**
 * How a producer works. Defaults: acknowledged by all in-sync replicas, idempotent, batches of 224 KiB (with which a follower's frame is full) after at most 5 ms.
 *
 * <p>Thread: one; a producer takes a copy.
 */
public final class ProducerOptions {
    /** When a record counts as appended. */
    public enum Acks {
        /** Never heard of again. */
        NONE((short) 0),
        /** The leader has it. */
        LEADER((short) 1),
        /** All replicas in sync have it. */
        ALL((short) -1);

        private final short wire;

        Acks(short wire) {
            this.wire = wire;
        }

        public short wire() {
            return wire;
        }
    }

    private String clientId = "millrace-client";
    private Acks acks = Acks.ALL;
    private boolean idempotent = true;
    private Compression compression = Compression.NONE;
    private int batchBytes = 224 << 10;
    private long lingerMs = 5;
    private long bufferBytes = 32L << 20;
    private int creditBytes = 4 << 20;
    private long requestTimeoutMs = 30_000;
    private long deliveryTimeoutMs = 120_000;
    private long retryBackoffMs = 50;
    private long doubtMs = 400;
    private long metadataMaxAgeMs = 300_000;

    public ProducerOptions() {}

    ProducerOptions(ProducerOptions from) {
        clientId = from.clientId;
        acks = from.acks;
        idempotent = from.idempotent && from.acks == Acks.ALL;
        compression = from.compression;
        batchBytes = from.batchBytes;
        lingerMs = from.lingerMs;
        bufferBytes = from.bufferBytes;
        creditBytes = from.creditBytes;
        requestTimeoutMs = from.requestTimeoutMs;
        deliveryTimeoutMs = from.deliveryTimeoutMs;
        retryBackoffMs = from.retryBackoffMs;
        doubtMs = from.doubtMs;
        metadataMaxAgeMs = from.metadataMaxAgeMs;
    }

    public ProducerOptions clientId(String name) {
        clientId = name;
        return this;
    }

    public ProducerOptions acks(Acks wanted) {
        acks = wanted;
        return this;
    }

    /** Whether a record is appended once however often it is sent; only with {@link Acks#ALL}. */
    public ProducerOptions idempotent(boolean wanted) {
        idempotent = wanted;
        return this;
    }

    /** How batches are packed; the codec's jar must be there (gzip needs none). */
    public ProducerOptions compression(Compression codec) {
        compression = codec;
        return this;
    }

    /** A batch is sent when it has this many bytes, unpacked; keep it below the topic's {@code max.message.bytes}. */
    public ProducerOptions batchBytes(int bytes) {
        batchBytes = positive("batchBytes", bytes);
        return this;
    }

    /** A batch that is not full is sent after this time; 0: with the next turn of the event loop. */
    public ProducerOptions lingerMs(long ms) {
        lingerMs = ms;
        return this;
    }

    /** The queue is full at this many bytes of records not yet acknowledged. */
    public ProducerOptions bufferBytes(long bytes) {
        bufferBytes = bytes;
        return this;
    }

    /** What may be in flight at one node; the node may give less. */
    public ProducerOptions creditBytes(int bytes) {
        creditBytes = positive("creditBytes", bytes);
        return this;
    }

    /** How long a node may take for one answer. */
    public ProducerOptions requestTimeoutMs(long ms) {
        requestTimeoutMs = ms;
        return this;
    }

    /** A record that is not acknowledged by then fails, whatever the reason. */
    public ProducerOptions deliveryTimeoutMs(long ms) {
        deliveryTimeoutMs = ms;
        return this;
    }

    public ProducerOptions retryBackoffMs(long ms) {
        retryBackoffMs = Math.max(1, ms);
        return this;
    }

    /** A request that is unanswered for this long has the producer ask another node who leads now. */
    public ProducerOptions doubtMs(long ms) {
        doubtMs = Math.max(10, ms);
        return this;
    }

    /** How often the cluster is asked whether the topics that are written to have got more partitions. */
    public ProducerOptions metadataMaxAgeMs(long ms) {
        metadataMaxAgeMs = Math.max(1, ms);
        return this;
    }

    private static int positive(String name, int value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " must be positive, not " + value);
        }
        return value;
    }

    public String clientId() {
        return clientId;
    }

    public Acks acks() {
        return acks;
    }

    public boolean idempotent() {
        return idempotent;
    }

    public Compression compression() {
        return compression;
    }

    public int batchBytes() {
        return batchBytes;
    }

    public long lingerMs() {
        return lingerMs;
    }

    public long bufferBytes() {
        return bufferBytes;
    }

    public int creditBytes() {
        return creditBytes;
    }

    public long requestTimeoutMs() {
        return requestTimeoutMs;
    }

    public long deliveryTimeoutMs() {
        return deliveryTimeoutMs;
    }

    public long retryBackoffMs() {
        return retryBackoffMs;
    }

    public long doubtMs() {
        return doubtMs;
    }

    public long metadataMaxAgeMs() {
        return metadataMaxAgeMs;
    }
}
