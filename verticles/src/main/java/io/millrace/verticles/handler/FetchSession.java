package io.millrace.verticles.handler;

import io.millrace.protocol.fetch.FetchRequest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What a client need not repeat: the partitions of an incremental fetch session (KIP-227), in the order in which they are
 * served, and what it was last told about each.
 *
 * <p>Thread: one request at a time ({@link FetchSessions} sees to it).
 */
final class FetchSession {
    /** A partition as the client names it: by id from v13 on, by name before. */
    record Key(String name, UUID id, int partition) implements Comparable<Key> {
        private static final Comparator<Key> ORDER = Comparator.comparing(
                        Key::name, Comparator.nullsFirst(Comparator.naturalOrder()))
                .thenComparing(Key::id, Comparator.nullsFirst(Comparator.naturalOrder()))
                .thenComparingInt(Key::partition);

        /** Gives a hash map something to sort by where a client chose names or ids that hash alike. */
        @Override
        public int compareTo(Key other) {
            return ORDER.compare(this, other);
        }
    }

    /** The client's position in one partition, and the offsets it was told last. */
    static final class Entry {
        final Key key;
        FetchRequest.Partition wanted;
        long toldHighWatermark = -1;
        long toldLogStart = -1;

        Entry(Key key, FetchRequest.Partition wanted) {
            this.key = key;
            this.wanted = wanted;
        }
    }

    private final int id;
    private final boolean byId;
    private final Map<Key, Entry> entries = new LinkedHashMap<>();
    private int epoch = 1;
    private long lastUsedNanos;

    FetchSession(int id, boolean byId) {
        this.id = id;
        this.byId = byId;
    }

    /** Takes the request's partitions in and its forgotten ones out. */
    void update(FetchRequest request) {
        for (FetchRequest.Topic topic : request.topics()) {
            for (FetchRequest.Partition partition : topic.partitions()) {
                Key key = new Key(topic.name(), topic.id(), partition.partition());
                Entry known = entries.get(key);
                if (known == null) {
                    entries.put(key, new Entry(key, partition));
                } else {
                    known.wanted = partition;
                }
            }
        }
        for (FetchRequest.ForgottenTopic topic : request.forgotten()) {
            for (int partition : topic.partitions()) {
                entries.remove(new Key(topic.name(), topic.id(), partition));
            }
        }
    }

    /** A copy of the entries in the order in which they are served. */
    List<Entry> entries() {
        return new ArrayList<>(entries.values());
    }

    /** Puts a partition that was answered with data at the end, so that the others come first next time. */
    void moveToEnd(Entry entry) {
        if (entries.remove(entry.key) != null) {
            entries.put(entry.key, entry);
        }
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    int size() {
        return entries.size();
    }

    int id() {
        return id;
    }

    /** Whether its topics are named by id. */
    boolean isById() {
        return byId;
    }

    int epoch() {
        return epoch;
    }

    /** The epoch of the next request; 0 is for opening, so the highest is followed by 1. */
    void nextEpoch() {
        epoch = epoch == Integer.MAX_VALUE ? 1 : epoch + 1;
    }

    long lastUsedNanos() {
        return lastUsedNanos;
    }

    void used(long nowNanos) {
        lastUsedNanos = nowNanos;
    }
}
