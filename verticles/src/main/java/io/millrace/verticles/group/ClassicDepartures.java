package io.millrace.verticles.group;

import io.millrace.protocol.Errors;
import io.millrace.verticles.group.ClassicState.CompletingRebalance;
import io.millrace.verticles.group.ClassicState.Stable;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.message.LeaveGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupResponseData.MemberResponse;

/**
 * How members go: they say so, somebody says so for them by their instance id, or their session ends.
 *
 * <p>Thread: the machine's.
 */
final class ClassicDepartures {
    /** From this version on a request names several members. */
    static final int BATCH_VERSION = 3;

    private final ClassicSessions sessions;
    private final ClassicRebalances rebalances;

    ClassicDepartures(ClassicSessions sessions, ClassicRebalances rebalances) {
        this.sessions = sessions;
        this.rebalances = rebalances;
    }

    /** Takes the named members out; one answer each, and one rebalance for all of them. */
    LeaveGroupResponseData leave(ClassicGroup group, LeaveGroupRequestData request, int apiVersion, long nowMs) {
        List<MemberResponse> rows = new ArrayList<>();
        boolean somebodyLeft = false;
        for (MemberIdentity identity : identities(request, apiVersion)) {
            Errors error = leave(group, identity);
            somebodyLeft |= error == Errors.NONE;
            rows.add(row(identity, error));
        }
        if (somebodyLeft) {
            rebalanceWithout(group, nowMs);
        }
        return answer(rows, apiVersion);
    }

    /** The group is not there: nobody of these is a member. */
    static LeaveGroupResponseData unknownGroup(LeaveGroupRequestData request, int apiVersion) {
        return answer(
                identities(request, apiVersion).stream()
                        .map(identity -> row(identity, Errors.UNKNOWN_MEMBER_ID))
                        .toList(),
                apiVersion);
    }

    /** A member's session is over. */
    void expired(ClassicGroup group, ClassicMember member, long nowMs) {
        remove(group, member);
        if (group.state() instanceof Stable || group.state() instanceof CompletingRebalance) {
            rebalances.prepareOrComplete(group, nowMs);
        } else if (group.isPreparing() && group.allJoined()) {
            rebalances.complete(group, nowMs);
        }
    }

    /** Whoever was given this id has not come back with it. */
    void pendingExpired(ClassicGroup group, String memberId, long nowMs) {
        group.removePending(memberId);
        if (group.isPreparing() && group.allJoined()) {
            rebalances.complete(group, nowMs);
        }
    }

    private Errors leave(ClassicGroup group, MemberIdentity identity) {
        String memberId = identity.memberId();
        String instanceId = identity.groupInstanceId();
        if (memberId.isEmpty()) {
            String current = instanceId == null ? null : group.roster().idOfInstance(instanceId);
            if (current == null) {
                return Errors.UNKNOWN_MEMBER_ID;
            }
            remove(group, group.roster().get(current));
            return Errors.NONE;
        }
        if (group.isPending(memberId)) {
            group.removePending(memberId);
            return Errors.NONE;
        }
        Errors error = group.validateMember(memberId, instanceId);
        if (error == Errors.NONE) {
            remove(group, group.roster().get(memberId));
        }
        return error;
    }

    private void rebalanceWithout(ClassicGroup group, long nowMs) {
        if (group.isPreparing()) {
            rebalances.completeIfAllJoined(group, nowMs);
        } else if (!group.isEmpty()) {
            rebalances.prepareOrComplete(group, nowMs);
        }
    }

    /** A request of the member that is still parked is answered UNKNOWN_MEMBER_ID: if it is alive after all, it joins anew. */
    private void remove(ClassicGroup group, ClassicMember member) {
        sessions.end(member);
        group.roster().answerJoin(member, GroupErrors.join(Errors.UNKNOWN_MEMBER_ID, ""));
        member.answerSync(GroupErrors.sync(Errors.UNKNOWN_MEMBER_ID));
        group.roster().remove(member.id());
        group.forgetSync(member.id());
    }

    private static List<MemberIdentity> identities(LeaveGroupRequestData request, int apiVersion) {
        return apiVersion < BATCH_VERSION
                ? List.of(new MemberIdentity().setMemberId(request.memberId()))
                : request.members();
    }

    private static MemberResponse row(MemberIdentity identity, Errors error) {
        return new MemberResponse()
                .setMemberId(identity.memberId())
                .setGroupInstanceId(identity.groupInstanceId())
                .setErrorCode(error.code());
    }

    private static LeaveGroupResponseData answer(List<MemberResponse> rows, int apiVersion) {
        return apiVersion < BATCH_VERSION
                ? new LeaveGroupResponseData().setErrorCode(rows.get(0).errorCode())
                : new LeaveGroupResponseData().setMembers(rows);
    }
}
