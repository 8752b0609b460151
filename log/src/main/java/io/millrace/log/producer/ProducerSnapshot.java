package io.millrace.log.producer;

import io.millrace.log.batch.Crc;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The bytes of a producer snapshot, big-endian:
 *
 * <pre>
 *   version            int16  1
 *   crc                int32  CRC32C of all that follows
 *   end offset         int64  the state before the batch at this offset
 *   producers          int32
 *     producer id      int64
 *     epoch            int16
 *     coordinator epoch int32 -1 when no transaction ever ended
 *     last timestamp   int64
 *     transaction's first offset int64  -1 when none is open
 *     batches          int8   0 to 5, oldest first
 *       last sequence  int32
 *       offset delta   int32
 *       last offset    int64
 *       max timestamp  int64
 *   ended transactions int32  whose marker was not yet below the high watermark
 *     first offset     int64
 *     marker's offset  int64
 * </pre>
 *
 * <p>Thread: any (no state).
 */
final class ProducerSnapshot {
    static final short VERSION = 1;
    private static final int PREFIX_BYTES = Short.BYTES + Integer.BYTES;
    private static final int FIXED_BYTES = PREFIX_BYTES + Long.BYTES + 2 * Integer.BYTES;
    private static final int PRODUCER_BYTES = 3 * Long.BYTES + Integer.BYTES + Short.BYTES + 1;
    private static final int BATCH_BYTES = 2 * Integer.BYTES + 2 * Long.BYTES;

    private ProducerSnapshot() {}

    /** Receives the transactions that ended. */
    interface EndedTransaction {
        void accept(long firstOffset, long markerOffset);
    }

    static byte[] encode(long endOffset, ProducerState[] producers, Transactions transactions) {
        Map<Long, Long> ended = transactions == null ? Map.of() : transactions.endedByFirstOffset();
        int size = FIXED_BYTES + ended.size() * 2 * Long.BYTES;
        for (ProducerState producer : producers) {
            size += PRODUCER_BYTES + producer.batchCount() * BATCH_BYTES;
        }
        ByteBuffer out = ByteBuffer.allocate(size);
        out.putShort(VERSION).putInt(0).putLong(endOffset).putInt(producers.length);
        for (ProducerState producer : producers) {
            encode(producer, out);
        }
        out.putInt(ended.size());
        ended.forEach((first, marker) -> out.putLong(first).putLong(marker));
        out.putInt(Short.BYTES, Crc.of(out.array(), PREFIX_BYTES, size - PREFIX_BYTES));
        return out.array();
    }

    private static void encode(ProducerState producer, ByteBuffer out) {
        out.putLong(producer.producerId)
                .putShort(producer.epoch)
                .putInt(producer.coordinatorEpoch)
                .putLong(producer.lastTimestampMs)
                .putLong(producer.txnFirstOffset)
                .put((byte) producer.batchCount());
        for (int age = producer.batchCount() - 1; age >= 0; age--) {
            int slot = producer.slot(age);
            out.putInt(producer.lastSequence(slot))
                    .putInt(producer.offsetDelta(slot))
                    .putLong(producer.lastOffset(slot))
                    .putLong(producer.timestampMs(slot));
        }
    }

    /** @return the end offset */
    static long decode(byte[] bytes, Consumer<ProducerState> producers, EndedTransaction ended) {
        if (bytes.length < FIXED_BYTES) {
            throw new DamagedSnapshotException("a producer snapshot has only " + bytes.length + " bytes");
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        short version = in.getShort();
        if (version != VERSION) {
            throw new DamagedSnapshotException("a producer snapshot has version " + version + ", not " + VERSION);
        }
        if (in.getInt() != Crc.of(bytes, PREFIX_BYTES, bytes.length - PREFIX_BYTES)) {
            throw new DamagedSnapshotException("a producer snapshot's checksum is wrong");
        }
        try {
            return decodeChecked(in, producers, ended);
        } catch (BufferUnderflowException tooShort) {
            throw new DamagedSnapshotException("a producer snapshot is shorter than it says");
        }
    }

    private static long decodeChecked(ByteBuffer in, Consumer<ProducerState> producers, EndedTransaction ended) {
        long endOffset = in.getLong();
        int count = in.getInt();
        for (int i = 0; i < count; i++) {
            ProducerState state = new ProducerState(in.getLong(), in.getShort());
            state.coordinatorEpoch = in.getInt();
            long lastTimestampMs = in.getLong();
            state.txnFirstOffset = in.getLong();
            int batches = in.get();
            for (int batch = 0; batch < batches; batch++) {
                state.add(in.getInt(), in.getInt(), in.getLong(), in.getLong(), ProducerState.NO_LEADER_EPOCH);
            }
            state.lastTimestampMs = lastTimestampMs;
            producers.accept(state);
        }
        int endedCount = in.getInt();
        for (int i = 0; i < endedCount; i++) {
            ended.accept(in.getLong(), in.getLong());
        }
        if (in.hasRemaining()) {
            throw new DamagedSnapshotException("a producer snapshot is longer than it says");
        }
        return endOffset;
    }
}
