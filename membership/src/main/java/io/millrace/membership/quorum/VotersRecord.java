package io.millrace.membership.quorum;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The record that changes who votes. It stands alone in a batch of the quorum's own, and in a snapshot.
 *
 * <pre>
 *   0 kind        int8    2; 1 is the start of an epoch: int32 epoch, int32 leader
 *   1 count       int32
 *   5 per voter: int32 node id, 16 bytes directory id
 * </pre>
 *
 * <p>Thread: any; pure.
 */
final class VotersRecord {
    static final byte KIND = 2;

    private VotersRecord() {}

    static byte[] encode(VoterSet voters) {
        return new MessageWriter(1 + MessageWriter.votersBytes(voters))
                .int8(KIND)
                .voters(voters)
                .done();
    }

    /**
     * The voters that a batch states; empty for any other batch.
     *
     * @throws MessageFormatException for a batch of the quorum's own that this version does not know: who votes must not be
     *     half understood
     */
    static Optional<VoterSet> in(QuorumBatch batch) {
        return batch.control() ? decode(batch.records().get(0)) : Optional.empty();
    }

    /** Empty when it is the start of an epoch. */
    static Optional<VoterSet> decode(byte[] record) {
        MessageReader in = new MessageReader(ByteBuffer.wrap(record));
        int kind = in.int8();
        if (kind > KIND) {
            throw new MessageFormatException("the metadata log has a record of kind " + kind
                    + " of the quorum's own, this build knows " + KIND + ": use the build that wrote it");
        }
        if (kind != KIND) {
            return Optional.empty();
        }
        VoterSet voters = in.voters();
        in.end();
        return Optional.of(voters);
    }
}
