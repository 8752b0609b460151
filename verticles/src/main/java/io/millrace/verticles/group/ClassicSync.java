package io.millrace.verticles.group;

import io.millrace.protocol.Errors;
import io.millrace.verticles.group.ClassicState.CompletingRebalance;
import io.millrace.verticles.group.ClassicState.Stable;
import io.millrace.verticles.group.record.RecordKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupResponseData;

/**
 * SyncGroup of a classic group: the leader brings the assignments, which are written before anybody gets them; the others
 * wait for theirs.
 *
 * <p>Thread: the machine's.
 */
final class ClassicSync {
    /** From this version on a request must say protocol type and name (KIP-559). */
    static final int PROTOCOL_VERSION = 5;

    private final ClassicRebalances rebalances;
    private final CommitGate gate;

    ClassicSync(ClassicRebalances rebalances, CommitGate gate) {
        this.rebalances = rebalances;
        this.gate = gate;
    }

    void sync(ClassicGroup group, SyncGroupRequestData request, long nowMs, Consumer<SyncGroupResponseData> answer) {
        Errors error = validate(group, request);
        if (error != Errors.NONE) {
            answer.accept(GroupErrors.sync(error));
            return;
        }
        ClassicMember member = group.roster().get(request.memberId());
        if (group.state() instanceof Stable) {
            group.forgetSync(member.id());
            answer.accept(ClassicRebalances.assignment(group, member));
        } else if (group.state() instanceof CompletingRebalance) {
            // Whoever asked before in this member's name has given up: a client asks again only then.
            member.answerSync(GroupErrors.sync(Errors.REBALANCE_IN_PROGRESS));
            member.awaitSync(answer);
            group.forgetSync(member.id());
            if (group.roster().isLeader(member.id()) && !group.isBeingWritten()) {
                write(group, request, nowMs);
            }
        } else {
            answer.accept(GroupErrors.sync(Errors.REBALANCE_IN_PROGRESS));
        }
    }

    /**
     * A generation is assigned once: while its first assignment is on the way into the log, another one of the same leader
     * is not taken, so that what is handed out is what the log says.
     */
    private void write(ClassicGroup group, SyncGroupRequestData request, long nowMs) {
        int generation = group.generation();
        Map<String, byte[]> assignments = new HashMap<>();
        request.assignments().forEach(each -> assignments.put(each.memberId(), each.assignment()));
        group.setBeingWritten(true);
        Errors error = gate.append(
                List.of(new GroupRecord(
                        new RecordKey.Group(group.id()).toBytes(),
                        group.toValue(assignments).toBytes())),
                committedMs -> rebalances.assignmentWritten(group, generation, assignments, committedMs),
                lost -> {});
        if (error != Errors.NONE) {
            rebalances.assignmentRefused(group, GroupErrors.ofAppend(error), nowMs);
        }
    }

    private static Errors validate(ClassicGroup group, SyncGroupRequestData request) {
        Errors error = group.validateMember(request.memberId(), request.groupInstanceId());
        if (error != Errors.NONE) {
            return error;
        }
        if (request.generationId() != group.generation()) {
            return Errors.ILLEGAL_GENERATION;
        }
        boolean consistent = isConsistent(request.protocolType(), group.protocolType())
                && isConsistent(request.protocolName(), group.protocol().orElse(null));
        return consistent ? Errors.NONE : Errors.INCONSISTENT_GROUP_PROTOCOL;
    }

    private static boolean isConsistent(String said, String known) {
        return said == null || known == null || said.equals(known);
    }
}
