package io.millrace.log.recovery;

import io.millrace.log.TopicPartitionId;
import io.millrace.log.segment.LogCheckpoint;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * The payload of a frame of the {@link CheckpointJournal}, big-endian:
 *
 * <pre>
 *   kind               int8   1 checkpoint, 2 log start, 3 forgotten
 *   topic id           int64 int64
 *   partition          int32
 *   topic              int16 length, UTF-8
 *   log start          int64  kinds 1 and 2
 *   --- kind 1 only
 *   recovery offset    int64  -1 in a withdrawn frame: whether there ever was one is not known
 *   segment base       int64
 *   position           int32
 *   max timestamp      int64  of the segment before the position, -1 for none
 *   max timestamp's batch int64
 *   first timestamp    int64  of the segment's first batch, -1 for none
 *   created            int64  milliseconds
 *   epochs             int32 count, then (epoch int32, start int64) each
 *   producers          int32 length, a producer snapshot
 *   aborted            int32 length, aborted transactions
 *   high watermark     int64  at most the recovery offset; not there in frames of older versions
 * </pre>
 *
 * Thread: any (no state).
 */
final class CheckpointCodec {
    static final byte CHECKPOINT = 1;
    static final byte LOG_START = 2;
    static final byte FORGOTTEN = 3;

    /** The recovery offset in a withdrawn frame that was never in force: of this partition nothing is known. */
    static final long UNKNOWN = -1;

    private static final int FIXED_BYTES = 1 + 16 + 4 + 2 + 8 + 8 + 8 + 4 + 8 + 8 + 8 + 8 + 4 + 4 + 4 + 8;

    private CheckpointCodec() {}

    static ByteBuffer checkpoint(LogCheckpoint c) {
        byte[] topic = c.id().topic().getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = ByteBuffer.allocate(
                FIXED_BYTES + topic.length + c.epochs().length * 12 + c.producers().length + c.aborted().length);
        putId(out, CHECKPOINT, c.id(), topic);
        out.putLong(c.logStart())
                .putLong(c.recoveryOffset())
                .putLong(c.segmentBase())
                .putInt(c.position());
        out.putLong(c.maxTimestamp()).putLong(c.maxTimestampBatch());
        out.putLong(c.firstTimestamp()).putLong(c.createdMs());
        out.putInt(c.epochs().length);
        for (int i = 0; i < c.epochs().length; i++) out.putInt(c.epochs()[i]).putLong(c.epochStarts()[i]);
        out.putInt(c.producers().length).put(c.producers());
        out.putInt(c.aborted().length).put(c.aborted());
        out.putLong(c.highWatermark());
        return out.flip();
    }

    static ByteBuffer unknown(TopicPartitionId id, long logStart) {
        byte[] none = new byte[0];
        return checkpoint(new LogCheckpoint(
                id, logStart, UNKNOWN, UNKNOWN, 0, -1, -1, -1, 0, new int[0], new long[0], none, none, 0));
    }

    static ByteBuffer logStart(TopicPartitionId id, long logStart) {
        byte[] topic = id.topic().getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = ByteBuffer.allocate(FIXED_BYTES + topic.length);
        putId(out, LOG_START, id, topic);
        return out.putLong(logStart).flip();
    }

    static ByteBuffer forgotten(TopicPartitionId id) {
        byte[] topic = id.topic().getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = ByteBuffer.allocate(FIXED_BYTES + topic.length);
        putId(out, FORGOTTEN, id, topic);
        return out.flip();
    }

    private static void putId(ByteBuffer out, byte kind, TopicPartitionId id, byte[] topic) {
        out.put(kind);
        out.putLong(id.topicId().getMostSignificantBits());
        out.putLong(id.topicId().getLeastSignificantBits());
        out.putInt(id.partition());
        out.putShort((short) topic.length).put(topic);
    }

    static byte kind(ByteBuffer in) {
        return in.get(in.position());
    }

    /** Leaves the position behind the id. */
    static TopicPartitionId id(ByteBuffer in) {
        in.get();
        UUID topicId = new UUID(in.getLong(), in.getLong());
        int partition = in.getInt();
        byte[] topic = new byte[in.getShort() & 0xffff];
        in.get(topic);
        return new TopicPartitionId(topicId, new String(topic, StandardCharsets.UTF_8), partition);
    }

    /** The rest of a frame of kind 1, behind the id. */
    static LogCheckpoint checkpoint(TopicPartitionId id, ByteBuffer in) {
        long logStart = in.getLong();
        long recoveryOffset = in.getLong();
        long segmentBase = in.getLong();
        int position = in.getInt();
        long maxTimestamp = in.getLong();
        long maxBatch = in.getLong();
        long firstTimestamp = in.getLong();
        long created = in.getLong();
        int count = in.getInt();
        int[] epochs = new int[count];
        long[] starts = new long[count];
        for (int i = 0; i < count; i++) {
            epochs[i] = in.getInt();
            starts[i] = in.getLong();
        }
        byte[] producers = new byte[in.getInt()];
        in.get(producers);
        byte[] aborted = new byte[in.getInt()];
        in.get(aborted);
        long highWatermark = in.remaining() < Long.BYTES ? -1 : in.getLong();
        return new LogCheckpoint(
                id,
                logStart,
                recoveryOffset,
                segmentBase,
                position,
                maxTimestamp,
                maxBatch,
                firstTimestamp,
                created,
                epochs,
                starts,
                producers,
                aborted,
                highWatermark);
    }
}
