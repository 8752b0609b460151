package io.millrace.verticles.quorum;

import io.millrace.verticles.cluster.BusNodeId;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * The envelope of a message between two nodes: who sends it, where it listens, which cluster it speaks for.
 *
 * <pre>
 *    0 version       int8    1
 *    1 sender        int32   node id
 *    5 incarnation   16      of the sender's process
 *   21 port          int32   of its event bus; 0: not known yet
 *   25 host          int8 length and UTF-8
 *    n cluster id    int8 length and UTF-8; empty while the sender is part of none
 *    n payload       the rest, with a version of its own
 * </pre>
 *
 * <p>Because the address stands in every frame, whoever hears from a node that came back on another port answers there.
 *
 * <p>Thread: immutable; the payload must not be changed.
 */
record PeerFrame(BusNodeId sender, String clusterId, ByteBuffer payload) {
    static final byte VERSION = 1;
    private static final int FIXED_BYTES = 1 + Integer.BYTES + 2 * Long.BYTES + Integer.BYTES;

    static byte[] encode(BusNodeId sender, String clusterId, byte[] payload) {
        byte[] host = sender.host().getBytes(StandardCharsets.UTF_8);
        byte[] cluster = clusterId.getBytes(StandardCharsets.UTF_8);
        if (host.length > Byte.MAX_VALUE || cluster.length > Byte.MAX_VALUE) {
            throw new IllegalArgumentException("a host or cluster id of more than " + Byte.MAX_VALUE + " bytes");
        }
        return ByteBuffer.allocate(FIXED_BYTES + 2 + host.length + cluster.length + payload.length)
                .put(VERSION)
                .putInt(sender.brokerId())
                .putLong(sender.incarnation().getMostSignificantBits())
                .putLong(sender.incarnation().getLeastSignificantBits())
                .putInt(sender.port())
                .put((byte) host.length)
                .put(host)
                .put((byte) cluster.length)
                .put(cluster)
                .put(payload)
                .array();
    }

    /** @throws IllegalArgumentException when the bytes are no frame of this version */
    static PeerFrame decode(ByteBuffer in) {
        try {
            int version = in.get();
            if (version != VERSION) {
                throw new IllegalArgumentException("version " + version + ", expected " + VERSION);
            }
            int id = in.getInt();
            UUID incarnation = new UUID(in.getLong(), in.getLong());
            int port = in.getInt();
            BusNodeId sender = new BusNodeId(id, incarnation, text(in), port);
            return new PeerFrame(sender, text(in), in.slice());
        } catch (BufferUnderflowException cut) {
            throw new IllegalArgumentException("ends too early", cut);
        }
    }

    private static String text(ByteBuffer in) {
        int length = in.get();
        if (length < 0 || length > in.remaining()) {
            throw new IllegalArgumentException("a text of " + length + " bytes");
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
