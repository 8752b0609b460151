package io.millrace.log.replica;

import java.util.List;

/**
 * In-sync replicas that a leader proposes, compared by both epochs when the controller commits them.
 *
 * <p>Thread: any (immutable).
 *
 * @param proposalId tells answers apart; rises within a machine
 */
public record IsrProposal(int proposalId, int leaderEpoch, int partitionEpoch, List<Member> members) {
    public IsrProposal {
        members = List.copyOf(members);
    }

    /** @param brokerEpoch the life of the broker that was seen in sync; -1 when it has not fetched in this epoch */
    public record Member(int brokerId, long brokerEpoch) {}

    public int[] brokerIds() {
        return members.stream().mapToInt(Member::brokerId).toArray();
    }
}
