package io.millrace.log.replica;

import io.millrace.log.replica.IsrProposal.Member;
import java.util.ArrayList;
import java.util.List;

/**
 * A leader's half of the machine, for one leader epoch: the followers' progress, the in-sync replicas and their proposals.
 * A new epoch is a new object and so forgets all follower offsets.
 *
 * <p>Thread: the owner's.
 */
final class Leadership {
    private static final RemoteReplica[] NO_REMOTES = new RemoteReplica[0];

    private final ReplicaOptions options;
    private final BrokerLiveness liveness;
    private final ReplicaEffects effects;
    private final int leaderEpoch;
    private long epochStartOffset;
    private final IsrState isr;
    private RemoteReplica[] remotes = NO_REMOTES;
    private int nextProposalId;

    Leadership(
            ReplicaOptions options,
            BrokerLiveness liveness,
            ReplicaEffects effects,
            CommittedPartition committed,
            long epochStartOffset,
            int firstProposalId,
            long nowMs) {
        this.options = options;
        this.liveness = liveness;
        this.effects = effects;
        this.leaderEpoch = committed.leaderEpoch();
        this.epochStartOffset = epochStartOffset;
        this.nextProposalId = firstProposalId;
        this.isr = new IsrState(committed.isr(), committed.partitionEpoch());
        this.remotes = remotesOf(committed, nowMs);
    }

    long epochStartOffset() {
        return epochStartOffset;
    }

    /** What was assigned but never written is gone: the epoch starts where the log ends, if that is earlier. */
    void cutBackTo(long endExclusive) {
        epochStartOffset = Math.min(epochStartOffset, endExclusive);
    }

    IsrState isr() {
        return isr;
    }

    int nextProposalId() {
        return nextProposalId;
    }

    /** A later record of the same leader epoch. */
    void commit(CommittedPartition committed, long nowMs) {
        remotes = remotesOf(committed, nowMs);
        isr.commit(committed.isr(), committed.partitionEpoch(), nowMs + options.proposalRetryMs());
    }

    private RemoteReplica[] remotesOf(CommittedPartition committed, long nowMs) {
        int count = 0;
        for (int id : committed.replicas()) {
            count += id == options.brokerId() ? 0 : 1;
        }
        if (count == 0) {
            return NO_REMOTES;
        }
        RemoteReplica[] next = new RemoteReplica[count];
        int filled = 0;
        for (int id : committed.replicas()) {
            if (id != options.brokerId()) {
                RemoteReplica known = remote(id);
                // A new leader grants the ISR the full lag time; others must first show that they are caught up.
                long caughtUpMs = committed.isInSync(id) ? nowMs : RemoteReplica.NEVER;
                next[filled++] = known != null ? known : new RemoteReplica(id, caughtUpMs);
            }
        }
        return next;
    }

    private RemoteReplica remote(int brokerId) {
        for (RemoteReplica remote : remotes) {
            if (remote.brokerId == brokerId) {
                return remote;
            }
        }
        return null;
    }

    long followerEnd(int brokerId) {
        RemoteReplica remote = remote(brokerId);
        return remote == null ? RemoteReplica.UNKNOWN : remote.endOffset;
    }

    boolean isAlone() {
        return remotes.length == 0;
    }

    void grew(long formerEnd, long nowMs) {
        for (RemoteReplica remote : remotes) {
            remote.leaderGrew(formerEnd, nowMs);
        }
    }

    FollowerFetch fetched(int brokerId, long brokerEpoch, long offset, long leaderEnd, long nowMs) {
        RemoteReplica remote = remote(brokerId);
        if (remote == null) {
            return FollowerFetch.NOT_A_REPLICA;
        }
        if (brokerEpoch < remote.brokerEpoch) {
            return FollowerFetch.STALE_BROKER_EPOCH;
        }
        if (offset > leaderEnd) {
            return FollowerFetch.BEYOND_END;
        }
        if (brokerEpoch > remote.brokerEpoch) {
            remote.restarted(brokerEpoch);
        }
        remote.fetched(offset, leaderEnd, nowMs);
        return FollowerFetch.NOTED;
    }

    /** What everyone who counts has, given the leader's own durable end. */
    long replicatedEnd(long durableEnd, long leaderEnd, long nowMs) {
        long end = durableEnd;
        for (RemoteReplica remote : remotes) {
            if (remote.endOffset < end && (isr.isMaximal(remote.brokerId) || isAboutToJoin(remote, leaderEnd, nowMs))) {
                end = remote.endOffset;
            }
        }
        return end;
    }

    /** Waiting for it lets it join; otherwise a busy leader's watermark would run ahead of it for ever. */
    private boolean isAboutToJoin(RemoteReplica remote, long leaderEnd, long nowMs) {
        return remote.endOffset != RemoteReplica.UNKNOWN
                && remote.isCaughtUp(leaderEnd, nowMs, options.lagTimeMaxMs())
                && liveness.mayJoinIsr(remote.brokerId, remote.brokerEpoch);
    }

    /** Sends a copy of the open proposal, or makes one, where it is time for it. */
    void proposeWhatIsDue(long highWatermark, long leaderEnd, long nowMs) {
        if (isr.nextCopyMs() <= nowMs) {
            send();
            return;
        }
        proposeShrink(leaderEnd, nowMs);
        proposeJoin(highWatermark, nowMs);
    }

    private void proposeShrink(long leaderEnd, long nowMs) {
        if (!isr.mayPropose(nowMs)) {
            return;
        }
        int[] kept = isr.committed();
        for (RemoteReplica remote : remotes) {
            if (Members.contains(kept, remote.brokerId)
                    && !remote.isCaughtUp(leaderEnd, nowMs, options.lagTimeMaxMs())) {
                kept = Members.minus(kept, remote.brokerId);
            }
        }
        propose(kept);
    }

    void proposeJoin(long highWatermark, long nowMs) {
        if (isr.mayPropose(nowMs)) {
            propose(withJoiners(highWatermark));
        }
    }

    /** A joiner has everything that was acknowledged, and everything from before this epoch. */
    private int[] withJoiners(long highWatermark) {
        int[] joined = isr.committed();
        for (RemoteReplica remote : remotes) {
            if (!Members.contains(joined, remote.brokerId)
                    && remote.endOffset >= highWatermark
                    && remote.endOffset >= epochStartOffset
                    && liveness.mayJoinIsr(remote.brokerId, remote.brokerEpoch)) {
                joined = Members.plus(joined, remote.brokerId);
            }
        }
        return joined;
    }

    private void propose(int[] members) {
        if (members == isr.committed()) {
            return;
        }
        List<Member> named = new ArrayList<>(members.length);
        for (int id : members) {
            RemoteReplica remote = remote(id);
            named.add(new Member(id, remote == null ? RemoteReplica.UNKNOWN : remote.brokerEpoch));
        }
        isr.propose(List.copyOf(named));
        send();
    }

    private void send() {
        int id = nextProposalId++;
        effects.proposeIsr(new IsrProposal(id, leaderEpoch, isr.partitionEpoch(), isr.copy(id)));
    }

    /** Not after now when something is overdue: a follower that has all there is does not ask again by itself. */
    long nextTickMs(long highWatermark, long leaderEnd, long nowMs) {
        long due = isr.nextCopyMs();
        if (!isr.isPending() && isr.notBeforeMs() > nowMs) {
            due = isr.notBeforeMs();
        } else if (isr.mayPropose(nowMs) && withJoiners(highWatermark) != isr.committed()) {
            due = nowMs;
        }
        for (RemoteReplica remote : remotes) {
            boolean member = isr.isMaximal(remote.brokerId);
            if (member || remote.endOffset != RemoteReplica.UNKNOWN) {
                long lagsAtMs = remote.lagsAtMs(leaderEnd, options.lagTimeMaxMs());
                if (lagsAtMs > nowMs) {
                    due = Math.min(due, lagsAtMs);
                } else if (member && isr.mayPropose(nowMs)) {
                    due = nowMs;
                }
            }
        }
        return due;
    }
}
