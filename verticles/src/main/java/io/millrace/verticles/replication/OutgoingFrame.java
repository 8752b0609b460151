package io.millrace.verticles.replication;

import io.millrace.log.Payload;
import io.millrace.log.replication.ReplicaAnswer;
import io.millrace.log.replication.ReplicaFetch;
import io.millrace.log.replication.ReplicationCodec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A message on its way out: its head as bytes, its records by reference until the socket has taken them.
 *
 * <p>Thread: any; handed over once.
 */
public final class OutgoingFrame {
    private final ByteBuffer head;
    private final List<Payload> records;
    private final int recordBytes;

    private OutgoingFrame(ByteBuffer head, List<Payload> records, int recordBytes) {
        this.head = head;
        this.records = records;
        this.recordBytes = recordBytes;
    }

    static OutgoingFrame of(ReplicaFetch fetch) {
        return new OutgoingFrame(ReplicationCodec.encode(fetch), List.of(), 0);
    }

    /** Takes over the answer's payloads. */
    static OutgoingFrame of(ReplicaAnswer answer) {
        List<Payload> records = new ArrayList<>();
        answer.parts().forEach(part -> records.addAll(part.records()));
        return new OutgoingFrame(ReplicationCodec.encodeHead(answer), records, answer.sizeBytes());
    }

    public int sizeBytes() {
        return head.remaining() + recordBytes;
    }

    int recordBytes() {
        return recordBytes;
    }

    ByteBuf head() {
        return Unpooled.wrappedBuffer(head);
    }

    List<Payload> records() {
        return records;
    }

    /** All of it as one buffer over the parts. */
    public ByteBuf view() {
        ByteBuf[] parts = new ByteBuf[1 + records.size()];
        parts[0] = head();
        for (int i = 0; i < records.size(); i++) {
            parts[i + 1] = Unpooled.wrappedBuffer(records.get(i).bytes());
        }
        return parts.length == 1 ? parts[0] : Unpooled.wrappedBuffer(parts.length, parts);
    }

    /** The bytes are gone, or never will be. */
    public void release() {
        records.forEach(Payload::release);
    }
}
