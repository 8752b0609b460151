package io.millrace.client.group;

import io.millrace.client.Assignor;
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
 * What a member wants to read and what it has, and the bytes by which members tell each other (Kafka's {@code
 * ConsumerProtocolSubscription} and {@code ConsumerProtocolAssignment}). Newer versions append fields, so that the older part can
 * always be read; what the sticky assignors need and older versions have no field for stands in the user data.
 *
 * @param owned what it had in {@code generation}, and for a cooperative member has still
 * <p>Thread: immutable.
 */
record Subscription(List<String> topics, List<TopicPartition> owned, int generation) {
    static final int NO_GENERATION = -1;
    private static final short VERSION = 2;
    private static final short OWNED_SINCE = 1;
    private static final short GENERATION_SINCE = 2;
    private static final short ASSIGNMENT_VERSION = 1;

    /**
     * The bytes for one of the assignors that a member offers.
     *
     * @param keeping what it reads on while it joins
     * @param last what it had been given last, in {@code generation}
     */
    static ByteBuffer write(
            Assignor assignor,
            Collection<String> topics,
            Collection<TopicPartition> keeping,
            Collection<TopicPartition> last,
            int generation) {
        WireWriter out = new WireWriter(64).int16(VERSION).int32(topics.size());
        topics.forEach(out::text);
        out.sized(userData(assignor, last, generation));
        writePartitions(out, keeping);
        return out.int32(generation).toByteBuffer();
    }

    private static ByteBuffer userData(Assignor assignor, Collection<TopicPartition> last, int generation) {
        if (assignor == Assignor.COOPERATIVE_STICKY) {
            return new WireWriter(4).int32(generation).toByteBuffer();
        }
        if (assignor != Assignor.STICKY || generation == NO_GENERATION) {
            return null;
        }
        WireWriter out = new WireWriter(64);
        writePartitions(out, last);
        return out.int32(generation).toByteBuffer();
    }

    /** What a member told for the assignor that the group uses. */
    static Subscription read(Assignor assignor, ByteBuffer bytes) {
        List<String> topics = new ArrayList<>();
        List<TopicPartition> owned = new ArrayList<>();
        int generation = NO_GENERATION;
        if (bytes == null) {
            return new Subscription(topics, owned, generation);
        }
        WireReader in = new WireReader(bytes.duplicate());
        short version = in.int16();
        for (int left = in.count(2); left > 0; left--) {
            topics.add(in.text());
        }
        ByteBuffer userData = in.sized();
        if (version >= OWNED_SINCE) {
            readPartitions(in, owned);
        }
        if (version >= GENERATION_SINCE) {
            generation = in.int32();
        }
        if (userData == null || !userData.hasRemaining()) {
            return new Subscription(topics, owned, generation);
        }
        WireReader told = new WireReader(userData);
        try {
            if (assignor == Assignor.COOPERATIVE_STICKY && version < GENERATION_SINCE) {
                generation = told.int32();
            } else if (assignor == Assignor.STICKY) {
                // An eager member has given back all, and tells here what it had.
                owned.clear();
                readPartitions(told, owned);
                generation = told.remaining() >= Integer.BYTES ? told.int32() : NO_GENERATION;
            }
        } catch (RuntimeException unreadable) {
            // Whatever library wrote that: it is a hint, and the group is not to lose its
            // leader over it (as with Kafka's).
            if (assignor == Assignor.STICKY) {
                owned.clear();
            }
            generation = NO_GENERATION;
        }
        return new Subscription(topics, owned, generation);
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
        readPartitions(in, partitions);
        return partitions;
    }

    private static void readPartitions(WireReader in, List<TopicPartition> partitions) {
        for (int left = in.count(6); left > 0; left--) {
            String topic = in.text();
            for (int number : in.int32s()) {
                partitions.add(new TopicPartition(topic, number));
            }
        }
    }
}
