package io.millrace.client.message;

import io.millrace.client.TopicPartition;
import io.millrace.client.link.WireReader;
import io.millrace.client.link.WireWriter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Fetch v11 without a session: batches from offsets on.
 *
 * <p>Thread: immutable.
 */
public final class Fetch {
    public static final short API = 1;
    public static final short VERSION = 11;
    private static final int CONSUMER = -1;
    private static final int NO_SESSION = 0;
    private static final int SESSIONLESS = -1;
    private static final int WANT_BYTES = 28;
    private static final int TOPIC_BYTES = 6;

    /** What is wanted of one partition. */
    public record Want(TopicPartition partition, int leaderEpoch, long offset, int maxBytes) {}

    /** What was found of one partition; {@code records} is a view of the answer, null when there are none. */
    public record Found(
            TopicPartition partition, short error, long highWatermark, long logStartOffset, ByteBuffer records) {}

    private Fetch() {}

    /** What one partition adds to a request, be it the only one of its topic. */
    public static int mostBytesOf(TopicPartition partition) {
        return WANT_BYTES + TOPIC_BYTES + partition.topic().length();
    }

    /** @param wants those of one topic next to each other */
    public static void write(WireWriter out, int maxWaitMs, int minBytes, int maxBytes, List<Want> wants) {
        out.int32(CONSUMER)
                .int32(maxWaitMs)
                .int32(minBytes)
                .int32(maxBytes)
                .int8(0)
                .int32(NO_SESSION)
                .int32(SESSIONLESS);
        int topics = 0;
        for (int i = 0; i < wants.size(); i++) {
            topics += i == 0 || !sameTopic(wants, i - 1, i) ? 1 : 0;
        }
        out.int32(topics);
        for (int from = 0, to; from < wants.size(); from = to) {
            to = from + 1;
            while (to < wants.size() && sameTopic(wants, from, to)) {
                to++;
            }
            out.text(wants.get(from).partition().topic()).int32(to - from);
            for (Want want : wants.subList(from, to)) {
                out.int32(want.partition().partition())
                        .int32(want.leaderEpoch())
                        .int64(want.offset())
                        .int64(-1)
                        .int32(want.maxBytes());
            }
        }
        out.int32(0).text("");
    }

    private static boolean sameTopic(List<Want> wants, int one, int other) {
        return wants.get(one)
                .partition()
                .topic()
                .equals(wants.get(other).partition().topic());
    }

    /** The answer; a record of each partition that has news. */
    public static List<Found> read(WireReader in) {
        in.int32();
        in.int16();
        in.int32();
        List<Found> all = new ArrayList<>();
        for (int topics = in.count(6); topics > 0; topics--) {
            String topic = in.text();
            for (int left = in.count(42); left > 0; left--) {
                int partition = in.int32();
                short error = in.int16();
                long highWatermark = in.int64();
                in.int64();
                long logStart = in.int64();
                for (int aborted = in.count(16); aborted > 0; aborted--) {
                    in.int64();
                    in.int64();
                }
                in.int32();
                all.add(new Found(new TopicPartition(topic, partition), error, highWatermark, logStart, in.sized()));
            }
        }
        return all;
    }
}
