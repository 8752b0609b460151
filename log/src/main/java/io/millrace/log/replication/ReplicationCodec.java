package io.millrace.log.replication;

import io.millrace.log.EpochEnd;
import io.millrace.log.HeapPayload;
import io.millrace.log.Payload;
import io.millrace.log.replication.ReplicaAnswer.Part;
import io.millrace.log.replication.ReplicaAnswer.Status;
import io.millrace.log.replication.ReplicaFetch.Ask;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Messages between leaders and followers as bytes. A frame is a head and, in an answer, the records of all parts one after
 * the other, so that nothing but the head is ever copied here.
 *
 * <pre>
 *   0 version           uint8   2
 *   1 type              uint8   1 fetch, 2 answer
 *   2 shard             int32   of the receiver
 *   fetch:
 *     int32 follower, its shard; int64 broker epoch; int32 shards of the leader; int64 session; int32 sequence (0 opens it);
 *     uint8 flags (1: wants an answer); int32 longest wait in ms, most bytes
 *     int32 count; each: int32 handle; 16 topic id; int32 partition, leader epoch; int64 fetch offset; int32 epoch of the last
 *       batch (-1: none); int64 durable end, log start; uint8 flags (1: wants records)
 *     int32 count; each: int32 handle that is asked for no longer
 *   answer:
 *     int32 leader, its shard; int64 session; int32 sequence of the fetch; uint8 status (0 ok, 1 no such session, 2 other number
 *       of shards); int32 shards of the leader
 *     int32 count; each: int32 handle, leader epoch; int64 fetch offset; uint8 error; int32 newest epoch known; int64 high
 *       watermark, log start, log end; uint8 flags (1: offsets may be missing); int32 diverging epoch, int64 its end
 *       (-1 -1: none); int32 bytes of records
 *     the records of all parts, one after the other: whole batches as they are in the segments
 * </pre>
 *
 * <p>Thread: any; stateless.
 */
public final class ReplicationCodec {
    public static final byte VERSION = 2;
    private static final byte FETCH = 1;
    private static final byte ANSWER = 2;
    private static final byte YES = 1;
    private static final int SHARD_AT = 2;
    private static final int PREFIX_BYTES = 6;
    private static final int FETCH_BYTES = PREFIX_BYTES + 8 + 8 + 4 + 8 + 4 + 1 + 8 + 4 + 4;
    private static final int ASK_BYTES = 4 + 16 + 8 + 8 + 4 + 16 + 1;
    private static final int ANSWER_BYTES = PREFIX_BYTES + 8 + 8 + 4 + 1 + 4 + 4;
    private static final int PART_BYTES = 8 + 8 + 1 + 4 + 24 + 1 + 12 + 4;

    /** What a frame holds: exactly one is not null. */
    public record Message(ReplicaFetch fetch, ReplicaAnswer answer) {}

    /** Makes a payload of the records in a frame. */
    @FunctionalInterface
    public interface Keeper {
        /** @param at where they begin, counted from the frame's first byte */
        Payload keep(ByteBuffer frame, int at, int sizeBytes);
    }

    private ReplicationCodec() {}

    /** The whole of a fetch. */
    public static ByteBuffer encode(ReplicaFetch fetch) {
        ByteBuffer b = ByteBuffer.allocate(
                FETCH_BYTES + fetch.asks().size() * ASK_BYTES + fetch.dropped().length * Integer.BYTES);
        b.put(VERSION).put(FETCH).putInt(fetch.leaderShard());
        b.putInt(fetch.followerId()).putInt(fetch.followerShard()).putLong(fetch.brokerEpoch());
        b.putInt(fetch.leaderShards()).putLong(fetch.session()).putInt(fetch.sequence());
        b.put(flag(fetch.wantsAnswer())).putInt(fetch.maxWaitMs()).putInt(fetch.maxBytes());
        b.putInt(fetch.asks().size());
        for (Ask ask : fetch.asks()) {
            b.putInt(ask.handle());
            b.putLong(ask.topicId().getMostSignificantBits());
            b.putLong(ask.topicId().getLeastSignificantBits());
            b.putInt(ask.partition()).putInt(ask.leaderEpoch());
            b.putLong(ask.fetchOffset()).putInt(ask.lastEpoch());
            b.putLong(ask.durableEnd()).putLong(ask.logStart());
            b.put(flag(ask.wantsRecords()));
        }
        b.putInt(fetch.dropped().length);
        for (int handle : fetch.dropped()) {
            b.putInt(handle);
        }
        return b.flip();
    }

    /** An answer up to its records, which follow in the order of the parts. */
    public static ByteBuffer encodeHead(ReplicaAnswer answer) {
        ByteBuffer b = ByteBuffer.allocate(ANSWER_BYTES + answer.parts().size() * PART_BYTES);
        b.put(VERSION).put(ANSWER).putInt(answer.followerShard());
        b.putInt(answer.leaderId()).putInt(answer.leaderShard());
        b.putLong(answer.session()).putInt(answer.sequence());
        b.put((byte) answer.status().ordinal()).putInt(answer.leaderShards());
        b.putInt(answer.parts().size());
        for (Part part : answer.parts()) {
            b.putInt(part.handle()).putInt(part.leaderEpoch()).putLong(part.fetchOffset());
            b.put((byte) part.error().ordinal()).putInt(part.knownEpoch());
            b.putLong(part.highWatermark()).putLong(part.logStart()).putLong(part.logEnd());
            b.put(flag(part.gapsMayCome()));
            EpochEnd diverging = part.diverging() == null ? EpochEnd.UNKNOWN : part.diverging();
            b.putInt(diverging.epoch()).putLong(diverging.endOffset());
            b.putInt(part.sizeBytes());
        }
        return b.flip();
    }

    private static byte flag(boolean set) {
        return set ? YES : 0;
    }

    /** Which shard of the receiving node a frame is for, without looking at the rest of it; -1 when it is none of ours. */
    public static int shardOf(ByteBuffer frame) {
        int at = frame.position();
        return frame.remaining() < PREFIX_BYTES || frame.get(at) != VERSION ? -1 : frame.getInt(at + SHARD_AT);
    }

    /** Reads a frame; the records of an answer are views of it. */
    public static Message decode(ByteBuffer frame) throws MalformedFrameException {
        return decode(frame, (bytes, at, size) -> HeapPayload.of(bytes.slice(at, size)));
    }

    /**
     * Reads a frame.
     *
     * @param keeper makes a payload of its own, because the frame may be gone afterwards
     */
    public static Message decode(ByteBuffer frame, Keeper keeper) throws MalformedFrameException {
        ByteBuffer b = frame.slice();
        need(b, PREFIX_BYTES, "prefix");
        byte version = b.get();
        if (version != VERSION) {
            throw new MalformedFrameException("version " + version + " is not known");
        }
        byte type = b.get();
        int shard = b.getInt();
        if (type == FETCH) {
            return new Message(fetch(b, shard), null);
        }
        if (type == ANSWER) {
            return new Message(null, answer(b, shard, keeper));
        }
        throw new MalformedFrameException("type " + type + " is not known");
    }

    private static ReplicaFetch fetch(ByteBuffer b, int leaderShard) throws MalformedFrameException {
        need(b, FETCH_BYTES - PREFIX_BYTES, "fetch");
        int followerId = b.getInt();
        int followerShard = b.getInt();
        long brokerEpoch = b.getLong();
        int leaderShards = b.getInt();
        long session = b.getLong();
        int sequence = b.getInt();
        boolean wantsAnswer = b.get() == YES;
        int maxWaitMs = b.getInt();
        int maxBytes = b.getInt();
        int count = count(b, ASK_BYTES, ReplicaFetch.MAX_ASKS, "asks");
        List<Ask> asks = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            asks.add(new Ask(
                    b.getInt(),
                    new UUID(b.getLong(), b.getLong()),
                    b.getInt(),
                    b.getInt(),
                    b.getLong(),
                    b.getInt(),
                    b.getLong(),
                    b.getLong(),
                    b.get() == YES));
        }
        int[] dropped = new int[count(b, Integer.BYTES, ReplicaFetch.MAX_ASKS, "dropped")];
        for (int i = 0; i < dropped.length; i++) {
            dropped[i] = b.getInt();
        }
        return new ReplicaFetch(
                followerId,
                brokerEpoch,
                followerShard,
                leaderShard,
                leaderShards,
                session,
                sequence,
                wantsAnswer,
                maxWaitMs,
                maxBytes,
                asks,
                dropped);
    }

    private static ReplicaAnswer answer(ByteBuffer b, int followerShard, Keeper keeper) throws MalformedFrameException {
        need(b, ANSWER_BYTES - PREFIX_BYTES, "answer");
        int leaderId = b.getInt();
        int leaderShard = b.getInt();
        long session = b.getLong();
        int sequence = b.getInt();
        Status status = named(Status.values(), b.get(), "status");
        int leaderShards = b.getInt();
        int count = count(b, PART_BYTES, Integer.MAX_VALUE, "parts");
        int recordsAt = b.position() + count * PART_BYTES;
        List<Part> parts = new ArrayList<>(count);
        try {
            for (int i = 0; i < count; i++) {
                int handle = b.getInt();
                int leaderEpoch = b.getInt();
                long fetchOffset = b.getLong();
                FetchError error = named(FetchError.values(), b.get(), "error");
                int knownEpoch = b.getInt();
                long highWatermark = b.getLong();
                long logStart = b.getLong();
                long logEnd = b.getLong();
                boolean gapsMayCome = b.get() == YES;
                EpochEnd diverging = new EpochEnd(b.getInt(), b.getLong());
                int size = b.getInt();
                if (size < 0 || size > b.limit() - recordsAt) {
                    throw new MalformedFrameException("records of " + size + " bytes in " + (b.limit() - recordsAt));
                }
                List<Payload> records = size == 0 ? List.of() : List.of(keeper.keep(b, recordsAt, size));
                recordsAt += size;
                parts.add(new Part(
                        handle,
                        leaderEpoch,
                        fetchOffset,
                        error,
                        knownEpoch,
                        highWatermark,
                        logStart,
                        logEnd,
                        gapsMayCome,
                        diverging.isKnown() ? diverging : null,
                        records));
            }
        } catch (MalformedFrameException malformed) {
            parts.forEach(Part::release);
            throw malformed;
        }
        return new ReplicaAnswer(leaderId, leaderShard, followerShard, session, sequence, status, leaderShards, parts);
    }

    private static <E> E named(E[] values, byte ordinal, String what) throws MalformedFrameException {
        if (ordinal < 0 || ordinal >= values.length) {
            throw new MalformedFrameException(what + " " + ordinal + " is not known");
        }
        return values[ordinal];
    }

    private static int count(ByteBuffer b, int bytesOfOne, int most, String what) throws MalformedFrameException {
        need(b, Integer.BYTES, what);
        int count = b.getInt();
        if (count < 0 || count > most || count > b.remaining() / bytesOfOne) {
            throw new MalformedFrameException(count + " " + what + " in " + b.remaining() + " bytes");
        }
        return count;
    }

    private static void need(ByteBuffer b, int bytes, String what) throws MalformedFrameException {
        if (b.remaining() < bytes) {
            throw new MalformedFrameException(what + " in " + b.remaining() + " bytes");
        }
    }
}
