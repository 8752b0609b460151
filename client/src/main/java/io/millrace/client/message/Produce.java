package io.millrace.client.message;

import io.millrace.client.TopicPartition;
import io.millrace.client.link.WireReader;
import io.millrace.client.link.WireWriter;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Produce v8: batches for partitions, and where they were put.
 *
 * <p>Thread: immutable.
 */
public final class Produce {
    public static final short API = 0;
    public static final short VERSION = 8;

    /** One partition's answer. */
    public record Outcome(short error, String message, long baseOffset, long logAppendTime) {}

    /** One partition's batch. */
    public record Part(TopicPartition partition, ByteBuffer batch) {}

    private Produce() {}

    /** @param parts those of one topic next to each other */
    public static void write(WireWriter out, short acks, int timeoutMs, List<Part> parts) {
        out.text(null).int16(acks).int32(timeoutMs);
        int topics = 0;
        for (int i = 0; i < parts.size(); i++) {
            topics += i == 0 || !sameTopic(parts, i - 1, i) ? 1 : 0;
        }
        out.int32(topics);
        for (int from = 0, to; from < parts.size(); from = to) {
            to = from + 1;
            while (to < parts.size() && sameTopic(parts, from, to)) {
                to++;
            }
            out.text(parts.get(from).partition().topic()).int32(to - from);
            for (Part part : parts.subList(from, to)) {
                out.int32(part.partition().partition()).sized(part.batch());
            }
        }
    }

    private static boolean sameTopic(List<Part> parts, int one, int other) {
        return parts.get(one)
                .partition()
                .topic()
                .equals(parts.get(other).partition().topic());
    }

    public static Map<TopicPartition, Outcome> read(WireReader in) {
        Map<TopicPartition, Outcome> outcomes = new HashMap<>();
        for (int topics = in.count(6); topics > 0; topics--) {
            String topic = in.text();
            for (int left = in.count(36); left > 0; left--) {
                int partition = in.int32();
                short error = in.int16();
                long baseOffset = in.int64();
                long logAppendTime = in.int64();
                in.int64();
                String message = null;
                for (int faults = in.count(6); faults > 0; faults--) {
                    in.int32();
                    message = in.text();
                }
                String told = in.text();
                outcomes.put(
                        new TopicPartition(topic, partition),
                        new Outcome(error, told == null ? message : told, baseOffset, logAppendTime));
            }
        }
        in.int32();
        return outcomes;
    }
}
