package io.millrace.client.message;

import io.millrace.client.link.WireReader;
import io.millrace.client.link.WireWriter;

/**
 * Heartbeat v3 and LeaveGroup v3: still there, or not any more.
 *
 * <p>Thread: immutable.
 */
public final class Heartbeat {
    public static final short API = 12;
    public static final short VERSION = 3;
    public static final short LEAVE_API = 13;
    public static final short LEAVE_VERSION = 3;

    private Heartbeat() {}

    public static void write(WireWriter out, String group, int generation, String member) {
        out.text(group).int32(generation).text(member).text(null);
    }

    public static void writeLeave(WireWriter out, String group, String member) {
        out.text(group).int32(1).text(member).text(null);
    }

    /** The error code. */
    public static short read(WireReader in) {
        in.int32();
        return in.int16();
    }
}
