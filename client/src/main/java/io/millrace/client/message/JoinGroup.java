package io.millrace.client.message;

import io.millrace.client.link.WireReader;
import io.millrace.client.link.WireWriter;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * JoinGroup v5: becoming a member, and for the leader who the others are.
 *
 * <p>Thread: immutable.
 */
public final class JoinGroup {
    public static final short API = 11;
    public static final short VERSION = 5;
    private static final String CONSUMER = "consumer";

    /** The answer; {@code members} and what they subscribe to is told to the leader only. */
    public record Answer(
            short error,
            int generation,
            String protocol,
            String leader,
            String member,
            Map<String, ByteBuffer> members) {}

    private JoinGroup() {}

    /** @param protocols what it subscribes to, by each assignor that it offers, in the order of its preference */
    public static void write(
            WireWriter out,
            String group,
            int sessionTimeoutMs,
            int rebalanceTimeoutMs,
            String member,
            Map<String, ByteBuffer> protocols) {
        out.text(group)
                .int32(sessionTimeoutMs)
                .int32(rebalanceTimeoutMs)
                .text(member)
                .text(null)
                .text(CONSUMER)
                .int32(protocols.size());
        protocols.forEach((name, subscription) -> out.text(name).sized(subscription));
    }

    public static Answer read(WireReader in) {
        in.int32();
        short error = in.int16();
        int generation = in.int32();
        String protocol = in.text();
        String leader = in.text();
        String member = in.text();
        Map<String, ByteBuffer> members = new LinkedHashMap<>();
        for (int left = in.count(8); left > 0; left--) {
            String id = in.text();
            in.text();
            members.put(id, in.sized());
        }
        return new Answer(error, generation, protocol, leader, member, members);
    }
}
