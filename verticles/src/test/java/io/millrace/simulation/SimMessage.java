package io.millrace.simulation;

import io.millrace.membership.quorum.FormationMessage;
import io.millrace.membership.quorum.QuorumMessage;
import io.millrace.protocol.Errors;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * Everything that nodes and clients say to each other.
 *
 * <p>Thread: immutable.
 */
sealed interface SimMessage {
    /** Tells contents apart in a trace. */
    private static String sum(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return bytes.length + " bytes " + Long.toHexString(crc.getValue());
    }

    record Raft(QuorumMessage message) implements SimMessage {}

    record Form(FormationMessage message) implements SimMessage {}

    record Command(long call, byte[] bytes) implements SimMessage {
        @Override
        public String toString() {
            return "Command[" + call + " " + sum(bytes) + "]";
        }
    }

    record CommandAnswer(long call, byte[] bytes) implements SimMessage {
        @Override
        public String toString() {
            return "CommandAnswer[" + call + " " + sum(bytes) + "]";
        }
    }

    /** A frame of replication, as bytes: both ends go through the codec. */
    record Frame(byte[] bytes) implements SimMessage {
        ByteBuffer buffer() {
            return ByteBuffer.wrap(bytes);
        }

        @Override
        public String toString() {
            return "Frame[" + sum(bytes) + "]";
        }
    }

    /** A client's batch with acks=all. */
    record Produce(long request, UUID topicId, int partition, byte[] batch) implements SimMessage {
        @Override
        public String toString() {
            return "Produce[" + request + " to " + partition + " " + sum(batch) + "]";
        }
    }

    record Produced(long request, Errors error, long baseOffset) implements SimMessage {}

    /** A consumer's read, with the leader epoch that it knows. */
    record Read(long request, UUID topicId, int partition, long offset, int leaderEpoch) implements SimMessage {}

    /** Everything before the offset may go. */
    record DeleteRecords(UUID topicId, int partition, long offset) implements SimMessage {}

    /** Which life are you? */
    record Probe(long call) implements SimMessage {}

    record ProbeAnswer(long call, UUID incarnation) implements SimMessage {}

    /** A group member's request, as the machines take it; numbers rise within a client. */
    record Ask(long request, Object body, int version) implements SimMessage {
        @Override
        public String toString() {
            return body.getClass().getSimpleName() + "[" + request + "]";
        }
    }

    /** {@code body} is null when there was nobody to ask. */
    record Answer(long request, Errors error, Object body) implements SimMessage {
        @Override
        public String toString() {
            return "Answer[" + request + " " + error + " " + Integer.toHexString(Objects.hashCode(body)) + "]";
        }
    }

    record ReadAnswer(long request, Errors error, long highWatermark, long logStart, byte[] batches)
            implements SimMessage {
        @Override
        public String toString() {
            return "ReadAnswer[" + request + " " + error + ", " + sum(batches) + "]";
        }
    }
}
