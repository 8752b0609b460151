package io.millrace.membership.quorum;

import io.millrace.membership.QuorumDescription;
import io.millrace.membership.QuorumDescription.Replica;
import io.millrace.membership.quorum.QuorumState.Leader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * When each node last fetched from the leader and how far it was: for operators, and for who may become a voter.
 *
 * <p>Thread: the owner's.
 */
final class FollowerContacts {
    /** More nodes than any cluster here has; others are not shown. */
    private static final int MAX_NODES = 1_000;

    private final Map<Integer, Contact> contacts = new TreeMap<>();
    private int epoch = -1;

    private record Contact(UUID directoryId, long endOffset, long fetchMs, long leaderEnd, long caughtUpMs) {}

    /**
     * @param directoryId of the disk that it follows with: another one is another follower
     * @param leaderEnd what it could have; {@link Long#MAX_VALUE} when its log is not a prefix of the leader's
     */
    void fetched(int from, int leaderEpoch, UUID directoryId, long endOffset, long leaderEnd, long nowMs) {
        startEpoch(leaderEpoch);
        Contact before = contacts.get(from);
        if (before == null && contacts.size() >= MAX_NODES) {
            return;
        }
        if (before != null && !before.directoryId().equals(directoryId)) {
            before = null;
        }
        long caughtUpMs = before == null ? QuorumDescription.NEVER : before.caughtUpMs();
        if (endOffset >= leaderEnd) {
            caughtUpMs = nowMs;
        } else if (before != null && endOffset >= before.leaderEnd()) {
            // It has all that there was when it asked before (as KRaft tells it).
            caughtUpMs = before.fetchMs();
        }
        contacts.put(from, new Contact(directoryId, endOffset, nowMs, leaderEnd, caughtUpMs));
    }

    /** Whether that voter, with the directory that votes, has told this leader a moment ago that it has all that it could have. */
    boolean hasCaughtUp(VoterSet voters, int node, int leaderEpoch, long withinMs, long nowMs) {
        Contact contact = leaderEpoch == epoch ? contacts.get(node) : null;
        return contact != null
                && voters.contains(node, contact.directoryId())
                && contact.caughtUpMs() != QuorumDescription.NEVER
                && nowMs - contact.caughtUpMs() <= withinMs;
    }

    private void startEpoch(int leaderEpoch) {
        if (leaderEpoch != epoch) {
            epoch = leaderEpoch;
            contacts.clear();
        }
    }

    QuorumDescription describe(
            Leader leader, QuorumSettings settings, VoterSet set, long highWatermark, long ownEnd, long nowMs) {
        startEpoch(leader.epoch());
        List<Replica> voters = new ArrayList<>();
        List<Replica> observers = new ArrayList<>();
        for (int voter : set.ids()) {
            if (voter == settings.nodeId()) {
                voters.add(new Replica(voter, settings.directoryId(), ownEnd, 0, 0));
            } else {
                Contact contact = contacts.get(voter);
                boolean votes = contact != null && set.contains(voter, contact.directoryId());
                voters.add(
                        votes
                                ? replica(voter, contact, nowMs)
                                : unheard(voter, set.voters().get(voter)));
            }
        }
        contacts.forEach((node, contact) -> {
            if (!set.contains(node, contact.directoryId())) {
                observers.add(replica(node, contact, nowMs));
            }
        });
        return new QuorumDescription(leader.leaderId(), leader.epoch(), highWatermark, voters, observers);
    }

    private static Replica unheard(int node, UUID directoryId) {
        UUID told = directoryId.equals(VoterSet.ANY_DIRECTORY) ? null : directoryId;
        return new Replica(node, told, -1, QuorumDescription.NEVER, QuorumDescription.NEVER);
    }

    private static Replica replica(int node, Contact contact, long nowMs) {
        long sinceCaughtUp = contact.caughtUpMs() == QuorumDescription.NEVER
                ? QuorumDescription.NEVER
                : nowMs - contact.caughtUpMs();
        return new Replica(node, contact.directoryId(), contact.endOffset(), nowMs - contact.fetchMs(), sinceCaughtUp);
    }
}
