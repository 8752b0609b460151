package io.millrace.membership.quorum;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Who may vote: broker ids, each with the directory that holds its promises.
 *
 * <p>A voter whose disk was lost comes back with another directory id; it has forgotten what it promised, so it counts
 * as an observer until it is made a voter anew (rule Q6, {@link VoterChanges}). {@link #ANY_DIRECTORY} stands for a directory that is not
 * known yet.
 *
 * <p>Thread: immutable.
 */
public record VoterSet(Map<Integer, UUID> voters) {
    public static final UUID ANY_DIRECTORY = new UUID(0, 0);
    /** After changes; a cluster forms with five at most. */
    static final int MAX_VOTERS = 7;

    public VoterSet {
        // Sorted: whoever walks over the voters does so in the same order in every run of a simulation.
        voters = Collections.unmodifiableSortedMap(new TreeMap<>(voters));
        if (voters.isEmpty() || voters.size() > MAX_VOTERS) {
            throw new IllegalArgumentException("a quorum has 1 to " + MAX_VOTERS + " voters, not " + voters.size());
        }
    }

    public Set<Integer> ids() {
        return voters.keySet();
    }

    public int majority() {
        return voters.size() / 2 + 1;
    }

    public boolean contains(int id) {
        return voters.containsKey(id);
    }

    boolean canHoldOneMore() {
        return voters.size() < MAX_VOTERS;
    }

    VoterSet with(int id, UUID directoryId) {
        Map<Integer, UUID> more = new TreeMap<>(voters);
        more.put(id, directoryId);
        return new VoterSet(more);
    }

    VoterSet without(int id) {
        Map<Integer, UUID> fewer = new TreeMap<>(voters);
        fewer.remove(id);
        return new VoterSet(fewer);
    }

    /** Whether this very directory of this broker may vote. */
    public boolean contains(int id, UUID directoryId) {
        UUID expected = voters.get(id);
        return expected != null && (expected.equals(ANY_DIRECTORY) || expected.equals(directoryId));
    }
}
