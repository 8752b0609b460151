package io.millrace.membership.quorum;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What survives a crash in the simulation of the quorum: synced batches, the election state, snapshots.
 *
 * <p>Thread: the simulation's only thread.
 */
final class MemoryQuorumDisk {
    ElectionState election = ElectionState.INITIAL;
    LogPosition base = LogPosition.EMPTY;
    List<QuorumBatch> log = new ArrayList<>();
    final TreeMap<Long, Snapshot> snapshots = new TreeMap<>();

    record Snapshot(LogPosition position, StoredSnapshot content) {}

    long end() {
        return log.isEmpty() ? base.endOffset() : log.get(log.size() - 1).endOffset();
    }

    LogPosition newestSnapshot() {
        return snapshots.isEmpty()
                ? LogPosition.EMPTY
                : snapshots.lastEntry().getValue().position();
    }

    /** Whether the batch would be found after a power cut: in the log, or within a snapshot. */
    boolean holds(QuorumBatch batch) {
        if (newestSnapshot().endOffset() >= batch.endOffset()) {
            return true;
        }
        return log.stream().anyMatch(b -> b.baseOffset() == batch.baseOffset() && b.epoch() == batch.epoch());
    }

    LoadedQuorum load() {
        Map<Integer, Long> epochs = new TreeMap<>();
        log.forEach(batch -> epochs.putIfAbsent(batch.epoch(), batch.baseOffset()));
        StoredSnapshot content = snapshots.isEmpty()
                ? StoredSnapshot.NONE
                : snapshots.lastEntry().getValue().content();
        Map<Long, VoterSet> changes = new TreeMap<>();
        log.stream()
                .filter(batch -> batch.baseOffset() >= newestSnapshot().endOffset())
                .forEach(batch -> VotersRecord.in(batch).ifPresent(set -> changes.put(batch.baseOffset(), set)));
        StoredVoters voters = new StoredVoters(content.voters(), changes);
        return new LoadedQuorum(
                election, new StoredLog(base, newestSnapshot(), epochs, end(), voters), content.records());
    }

    void keep(Snapshot snapshot) {
        snapshots.put(snapshot.position().endOffset(), snapshot);
        while (snapshots.size() > 2) {
            snapshots.pollFirstEntry();
        }
    }
}
