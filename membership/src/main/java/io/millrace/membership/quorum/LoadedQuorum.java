package io.millrace.membership.quorum;

import java.util.List;

/**
 * What a store holds when a node starts: its promises, the outline of its log, the newest sound snapshot.
 *
 * <p>Thread: immutable.
 */
public record LoadedQuorum(ElectionState election, StoredLog log, List<byte[]> snapshotRecords) {
    public static final LoadedQuorum NEW = new LoadedQuorum(ElectionState.INITIAL, StoredLog.NEW, List.of());

    public LoadedQuorum {
        snapshotRecords = List.copyOf(snapshotRecords);
    }
}
