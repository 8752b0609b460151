package io.millrace.client.message;

import io.millrace.client.TopicPartition;
import io.millrace.client.link.WireReader;
import io.millrace.client.link.WireWriter;

/**
 * ListOffsets v5 for one partition: where it begins, where it ends, or where a time is.
 *
 * <p>Thread: immutable.
 */
public final class ListOffsets {
    public static final short API = 2;
    public static final short VERSION = 5;
    public static final long LATEST = -1;
    public static final long EARLIEST = -2;

    /** The answer; {@code offset} is -1 when no record is as young as the time. */
    public record Answer(short error, long timestamp, long offset) {}

    private ListOffsets() {}

    public static void write(WireWriter out, TopicPartition partition, int leaderEpoch, long timestamp) {
        out.int32(-1)
                .int8(0)
                .int32(1)
                .text(partition.topic())
                .int32(1)
                .int32(partition.partition())
                .int32(leaderEpoch)
                .int64(timestamp);
    }

    public static Answer read(WireReader in) {
        in.int32();
        if (in.count(6) != 1) {
            return new Answer((short) -1, -1, -1);
        }
        in.text();
        if (in.count(26) != 1) {
            return new Answer((short) -1, -1, -1);
        }
        in.int32();
        return new Answer(in.int16(), in.int64(), in.int64());
    }
}
