package io.millrace.client.produce;

import java.util.HashMap;
import java.util.Map;

/**
 * Chooses partitions as Kafka's producers do: by murmur2 of the key, so that records of one key meet in one partition
 * whoever writes them; and without a key one partition for a while, then the next, so that batches get full (KIP-794).
 *
 * <p>Thread: the producer's context.
 */
public final class Partitioner {
    private static final int SEED = 0x9747b28c;
    private static final int M = 0x5bd1e995;
    private static final int R = 24;

    private final int stickyBytes;
    private final Map<String, Sticky> sticky = new HashMap<>();
    /** That of the last record: most are of the topic of the one before. */
    private Sticky last = new Sticky("");

    private static final class Sticky {
        private final String topic;
        private int partition;
        private int bytes;

        private Sticky(String topic) {
            this.topic = topic;
        }
    }

    /** @param stickyBytes records without a key go to one partition until it has got this many bytes */
    public Partitioner(int stickyBytes) {
        this.stickyBytes = stickyBytes;
    }

    int choose(String topic, byte[] key, int sizeBytes, int partitions) {
        if (key != null) {
            return ofKey(key, partitions);
        }
        if (!topic.equals(last.topic)) {
            last = sticky.computeIfAbsent(topic, Sticky::new);
        }
        Sticky now = last;
        now.bytes += sizeBytes;
        if (now.bytes > stickyBytes) {
            now.bytes = sizeBytes;
            now.partition++;
        }
        return Math.floorMod(now.partition, partitions);
    }

    /** The partition of a key. */
    public static int ofKey(byte[] key, int partitions) {
        return (murmur2(key) & 0x7fffffff) % partitions;
    }

    static int murmur2(byte[] data) {
        int length = data.length;
        int h = SEED ^ length;
        int whole = length / 4;
        for (int i = 0; i < whole; i++) {
            int at = i * 4;
            int k = (data[at] & 0xff)
                    | (data[at + 1] & 0xff) << 8
                    | (data[at + 2] & 0xff) << 16
                    | (data[at + 3] & 0xff) << 24;
            k *= M;
            k ^= k >>> R;
            k *= M;
            h *= M;
            h ^= k;
        }
        int rest = whole * 4;
        switch (length % 4) {
            case 3:
                h ^= (data[rest + 2] & 0xff) << 16;
            case 2:
                h ^= (data[rest + 1] & 0xff) << 8;
            case 1:
                h ^= data[rest] & 0xff;
                h *= M;
            default:
        }
        h ^= h >>> 13;
        h *= M;
        h ^= h >>> 15;
        return h;
    }
}
