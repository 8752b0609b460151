package io.millrace.client.message;

import io.millrace.client.link.WireReader;
import io.millrace.client.link.WireWriter;

/**
 * FindCoordinator v2: which node keeps a group.
 *
 * <p>Thread: immutable.
 */
public final class FindCoordinator {
    public static final short API = 10;
    public static final short VERSION = 2;

    /** The answer. */
    public record Answer(short error, int brokerId) {}

    private FindCoordinator() {}

    public static void write(WireWriter out, String group) {
        out.text(group).int8(0);
    }

    public static Answer read(WireReader in) {
        in.int32();
        short error = in.int16();
        in.text();
        return new Answer(error, in.int32());
    }
}
