package io.millrace.protocol.fetch;

import io.netty.buffer.ByteBuf;

/**
 * Takes an encoded Fetch response piece by piece, in the order of the wire.
 *
 * <p>Thread: the one that encodes.
 */
public interface FetchResponseSink {
    /** Bytes written by the encoder; the sink owns the buffer and releases it. */
    void header(ByteBuf bytes);

    /** Here go the record bytes of this part, exactly {@link RecordsPart#sizeBytes} of them. */
    void records(RecordsPart part);
}
