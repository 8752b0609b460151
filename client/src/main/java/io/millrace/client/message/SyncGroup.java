package io.millrace.client.message;

import io.millrace.client.link.WireReader;
import io.millrace.client.link.WireWriter;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * SyncGroup v3: the leader tells what each member reads, and every member hears it.
 *
 * <p>Thread: immutable.
 */
public final class SyncGroup {
    public static final short API = 14;
    public static final short VERSION = 3;

    /** The answer. */
    public record Answer(short error, ByteBuffer assignment) {}

    private SyncGroup() {}

    public static void write(
            WireWriter out, String group, int generation, String member, Map<String, ByteBuffer> assignments) {
        out.text(group).int32(generation).text(member).text(null).int32(assignments.size());
        assignments.forEach((id, assignment) -> out.text(id).sized(assignment));
    }

    public static Answer read(WireReader in) {
        in.int32();
        return new Answer(in.int16(), in.sized());
    }
}
