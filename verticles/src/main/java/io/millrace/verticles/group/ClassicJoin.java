package io.millrace.verticles.group;

import io.millrace.protocol.Errors;
import io.millrace.verticles.group.ClassicState.CompletingRebalance;
import io.millrace.verticles.group.ClassicState.PreparingRebalance;
import io.millrace.verticles.group.ClassicState.Stable;
import io.millrace.verticles.group.record.RecordKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;

/**
 * JoinGroup of a classic group: who is let in, and whether it causes a rebalance (KIP-62, KIP-345, KIP-394, KIP-814).
 *
 * <p>Thread: the machine's.
 */
final class ClassicJoin {
    /** From this version on a dynamic member must come back with the id that it is given (KIP-394). */
    static final int MEMBER_ID_REQUIRED_VERSION = 4;
    /** From this version on a leader can be told to leave the assignment as it is (KIP-814). */
    static final int SKIP_ASSIGNMENT_VERSION = 9;

    /**
     * Ids of one group that were given out and whose owners have not come back; each ends with its session timeout, so only
     * a flood of first joins gets here, which is answered retriably.
     */
    static final int MAX_PENDING_IDS = 10_000;

    /** A member id begins with at most so much of a client or instance id, so that it fits into every field. */
    private static final int MAX_ID_PREFIX = 8_000;

    private final int maxGroupSize;
    private final Supplier<UUID> newIds;
    private final ClassicSessions sessions;
    private final ClassicRebalances rebalances;
    private final ClassicDepartures departures;
    private final CommitGate gate;

    ClassicJoin(
            GroupSettings settings,
            Supplier<UUID> newIds,
            ClassicSessions sessions,
            ClassicRebalances rebalances,
            ClassicDepartures departures,
            CommitGate gate) {
        this.maxGroupSize = settings.maxGroupSize();
        this.newIds = newIds;
        this.sessions = sessions;
        this.rebalances = rebalances;
        this.departures = departures;
        this.gate = gate;
    }

    /** One JoinGroup on its way through the rules. */
    private record Join(
            JoinGroupRequestData request,
            List<ClassicMember.Protocol> protocols,
            ClientContext context,
            long nowMs,
            Consumer<JoinGroupResponseData> answer) {
        void refuse(Errors error, String memberId) {
            answer.accept(GroupErrors.join(error, memberId));
        }

        /** Version 0 has one timeout for both. */
        int rebalanceTimeoutMs() {
            return context.apiVersion() == 0 ? request.sessionTimeoutMs() : request.rebalanceTimeoutMs();
        }
    }

    void join(
            ClassicGroup group,
            JoinGroupRequestData request,
            ClientContext context,
            long nowMs,
            Consumer<JoinGroupResponseData> answer) {
        Join join = new Join(request, ClassicMember.protocols(request.protocols()), context, nowMs, answer);
        String memberId = request.memberId();
        if (!hasRoomFor(group, memberId)) {
            drop(group, memberId);
            join.refuse(Errors.GROUP_MAX_SIZE_REACHED, "");
        } else if (!group.accepts(request.protocolType(), join.protocols)) {
            join.refuse(Errors.INCONSISTENT_GROUP_PROTOCOL, memberId);
        } else if (memberId.isEmpty()) {
            joinNew(group, join);
        } else if (group.isPending(memberId)) {
            joinPending(group, join);
        } else {
            joinAgain(group, join);
        }
    }

    private void joinNew(ClassicGroup group, Join join) {
        String instanceId = join.request.groupInstanceId();
        String memberId = newMemberId(instanceId == null ? join.context.clientId() : instanceId);
        if (instanceId != null) {
            String current = group.roster().idOfInstance(instanceId);
            if (current == null) {
                add(group, memberId, join);
            } else {
                replace(group, group.roster().get(current), memberId, join);
            }
        } else if (join.context.apiVersion() >= MEMBER_ID_REQUIRED_VERSION) {
            giveId(group, memberId, join);
        } else {
            add(group, memberId, join);
        }
    }

    private void giveId(ClassicGroup group, String memberId, Join join) {
        if (group.pendingCount() >= MAX_PENDING_IDS) {
            join.refuse(Errors.COORDINATOR_NOT_AVAILABLE, "");
            return;
        }
        Deadline deadline = new Deadline(nowMs -> departures.pendingExpired(group, memberId, nowMs));
        group.addPending(memberId, deadline, join.nowMs + join.request.sessionTimeoutMs());
        join.refuse(Errors.MEMBER_ID_REQUIRED, memberId);
    }

    private void joinPending(ClassicGroup group, Join join) {
        if (join.request.groupInstanceId() != null) {
            // An id is only ever given to a dynamic member. Kafka answers the same.
            join.refuse(Errors.UNKNOWN_SERVER_ERROR, "");
            return;
        }
        add(group, join.request.memberId(), join);
    }

    private void joinAgain(ClassicGroup group, Join join) {
        String memberId = join.request.memberId();
        Errors error = group.validateMember(memberId, join.request.groupInstanceId());
        if (error != Errors.NONE) {
            join.refuse(error, memberId);
            return;
        }
        ClassicMember member = group.roster().get(memberId);
        boolean unchanged = member.offersExactly(join.protocols);
        boolean leads = group.roster().isLeader(memberId);
        if (group.state() instanceof CompletingRebalance && unchanged) {
            // It may not have got the answer to its first join.
            join.answer.accept(ClassicRebalances.joined(group, member, leads));
        } else if (group.state() instanceof Stable && unchanged && !leads) {
            join.answer.accept(ClassicRebalances.joined(group, member, false));
        } else {
            // A leader joins anew for what its metadata does not show, as a topic with more partitions.
            update(group, member, join);
            rebalances.prepareOrComplete(group, join.nowMs);
        }
    }

    private void add(ClassicGroup group, String memberId, Join join) {
        JoinGroupRequestData request = join.request;
        ClassicMember member = new ClassicMember(
                memberId,
                request.groupInstanceId(),
                join.context.clientId(),
                join.context.clientHost(),
                join.rebalanceTimeoutMs(),
                request.sessionTimeoutMs(),
                join.protocols);
        member.setNew(true);
        if (group.state() instanceof PreparingRebalance preparing && preparing.isInitial()) {
            group.enter(preparing.with(preparing.initial().joined()));
        }
        if (group.roster().isEmpty()) {
            group.adoptProtocolType(request.protocolType());
        }
        group.removePending(memberId);
        group.roster().add(member);
        group.roster().awaitJoin(member, join.answer);
        sessions.watch(group, member, join.nowMs + ClassicSessions.NEW_MEMBER_JOIN_TIMEOUT_MS);
        rebalances.prepareOrComplete(group, join.nowMs);
    }

    /** An instance has come back without its id: its former life is fenced, its place and assignment are kept. */
    private void replace(ClassicGroup group, ClassicMember old, String newId, Join join) {
        MemberRoster roster = group.roster();
        String leaderBefore = roster.leaderId();
        roster.answerJoin(old, GroupErrors.join(Errors.FENCED_INSTANCE_ID, old.id()));
        old.answerSync(GroupErrors.sync(Errors.FENCED_INSTANCE_ID));
        sessions.end(old);
        ClassicMember member = old.renamed(newId);
        roster.replace(old, member);
        group.forgetSync(old.id());
        sessions.watch(group, member, join.nowMs + member.sessionTimeoutMs());
        update(group, member, join);
        if (group.state() instanceof CompletingRebalance) {
            // The leader may already assign to the old id.
            rebalances.prepare(group, join.nowMs);
        } else if (!(group.state() instanceof Stable)) {
            rebalances.completeIfAllJoined(group, join.nowMs);
        } else if (!roster.electProtocol().equals(group.protocol().orElse(""))) {
            rebalances.prepareOrComplete(group, join.nowMs);
        } else {
            writeReplacement(group, old, member, leaderBefore, join);
        }
    }

    /** Nothing changes but the id: it is written, then the member goes on in the generation that is there. */
    private void writeReplacement(
            ClassicGroup group, ClassicMember old, ClassicMember member, String leaderBefore, Join join) {
        MemberRoster roster = group.roster();
        int generation = group.generation();
        Map<String, byte[]> assignments = new HashMap<>();
        roster.all().forEach(each -> assignments.put(each.id(), each.assignment()));
        Errors error = gate.append(
                List.of(new GroupRecord(
                        new RecordKey.Group(group.id()).toBytes(),
                        group.toValue(assignments).toBytes())),
                nowMs -> {
                    // When a rebalance has begun meanwhile, its end answers.
                    if (group.state() instanceof Stable && group.generation() == generation) {
                        roster.answerJoin(member, rejoined(group, member, leaderBefore, join));
                    }
                },
                lost -> {});
        if (error != Errors.NONE) {
            roster.forgetJoin(member);
            sessions.end(member);
            roster.replace(member, old);
            sessions.watch(group, old, join.nowMs + old.sessionTimeoutMs());
            join.answer.accept(ClassicRebalances.joined(group, member, false)
                    .setMemberId("")
                    .setLeader(leaderBefore)
                    .setErrorCode(GroupErrors.ofAppend(error).code()));
        }
    }

    /**
     * Before KIP-814 a leader that has come back is not told that it leads (it would assign anew without reason); since then
     * it is told, with the members, and that it shall not assign.
     */
    private static JoinGroupResponseData rejoined(
            ClassicGroup group, ClassicMember member, String leaderBefore, Join join) {
        if (join.context.apiVersion() < SKIP_ASSIGNMENT_VERSION) {
            return ClassicRebalances.joined(group, member, false).setLeader(leaderBefore);
        }
        boolean leads = group.roster().isLeader(member.id());
        return ClassicRebalances.joined(group, member, leads).setSkipAssignment(leads);
    }

    private void update(ClassicGroup group, ClassicMember member, Join join) {
        group.roster().update(member, join.protocols, join.rebalanceTimeoutMs(), join.request.sessionTimeoutMs());
        // Whoever asked before in this member's name has given up: a client asks again only then.
        group.roster().answerJoin(member, GroupErrors.join(Errors.REBALANCE_IN_PROGRESS, member.id()));
        group.roster().awaitJoin(member, join.answer);
    }

    /**
     * Whether one more fits. While members join anew those who have are counted, so that after the limit was lowered the
     * last ones are kept out.
     */
    private boolean hasRoomFor(ClassicGroup group, String memberId) {
        MemberRoster roster = group.roster();
        ClassicMember member = roster.get(memberId);
        if (group.isEmpty()) {
            return true;
        }
        if (group.isPreparing()) {
            return (member != null && member.isJoining()) || roster.joining() < maxGroupSize;
        }
        return member != null || roster.size() < maxGroupSize;
    }

    private void drop(ClassicGroup group, String memberId) {
        group.removePending(memberId);
        ClassicMember member = group.roster().remove(memberId);
        if (member != null) {
            sessions.end(member);
        }
    }

    private String newMemberId(String prefix) {
        return (prefix.length() > MAX_ID_PREFIX ? prefix.substring(0, MAX_ID_PREFIX) : prefix) + "-" + newIds.get();
    }
}
