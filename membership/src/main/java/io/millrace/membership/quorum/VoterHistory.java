package io.millrace.membership.quorum;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Who votes, as the log says it: the voters of the beginning, then one whole set per change. The latest set counts from
 * the moment it is in the log, committed or not, and no longer when it is cut off (KIP-853, Raft section 6).
 *
 * <p>That is sound because neighbours differ by one voter: a majority of the one and a majority of the other always have a
 * voter in common. Hence one change at a time ({@link #settled}).
 *
 * <p>Thread: the owner's.
 */
class VoterHistory {
    private final VoterSet initial;
    private final TreeMap<Long, VoterSet> changes = new TreeMap<>();
    /** What a snapshot states; empty while the voters of the beginning hold there. */
    private Optional<VoterSet> atBase;

    /** @param initial those with whom the cluster was founded; no log holds them */
    VoterHistory(VoterSet initial, StoredVoters stored) {
        this.initial = initial;
        this.atBase = stored.atSnapshot();
        changes.putAll(stored.changes());
    }

    /** Those who decide. */
    VoterSet latest() {
        return changes.isEmpty() ? atBase.orElse(initial) : changes.lastEntry().getValue();
    }

    VoterSet initial() {
        return initial;
    }

    /** Whether the log has ever changed them; until then everything is as in a cluster whose voters are fixed. */
    boolean everChanged() {
        return atBase.isPresent() || !changes.isEmpty();
    }

    /** Whether no change is under way. */
    boolean settled(long highWatermark) {
        return changes.isEmpty() || changes.lastKey() < highWatermark;
    }

    /** What a snapshot that ends there has to state; empty when they were never changed below. */
    Optional<VoterSet> statedAt(long endOffset) {
        Map.Entry<Long, VoterSet> before = changes.lowerEntry(endOffset);
        return before == null ? atBase : Optional.of(before.getValue());
    }

    void note(long offset, VoterSet voters) {
        changes.put(offset, voters);
    }

    void truncateTo(long endOffset) {
        changes.tailMap(endOffset, true).clear();
    }

    /** A snapshot that ends there is durable: what is below is never asked for again. */
    void startAt(long snapshotEnd) {
        atBase = statedAt(snapshotEnd);
        changes.headMap(snapshotEnd, false).clear();
    }

    /** The log was replaced by a snapshot that states them, or in which they are those of the beginning. */
    void resetTo(Optional<VoterSet> stated) {
        changes.clear();
        atBase = stated;
    }
}
