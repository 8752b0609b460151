package io.millrace.log.replica;

import io.millrace.log.replica.IsrProposal.Member;
import java.util.Arrays;
import java.util.List;

/**
 * Small sets of broker ids in arrays.
 *
 * <p>Thread: any (no state).
 */
final class Members {
    private Members() {}

    static boolean contains(int[] members, int brokerId) {
        for (int member : members) {
            if (member == brokerId) {
                return true;
            }
        }
        return false;
    }

    static int[] plus(int[] members, int brokerId) {
        int[] more = Arrays.copyOf(members, members.length + 1);
        more[members.length] = brokerId;
        return more;
    }

    static int[] minus(int[] members, int brokerId) {
        return Arrays.stream(members).filter(member -> member != brokerId).toArray();
    }

    /** Members of which no particular life is meant. */
    static List<Member> unnamed(int[] members) {
        return Arrays.stream(members)
                .mapToObj(id -> new Member(id, RemoteReplica.UNKNOWN))
                .toList();
    }
}
