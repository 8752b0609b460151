package io.millrace.membership.quorum;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a stored log says of its voters.
 *
 * @param atSnapshot those that its newest snapshot states; empty when they had never been changed
 * @param changes the sets stated in the log since, by the offset of the record
 *     <p>Thread: immutable.
 */
public record StoredVoters(Optional<VoterSet> atSnapshot, Map<Long, VoterSet> changes) {
    /** Never changed. */
    public static final StoredVoters NONE = new StoredVoters(Optional.empty(), Map.of());

    public StoredVoters {
        changes = Collections.unmodifiableMap(new TreeMap<>(changes));
    }
}
