package io.millrace.log.batch;

import java.nio.ByteBuffer;

/**
 * The header of a v2 record batch, read and patched in place at an index of a big-endian buffer: nothing is allocated.
 *
 * <pre>
 *   0 base offset            int64   set by the leader
 *   8 length                 int32   of everything after this field
 *  12 partition leader epoch int32   set by the leader
 *  16 magic                  int8    2
 *  17 crc                    uint32  CRC32C of everything from the attributes to the end
 *  21 attributes             int16   0-2 codec, 3 timestamp type, 4 transactional, 5 control, 6 delete horizon
 *  23 last offset delta      int32
 *  27 base timestamp         int64   the delete horizon when bit 6 is set
 *  35 max timestamp          int64
 *  43 producer id            int64   -1 when not idempotent
 *  51 producer epoch         int16
 *  53 base sequence          int32
 *  57 record count           int32
 *  61 records
 * </pre>
 *
 * The fields before the attributes are outside the checksum, so that a leader places a batch without touching the CRC.
 *
 * <p>Thread: any (no state). The caller has made sure that {@link #SIZE_BYTES} are there.
 */
public final class BatchHeader {
    public static final int SIZE_BYTES = 61;
    /** Base offset and length: what must be there before the size of a batch is known. */
    public static final int LOG_OVERHEAD_BYTES = 12;

    public static final byte MAGIC = 2;
    public static final long NO_PRODUCER_ID = -1L;
    public static final short NO_PRODUCER_EPOCH = -1;
    public static final int NO_SEQUENCE = -1;
    public static final long NO_TIMESTAMP = -1L;

    static final int BASE_OFFSET = 0;
    static final int LENGTH = 8;
    static final int LEADER_EPOCH = 12;
    static final int MAGIC_AT = 16;
    static final int CRC = 17;
    static final int ATTRIBUTES = 21;
    static final int LAST_OFFSET_DELTA = 23;
    static final int BASE_TIMESTAMP = 27;
    static final int MAX_TIMESTAMP = 35;
    static final int PRODUCER_ID = 43;
    static final int PRODUCER_EPOCH = 51;
    static final int BASE_SEQUENCE = 53;
    static final int RECORD_COUNT = 57;

    static final int CODEC_MASK = 0x07;
    static final int LOG_APPEND_TIME_BIT = 0x08;
    static final int TRANSACTIONAL_BIT = 0x10;
    static final int CONTROL_BIT = 0x20;
    static final int DELETE_HORIZON_BIT = 0x40;

    private BatchHeader() {}

    public static long baseOffset(ByteBuffer b, int at) {
        return b.getLong(at + BASE_OFFSET);
    }

    /** The length field: the size without the first {@link #LOG_OVERHEAD_BYTES}. */
    public static int length(ByteBuffer b, int at) {
        return b.getInt(at + LENGTH);
    }

    /** The whole batch; meaningless (it may overflow) unless the length field has been checked. */
    public static int sizeBytes(ByteBuffer b, int at) {
        return length(b, at) + LOG_OVERHEAD_BYTES;
    }

    public static int leaderEpoch(ByteBuffer b, int at) {
        return b.getInt(at + LEADER_EPOCH);
    }

    public static byte magic(ByteBuffer b, int at) {
        return b.get(at + MAGIC_AT);
    }

    public static int crc(ByteBuffer b, int at) {
        return b.getInt(at + CRC);
    }

    public static short attributes(ByteBuffer b, int at) {
        return b.getShort(at + ATTRIBUTES);
    }

    public static int codecId(ByteBuffer b, int at) {
        return attributes(b, at) & CODEC_MASK;
    }

    public static boolean isLogAppendTime(ByteBuffer b, int at) {
        return (attributes(b, at) & LOG_APPEND_TIME_BIT) != 0;
    }

    public static boolean isTransactional(ByteBuffer b, int at) {
        return (attributes(b, at) & TRANSACTIONAL_BIT) != 0;
    }

    public static boolean isControl(ByteBuffer b, int at) {
        return (attributes(b, at) & CONTROL_BIT) != 0;
    }

    public static boolean hasDeleteHorizon(ByteBuffer b, int at) {
        return (attributes(b, at) & DELETE_HORIZON_BIT) != 0;
    }

    public static int lastOffsetDelta(ByteBuffer b, int at) {
        return b.getInt(at + LAST_OFFSET_DELTA);
    }

    public static long lastOffset(ByteBuffer b, int at) {
        return baseOffset(b, at) + lastOffsetDelta(b, at);
    }

    public static long nextOffset(ByteBuffer b, int at) {
        return lastOffset(b, at) + 1;
    }

    public static long baseTimestamp(ByteBuffer b, int at) {
        return b.getLong(at + BASE_TIMESTAMP);
    }

    public static long maxTimestamp(ByteBuffer b, int at) {
        return b.getLong(at + MAX_TIMESTAMP);
    }

    public static long producerId(ByteBuffer b, int at) {
        return b.getLong(at + PRODUCER_ID);
    }

    public static boolean hasProducerId(ByteBuffer b, int at) {
        return producerId(b, at) > NO_PRODUCER_ID;
    }

    public static short producerEpoch(ByteBuffer b, int at) {
        return b.getShort(at + PRODUCER_EPOCH);
    }

    public static int baseSequence(ByteBuffer b, int at) {
        return b.getInt(at + BASE_SEQUENCE);
    }

    /** The last record's sequence; after 2^31-1 comes 0. */
    public static int lastSequence(ByteBuffer b, int at) {
        int base = baseSequence(b, at);
        return base == NO_SEQUENCE ? NO_SEQUENCE : Sequences.plus(base, lastOffsetDelta(b, at));
    }

    public static int recordCount(ByteBuffer b, int at) {
        return b.getInt(at + RECORD_COUNT);
    }

    /** The largest timestamp of its records; {@link #NO_TIMESTAMP} when compaction has left only the header. */
    public static long newestRecord(ByteBuffer b, int at) {
        return recordCount(b, at) == 0 ? NO_TIMESTAMP : maxTimestamp(b, at);
    }

    /** Whether the stored checksum is that of the bytes; the length field must have been checked. */
    public static boolean isIntact(ByteBuffer b, int at) {
        return crc(b, at) == computeCrc(b, at);
    }

    public static int computeCrc(ByteBuffer b, int at) {
        return Crc.of(b, at + ATTRIBUTES, sizeBytes(b, at) - ATTRIBUTES);
    }

    /** Places the batch in the log. The checksum does not cover these fields. */
    public static void place(ByteBuffer b, int at, long baseOffset, int leaderEpoch) {
        b.putLong(at + BASE_OFFSET, baseOffset);
        b.putInt(at + LEADER_EPOCH, leaderEpoch);
    }

    public static void setBaseOffset(ByteBuffer b, int at, long baseOffset) {
        b.putLong(at + BASE_OFFSET, baseOffset);
    }

    /** Stamps the batch with the log's clock: readers then ignore the records' own timestamps. Mends the checksum. */
    public static void stampLogAppendTime(ByteBuffer b, int at, long nowMs) {
        b.putShort(at + ATTRIBUTES, (short) (attributes(b, at) | LOG_APPEND_TIME_BIT));
        b.putLong(at + MAX_TIMESTAMP, nowMs);
        b.putInt(at + CRC, computeCrc(b, at));
    }
}
