package io.millrace.client.message;

import io.millrace.client.link.WireReader;
import io.millrace.client.link.WireWriter;

/**
 * InitProducerId v1: who an idempotent producer is.
 *
 * <p>Thread: immutable.
 */
public final class InitProducerId {
    public static final short API = 22;
    public static final short VERSION = 1;

    /** The answer. */
    public record Answer(short error, long producerId, short producerEpoch) {}

    private InitProducerId() {}

    public static void write(WireWriter out) {
        out.text(null).int32(Integer.MAX_VALUE);
    }

    public static Answer read(WireReader in) {
        in.int32();
        return new Answer(in.int16(), in.int64(), in.int16());
    }
}
