package io.millrace.membership.quorum;

import java.util.HashSet;
import java.util.Set;

/**
 * The votes of one (pre-)election as they come in; a voter counts once however often its answer arrives.
 *
 * <p>Thread: immutable.
 */
record Ballots(Set<Integer> granted, Set<Integer> rejected) {
    Ballots {
        granted = Set.copyOf(granted);
        rejected = Set.copyOf(rejected);
    }

    static final Ballots NONE = new Ballots(Set.of(), Set.of());

    static Ballots ownVote(int self) {
        return new Ballots(Set.of(self), Set.of());
    }

    Ballots with(int voter, boolean yes) {
        Set<Integer> more = new HashSet<>(yes ? granted : rejected);
        more.add(voter);
        return yes ? new Ballots(more, rejected) : new Ballots(granted, more);
    }

    /** Only voters count: who has stood may have been taken from among them meanwhile. */
    boolean won(VoterSet voters) {
        return granted.stream().filter(voters::contains).count() >= voters.majority();
    }
}
