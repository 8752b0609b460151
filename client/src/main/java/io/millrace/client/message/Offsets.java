package io.millrace.client.message;

import io.millrace.client.TopicPartition;
import io.millrace.client.link.WireReader;
import io.millrace.client.link.WireWriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * OffsetCommit v7 and OffsetFetch v5: where a group stands.
 *
 * <p>Thread: immutable.
 */
public final class Offsets {
    public static final short COMMIT_API = 8;
    public static final short COMMIT_VERSION = 7;
    public static final short FETCH_API = 9;
    public static final short FETCH_VERSION = 5;
    private static final int NO_EPOCH = -1;

    /** What is known of one partition: an error (0 none), and the offset, -1 when none was committed. */
    public record Committed(short error, long offset) {}

    private Offsets() {}

    private static Map<String, List<TopicPartition>> byTopic(Collection<TopicPartition> partitions) {
        Map<String, List<TopicPartition>> topics = new TreeMap<>();
        partitions.forEach(one ->
                topics.computeIfAbsent(one.topic(), first -> new ArrayList<>()).add(one));
        return topics;
    }

    public static void writeCommit(
            WireWriter out, String group, int generation, String member, Map<TopicPartition, Long> offsets) {
        out.text(group).int32(generation).text(member).text(null);
        Map<String, List<TopicPartition>> topics = byTopic(offsets.keySet());
        out.int32(topics.size());
        topics.forEach((topic, partitions) -> {
            out.text(topic).int32(partitions.size());
            for (TopicPartition one : partitions) {
                out.int32(one.partition())
                        .int64(offsets.get(one))
                        .int32(NO_EPOCH)
                        .text("");
            }
        });
    }

    /** The partitions whose offset was not taken, and why. */
    public static Map<TopicPartition, Short> readCommit(WireReader in) {
        in.int32();
        Map<TopicPartition, Short> errors = new HashMap<>();
        for (int topics = in.count(6); topics > 0; topics--) {
            String topic = in.text();
            for (int left = in.count(6); left > 0; left--) {
                TopicPartition partition = new TopicPartition(topic, in.int32());
                short error = in.int16();
                if (error != 0) {
                    errors.put(partition, error);
                }
            }
        }
        return errors;
    }

    public static void writeFetch(WireWriter out, String group, Collection<TopicPartition> wanted) {
        out.text(group);
        Map<String, List<TopicPartition>> topics = byTopic(wanted);
        out.int32(topics.size());
        topics.forEach((topic, partitions) -> {
            out.text(topic).int32(partitions.size());
            partitions.forEach(one -> out.int32(one.partition()));
        });
    }

    /** What was committed; the whole answer's error stands at every partition that has none of its own. */
    public static Map<TopicPartition, Committed> readFetch(WireReader in) {
        in.int32();
        Map<TopicPartition, Committed> committed = new HashMap<>();
        for (int topics = in.count(6); topics > 0; topics--) {
            String topic = in.text();
            for (int left = in.count(20); left > 0; left--) {
                TopicPartition partition = new TopicPartition(topic, in.int32());
                long offset = in.int64();
                in.int32();
                in.text();
                committed.put(partition, new Committed(in.int16(), offset));
            }
        }
        short all = in.int16();
        if (all != 0) {
            committed.replaceAll((partition, one) -> one.error() != 0 ? one : new Committed(all, one.offset()));
        }
        return committed;
    }
}
