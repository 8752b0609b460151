package io.millrace.client.group;

import io.millrace.client.TopicPartition;
import io.millrace.client.link.WireReader;
import io.millrace.client.link.WireWriter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The bytes that consumers of a group tell each other (Kafka's {@code ConsumerProtocolSubscription} and {@code
 * ConsumerProtocolAssignment}): what one wants to read, and what it is to read. Newer versions append fields, so that the
 * older part can always be read.
 *
 * <p>Thread: immutable.
 */
final class Subscription {
    private static final short VERSION = 1;
    private static final short ASSIGNMENT_VERSION = 1;

    private Subscription() {}

    static ByteBuffer write(Collection<String> topics, Collection<TopicPartition> owned) {
        WireWriter out = new WireWriter(64).int16(VERSION).int32(topics.size());
        topics.forEach(out::text);
        out.sized(null);
        writePartitions(out, owned);
        return out.toByteBuffer();
    }

    /** The topics of a subscription. */
    static List<String> topics(ByteBuffer subscription) {
        List<String> topics = new ArrayList<>();
        if (subscription == null) {
            return topics;
        }
        WireReader in = new WireReader(subscription.duplicate());
        in.int16();
        for (int left = in.count(2); left > 0; left--) {
            topics.add(in.text());
        }
        return topics;
    }

    static ByteBuffer writeAssignment(Collection<TopicPartition> partitions) {
        WireWriter out = new WireWriter(64).int16(ASSIGNMENT_VERSION);
        writePartitions(out, partitions);
        return out.sized(null).toByteBuffer();
    }

    private static void writePartitions(WireWriter out, Collection<TopicPartition> partitions) {
        Map<String, List<Integer>> topics = new TreeMap<>();
        partitions.forEach(one ->
                topics.computeIfAbsent(one.topic(), first -> new ArrayList<>()).add(one.partition()));
        out.int32(topics.size());
        topics.forEach((topic, numbers) -> {
            out.text(topic).int32(numbers.size());
            numbers.forEach(out::int32);
        });
    }

    /** The partitions of an assignment; none when there is nothing. */
    static List<TopicPartition> assigned(ByteBuffer assignment) {
        List<TopicPartition> partitions = new ArrayList<>();
        if (assignment == null || !assignment.hasRemaining()) {
            return partitions;
        }
        WireReader in = new WireReader(assignment.duplicate());
        in.int16();
        for (int left = in.count(6); left > 0; left--) {
            String topic = in.text();
            for (int number : in.int32s()) {
                partitions.add(new TopicPartition(topic, number));
            }
        }
        return partitions;
    }
}
