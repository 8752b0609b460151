package io.millrace.membership.quorum;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/**
 * How far a node has come in becoming part of a cluster.
 *
 * <pre>
 *   {@link Unformatted} --all voters seen and it has the lowest id, or welcomed--> {@link Persisting} --> {@link Formed}
 *   any but {@link Formed} --it cannot be--> {@link Refused}
 *   {@link Formed} --its voters belong to another cluster--> {@link Refused}
 * </pre>
 *
 * <p>Thread: immutable.
 */
sealed interface FormationState {
    /** Another voter that is not formatted either. */
    record Seen(UUID directoryId, long atMs) {}

    record Unformatted(Map<Integer, Seen> seen, long helloMs) implements FormationState {
        public Unformatted {
            seen = Collections.unmodifiableSortedMap(new TreeMap<>(seen));
        }

        Unformatted with(int voter, Seen latest) {
            Map<Integer, Seen> more = new TreeMap<>(seen);
            more.put(voter, latest);
            return new Unformatted(more, helloMs);
        }

        Unformatted helloAt(long nextMs) {
            return new Unformatted(seen, nextMs);
        }
    }

    /** The decision is made and on its way to the disk. */
    record Persisting(NodePromises promises) implements FormationState {}

    /**
     * Part of a cluster.
     *
     * @param foreign voters that answered for another cluster
     * @param settled whether somebody of its own cluster answered; then nobody else's word counts
     */
    record Formed(NodePromises promises, Set<Integer> foreign, boolean settled, long helloMs)
            implements FormationState {
        public Formed {
            foreign = Collections.unmodifiableSortedSet(new TreeSet<>(foreign));
        }

        Formed withForeign(int voter) {
            Set<Integer> more = new TreeSet<>(foreign);
            more.add(voter);
            return new Formed(promises, more, settled, helloMs);
        }

        Formed toSettled() {
            return new Formed(promises, foreign, true, Long.MAX_VALUE);
        }

        Formed helloAt(long nextMs) {
            return new Formed(promises, foreign, settled, nextMs);
        }
    }

    record Refused(String why) implements FormationState {}
}
