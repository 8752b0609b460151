package io.millrace.client.message;

import io.millrace.client.link.Leader;
import io.millrace.client.link.WireReader;
import io.millrace.client.link.WireWriter;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;

/**
 * Metadata v8: nodes and leaders.
 *
 * <p>Thread: immutable.
 */
public final class Metadata {
    public static final short API = 3;
    public static final short VERSION = 8;

    /** One topic: an error (0 none), and the leaders of its partitions, null where one is not told. */
    public record Topic(short error, Leader[] leaders) {}

    /** The answer. */
    public record Answer(Collection<Integer> brokers, Map<String, Topic> topics) {}

    private Metadata() {}

    public static void write(WireWriter out, Collection<String> topics, boolean createThem) {
        out.int32(topics.size());
        topics.forEach(out::text);
        out.bool(createThem).bool(false).bool(false);
    }

    public static Answer read(WireReader in) {
        in.int32();
        TreeSet<Integer> brokers = new TreeSet<>();
        for (int left = in.count(12); left > 0; left--) {
            brokers.add(in.int32());
            in.text();
            in.int32();
            in.text();
        }
        in.text();
        in.int32();
        Map<String, Topic> topics = new LinkedHashMap<>();
        for (int left = in.count(9); left > 0; left--) {
            short error = in.int16();
            String name = in.text();
            in.bool();
            Leader[] leaders = new Leader[in.count(26)];
            for (int index = 0; index < leaders.length; index++) {
                in.int16();
                int partition = in.int32();
                Leader leader = new Leader(in.int32(), in.int32());
                in.int32s();
                in.int32s();
                in.int32s();
                if (partition >= 0 && partition < leaders.length) {
                    leaders[partition] = leader;
                }
            }
            in.int32();
            topics.put(name, new Topic(error, leaders));
        }
        in.int32();
        return new Answer(brokers, topics);
    }
}
