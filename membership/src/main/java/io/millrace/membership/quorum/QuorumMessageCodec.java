package io.millrace.membership.quorum;

import io.millrace.membership.quorum.QuorumMessage.BeginEpoch;
import io.millrace.membership.quorum.QuorumMessage.EndEpoch;
import io.millrace.membership.quorum.QuorumMessage.FetchOutcome;
import io.millrace.membership.quorum.QuorumMessage.FetchRequest;
import io.millrace.membership.quorum.QuorumMessage.FetchResponse;
import io.millrace.membership.quorum.QuorumMessage.SnapshotRequest;
import io.millrace.membership.quorum.QuorumMessage.SnapshotResponse;
import io.millrace.membership.quorum.QuorumMessage.VoteRequest;
import io.millrace.membership.quorum.QuorumMessage.VoteResponse;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The bytes of a {@link QuorumMessage}. A position is an end offset (int64) and an epoch (int32), an id 16 bytes.
 *
 * <pre>
 *   0 version           int8    1
 *   1 kind              int8
 *   2 epoch             int32
 *   then by kind:
 *   1 vote request      directory id, position, bool pre-vote
 *   2 vote response     int32 leader, bool granted, bool pre-vote
 *   3 begin epoch       int32 leader
 *   4 end epoch         int32 count, int32 successor each
 *   5 fetch request     directory id, position, int64 known high watermark
 *   6 fetch response    int32 leader, position asked, int64 high watermark, int8 outcome:
 *                       0 batches: int32 count; each int64 base offset, int32 epoch, bool control,
 *                         int32 count; each record int32 length and bytes
 *                       1 diverged: position      2 snapshot needed: position      3 not leader
 *   7 snapshot request  position, int64 byte position
 *   8 snapshot response int32 leader, position, int64 byte position, int64 size (-1: none), int32 length, bytes
 *   9 vote request      as 1, then the directory id whose vote is asked for; once the voters were changed
 * </pre>
 *
 * <p>Thread: any; pure.
 */
public final class QuorumMessageCodec {
    static final byte VERSION = 1;
    /** A batch is never cut, so one of the largest command must fit. */
    public static final int MAX_BYTES = 16 * 1024 * 1024;

    private static final int HEADER_BYTES = 2 + Integer.BYTES;
    private static final int BATCH_BYTES = Long.BYTES + Integer.BYTES + 1 + Integer.BYTES;
    private static final int MAX_SUCCESSORS = VoterSet.MAX_VOTERS;

    private static final int VOTE_REQUEST = 1;
    private static final int VOTE_RESPONSE = 2;
    private static final int BEGIN_EPOCH = 3;
    private static final int END_EPOCH = 4;
    private static final int FETCH_REQUEST = 5;
    private static final int FETCH_RESPONSE = 6;
    private static final int SNAPSHOT_REQUEST = 7;
    private static final int SNAPSHOT_RESPONSE = 8;
    private static final int VOTE_REQUEST_TO = 9;

    private static final int BATCHES = 0;
    private static final int DIVERGED = 1;
    private static final int SNAPSHOT_NEEDED = 2;
    private static final int NOT_LEADER = 3;

    private QuorumMessageCodec() {}

    public static byte[] encode(QuorumMessage message) {
        if (message instanceof VoteRequest vote) {
            return voteRequest(vote);
        } else if (message instanceof VoteResponse vote) {
            return start(VOTE_RESPONSE, vote, Integer.BYTES + 2)
                    .int32(vote.leaderId())
                    .bool(vote.granted())
                    .bool(vote.preVote())
                    .done();
        } else if (message instanceof BeginEpoch begin) {
            return start(BEGIN_EPOCH, begin, Integer.BYTES)
                    .int32(begin.leaderId())
                    .done();
        } else if (message instanceof EndEpoch end) {
            MessageWriter out = start(
                            END_EPOCH,
                            end,
                            Integer.BYTES * (1 + end.successors().size()))
                    .int32(end.successors().size());
            end.successors().forEach(out::int32);
            return out.done();
        } else if (message instanceof FetchRequest fetch) {
            return start(FETCH_REQUEST, fetch, MessageWriter.UUID_BYTES + MessageWriter.POSITION_BYTES + Long.BYTES)
                    .uuid(fetch.directoryId())
                    .position(fetch.log())
                    .int64(fetch.knownHighWatermark())
                    .done();
        } else if (message instanceof FetchResponse response) {
            return fetchResponse(response);
        } else if (message instanceof SnapshotRequest request) {
            return start(SNAPSHOT_REQUEST, request, MessageWriter.POSITION_BYTES + Long.BYTES)
                    .position(request.snapshot())
                    .int64(request.position())
                    .done();
        }
        SnapshotResponse response = (SnapshotResponse) message;
        return start(
                        SNAPSHOT_RESPONSE,
                        response,
                        2 * Integer.BYTES + MessageWriter.POSITION_BYTES + 2 * Long.BYTES + response.bytes().length)
                .int32(response.leaderId())
                .position(response.snapshot())
                .int64(response.position())
                .int64(response.totalBytes())
                .bytes(response.bytes())
                .done();
    }

    private static byte[] voteRequest(VoteRequest vote) {
        int kind = vote.asked().isPresent() ? VOTE_REQUEST_TO : VOTE_REQUEST;
        int body = MessageWriter.UUID_BYTES + MessageWriter.POSITION_BYTES + 1;
        MessageWriter out = start(kind, vote, vote.asked().isPresent() ? body + MessageWriter.UUID_BYTES : body)
                .uuid(vote.directoryId())
                .position(vote.log())
                .bool(vote.preVote());
        vote.asked().ifPresent(out::uuid);
        return out.done();
    }

    private static MessageWriter start(int kind, QuorumMessage message, int bodyBytes) {
        return new MessageWriter(HEADER_BYTES + bodyBytes)
                .int8(VERSION)
                .int8(kind)
                .int32(message.epoch());
    }

    private static byte[] fetchResponse(FetchResponse response) {
        FetchOutcome outcome = response.outcome();
        int body = Integer.BYTES + MessageWriter.POSITION_BYTES + Long.BYTES + 1;
        if (outcome instanceof FetchOutcome.Batches batches) {
            MessageWriter out = header(response, body + batchesBytes(batches.batches()), BATCHES)
                    .int32(batches.batches().size());
            batches.batches().forEach(batch -> write(out, batch));
            return out.done();
        } else if (outcome instanceof FetchOutcome.Diverged diverged) {
            return header(response, body + MessageWriter.POSITION_BYTES, DIVERGED)
                    .position(diverged.leaderEnd())
                    .done();
        } else if (outcome instanceof FetchOutcome.SnapshotNeeded needed) {
            return header(response, body + MessageWriter.POSITION_BYTES, SNAPSHOT_NEEDED)
                    .position(needed.snapshot())
                    .done();
        }
        return header(response, body, NOT_LEADER).done();
    }

    private static MessageWriter header(FetchResponse response, int bodyBytes, int outcome) {
        return start(FETCH_RESPONSE, response, bodyBytes)
                .int32(response.leaderId())
                .position(response.asked())
                .int64(response.highWatermark())
                .int8(outcome);
    }

    private static int batchesBytes(List<QuorumBatch> batches) {
        long size = Integer.BYTES;
        for (QuorumBatch batch : batches) {
            size += BATCH_BYTES + batch.sizeBytes() + (long) batch.records().size() * Integer.BYTES;
        }
        return Math.toIntExact(size);
    }

    private static void write(MessageWriter out, QuorumBatch batch) {
        out.int64(batch.baseOffset())
                .int32(batch.epoch())
                .bool(batch.control())
                .int32(batch.records().size());
        batch.records().forEach(out::bytes);
    }

    /** @throws MessageFormatException for anything that {@link #encode} of this version does not write */
    public static QuorumMessage decode(ByteBuffer bytes) {
        if (bytes.remaining() > MAX_BYTES) {
            throw new MessageFormatException(bytes.remaining() + " bytes are more than " + MAX_BYTES);
        }
        MessageReader in = new MessageReader(bytes.slice());
        int version = in.int8();
        if (version != VERSION) {
            throw new MessageFormatException("version " + version + ", expected " + VERSION);
        }
        int kind = in.int8();
        int epoch = in.int32();
        if (epoch < 0) {
            throw new MessageFormatException("epoch " + epoch);
        }
        QuorumMessage message =
                switch (kind) {
                    case VOTE_REQUEST -> new VoteRequest(epoch, in.uuid(), in.position(), in.bool());
                    case VOTE_REQUEST_TO ->
                        new VoteRequest(epoch, in.uuid(), in.position(), in.bool(), Optional.of(in.uuid()));
                    case VOTE_RESPONSE -> new VoteResponse(epoch, in.int32(), in.bool(), in.bool());
                    case BEGIN_EPOCH -> new BeginEpoch(epoch, in.int32());
                    case END_EPOCH -> new EndEpoch(epoch, successors(in));
                    case FETCH_REQUEST -> new FetchRequest(epoch, in.uuid(), in.position(), in.int64());
                    case FETCH_RESPONSE -> new FetchResponse(epoch, in.int32(), in.position(), in.int64(), outcome(in));
                    case SNAPSHOT_REQUEST -> new SnapshotRequest(epoch, in.position(), in.int64());
                    case SNAPSHOT_RESPONSE ->
                        new SnapshotResponse(epoch, in.int32(), in.position(), in.int64(), in.int64(), in.bytes());
                    default -> throw new MessageFormatException("kind " + kind);
                };
        in.end();
        return message;
    }

    private static List<Integer> successors(MessageReader in) {
        List<Integer> successors = new ArrayList<>();
        for (int left = in.count(Integer.BYTES, MAX_SUCCESSORS); left > 0; left--) {
            successors.add(in.int32());
        }
        return successors;
    }

    private static FetchOutcome outcome(MessageReader in) {
        int kind = in.int8();
        return switch (kind) {
            case BATCHES -> new FetchOutcome.Batches(batches(in));
            case DIVERGED -> new FetchOutcome.Diverged(in.position());
            case SNAPSHOT_NEEDED -> new FetchOutcome.SnapshotNeeded(in.position());
            case NOT_LEADER -> new FetchOutcome.NotLeader();
            default -> throw new MessageFormatException("fetch outcome " + kind);
        };
    }

    private static List<QuorumBatch> batches(MessageReader in) {
        List<QuorumBatch> batches = new ArrayList<>();
        for (int left = in.count(BATCH_BYTES, MAX_BYTES); left > 0; left--) {
            long baseOffset = in.int64();
            int epoch = in.int32();
            boolean control = in.bool();
            List<byte[]> records = new ArrayList<>();
            for (int more = in.count(Integer.BYTES, MAX_BYTES); more > 0; more--) {
                records.add(in.bytes());
            }
            if (records.isEmpty() || baseOffset < 0 || epoch < 0) {
                throw new MessageFormatException(
                        "a batch of " + records.size() + " records at " + baseOffset + "@" + epoch);
            }
            batches.add(new QuorumBatch(baseOffset, epoch, control, records));
        }
        return batches;
    }
}
