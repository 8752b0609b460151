package io.millrace.membership.quorum;

import java.util.List;
import java.util.Optional;

/**
 * The content of a snapshot.
 *
 * @param voters empty when they had never been changed
 * @param records of those who apply what is committed
 *     <p>Thread: immutable; the bytes must not be changed.
 */
public record StoredSnapshot(Optional<VoterSet> voters, List<byte[]> records) {
    public static final StoredSnapshot NONE = new StoredSnapshot(Optional.empty(), List.of());

    /** Of a cluster that has never changed its voters. */
    static StoredSnapshot of(List<byte[]> records) {
        return new StoredSnapshot(Optional.empty(), records);
    }

    public StoredSnapshot {
        records = List.copyOf(records);
    }
}
