package io.millrace.client.consume;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;

/**
 * Whose turn it is to hand out records: each assigned partition's, one after the other, for as long as the consumer lives.
 *
 * <p>Thread: the consumer's context.
 */
final class Turns {
    private final List<PartitionBuffer> all = new ArrayList<>();
    /** Always one of them: what only grew would overflow within hours. */
    private int place;

    /** These and no others have turns. */
    void set(Collection<PartitionBuffer> partitions) {
        all.clear();
        all.addAll(partitions);
        place = all.isEmpty() ? 0 : place % all.size();
    }

    List<PartitionBuffer> all() {
        return Collections.unmodifiableList(all);
    }

    int size() {
        return all.size();
    }

    /** Where in {@link #all} the one is whose turn it is. */
    int place() {
        return place;
    }

    PartitionBuffer current() {
        return all.get(place);
    }

    /** The one whose turn comes after so many others', {@code size} at most. */
    PartitionBuffer behind(int others) {
        int at = place + others;
        return all.get(at < all.size() ? at : at - all.size());
    }

    /** The next one's turn comes. */
    void pass() {
        place = place + 1 < all.size() ? place + 1 : 0;
    }
}
