package io.millrace.client.message;

import io.millrace.client.link.Leader;
import io.millrace.client.link.WireReader;
import io.millrace.client.link.WireWriter;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;

/**
 * Metadata v12: nodes and leaders. The first version that tells and is asked by names and tells ids is 10; a topic's id tells one that was
 * deleted and created anew from the former one (KIP-516).
 *
 * <p>Thread: immutable.
 */
public final class Metadata {
    public static final short API = 3;
    public static final short VERSION = 12;

    /** One topic: an error (0 none), its id, and the leaders of its partitions, null where one is not told. */
    public record Topic(short error, UUID id, Leader[] leaders) {}

    /** The answer. */
    public record Answer(Collection<Integer> brokers, Map<String, Topic> topics) {}

    private Metadata() {}

    public static void write(WireWriter out, Collection<String> topics, boolean createThem) {
        out.compactCount(topics.size());
        topics.forEach(topic -> out.int64(0).int64(0).compactText(topic).noTags());
        out.bool(createThem).bool(false).noTags();
    }

    public static Answer read(WireReader in) {
        in.int32();
        TreeSet<Integer> brokers = new TreeSet<>();
        for (int left = in.compactCount(11); left > 0; left--) {
            brokers.add(in.int32());
            in.compactText();
            in.int32();
            in.compactText();
            in.skipTags();
        }
        in.compactText();
        in.int32();
        Map<String, Topic> topics = new LinkedHashMap<>();
        for (int left = in.compactCount(26); left > 0; left--) {
            short error = in.int16();
            String name = in.compactText();
            UUID id = in.uuid();
            in.bool();
            Leader[] leaders = new Leader[in.compactCount(18)];
            for (int index = 0; index < leaders.length; index++) {
                in.int16();
                int partition = in.int32();
                Leader leader = new Leader(in.int32(), in.int32());
                in.skipCompactInt32s();
                in.skipCompactInt32s();
                in.skipCompactInt32s();
                in.skipTags();
                if (partition >= 0 && partition < leaders.length) {
                    leaders[partition] = leader;
                }
            }
            in.int32();
            in.skipTags();
            topics.put(name, new Topic(error, id, leaders));
        }
        in.skipTags();
        return new Answer(brokers, topics);
    }
}
