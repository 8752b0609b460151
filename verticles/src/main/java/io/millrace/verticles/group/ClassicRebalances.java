package io.millrace.verticles.group;

import io.millrace.protocol.Errors;
import io.millrace.verticles.group.ClassicState.CompletingRebalance;
import io.millrace.verticles.group.ClassicState.Empty;
import io.millrace.verticles.group.ClassicState.InitialDelay;
import io.millrace.verticles.group.ClassicState.PreparingRebalance;
import io.millrace.verticles.group.ClassicState.Stable;
import io.millrace.verticles.group.record.RecordKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.SyncGroupResponseData;

/**
 * From one generation of a classic group to the next: asks members to join anew, waits for them, makes the generation of
 * those who came, and sees to it that they fetch their assignments.
 *
 * <p>Thread: the machine's.
 */
final class ClassicRebalances {
    /** Between two attempts to complete while nobody joins; a client may grant no time at all. */
    private static final int LEAST_WAIT_MS = 1_000;

    private final int initialDelayMs;
    private final ClassicSessions sessions;
    private final CommitGate gate;
    private long completed;

    ClassicRebalances(GroupSettings settings, ClassicSessions sessions, CommitGate gate) {
        this.initialDelayMs = settings.initialRebalanceDelayMs();
        this.sessions = sessions;
        this.gate = gate;
    }

    /** Rebalances that have reached Stable since the load. */
    long completed() {
        return completed;
    }

    /** Something about the members has changed: begins a rebalance, or ends the one that was waiting for this. */
    void prepareOrComplete(ClassicGroup group, long nowMs) {
        if (group.isPreparing()) {
            completeIfAllJoined(group, nowMs);
        } else if (!group.isDead()) {
            prepare(group, nowMs);
        }
    }

    /** Ends the waiting for joins when nobody is missing; an empty group waits its delay out, whoever has come. */
    void completeIfAllJoined(ClassicGroup group, long nowMs) {
        if (group.isPreparing() && !group.isInitial() && group.allJoined()) {
            complete(group, nowMs);
        }
    }

    /** Asks everybody to join anew. */
    void prepare(ClassicGroup group, long nowMs) {
        group.endPhase();
        if (group.state() instanceof Empty empty) {
            InitialDelay delay =
                    InitialDelay.first(initialDelayMs, group.roster().rebalanceTimeoutMs());
            group.enter(empty.preparing(nowMs, delay));
            waitForJoins(group, nowMs + delay.stepMs());
            return;
        }
        if (group.state() instanceof CompletingRebalance completing) {
            refuseAssignments(group, Errors.REBALANCE_IN_PROGRESS, nowMs);
            group.enter(completing.preparing(nowMs));
        } else if (group.state() instanceof Stable stable) {
            group.enter(stable.preparing(nowMs));
        }
        if (group.allJoined()) {
            complete(group, nowMs);
        } else {
            waitForJoins(group, nowMs + group.roster().rebalanceTimeoutMs());
        }
    }

    /**
     * Makes the next generation of those who have joined. Dynamic members that have not are out; static ones keep their
     * place until their session ends. With nobody but these there is nobody to lead: goes on waiting.
     */
    void complete(ClassicGroup group, long nowMs) {
        MemberRoster roster = group.roster();
        group.endPhase();
        for (ClassicMember member : new ArrayList<>(roster.all())) {
            if (!member.isJoining() && !member.isStatic()) {
                roster.remove(member.id());
                sessions.end(member);
            }
        }
        if (!roster.electJoined() && !roster.isEmpty()) {
            waitForJoins(group, nowMs + Math.max(roster.rebalanceTimeoutMs(), LEAST_WAIT_MS));
            return;
        }
        PreparingRebalance preparing = (PreparingRebalance) group.state();
        group.nextGeneration();
        if (roster.isEmpty()) {
            group.enter(preparing.empty(nowMs));
            writeEmpty(group);
        } else {
            group.enter(preparing.completing(
                    nowMs, roster.all().stream().map(ClassicMember::id).toList()));
            tellGeneration(group, nowMs);
            group.startPhase(new Deadline(due -> syncsDue(group, due)), nowMs + roster.rebalanceTimeoutMs());
        }
    }

    /** The leader's assignment is in the log: hands it out, unless the group has moved on meanwhile. */
    void assignmentWritten(ClassicGroup group, int generation, Map<String, byte[]> assignments, long nowMs) {
        if (group.generation() != generation || !(group.state() instanceof CompletingRebalance completing)) {
            return;
        }
        group.setBeingWritten(false);
        for (ClassicMember member : group.roster().all()) {
            member.assign(assignments.getOrDefault(member.id(), ClassicMember.NOTHING));
            answerSync(member, assignment(group, member), nowMs);
        }
        group.enter(completing.stable(nowMs));
        completed++;
    }

    /** The leader's assignment could not be written: everybody joins anew. */
    void assignmentRefused(ClassicGroup group, Errors error, long nowMs) {
        refuseAssignments(group, error, nowMs);
        prepareOrComplete(group, nowMs);
    }

    /** What a member is answered that asks for its assignment. */
    static SyncGroupResponseData assignment(ClassicGroup group, ClassicMember member) {
        return new SyncGroupResponseData()
                .setProtocolType(group.protocolType())
                .setProtocolName(group.protocol().orElse(null))
                .setAssignment(member.assignment());
    }

    /** What a member is answered that has joined the current generation. */
    static JoinGroupResponseData joined(ClassicGroup group, ClassicMember member, boolean tellMembers) {
        return new JoinGroupResponseData()
                .setMembers(tellMembers ? group.describeToLeader() : List.of())
                .setMemberId(member.id())
                .setGenerationId(group.generation())
                .setProtocolName(group.protocol().orElse(null))
                .setProtocolType(group.protocolType())
                .setLeader(group.roster().leaderId())
                .setSkipAssignment(false);
    }

    private void refuseAssignments(ClassicGroup group, Errors error, long nowMs) {
        group.setBeingWritten(false);
        for (ClassicMember member : group.roster().all()) {
            member.assign(ClassicMember.NOTHING);
            answerSync(member, GroupErrors.sync(error), nowMs);
        }
    }

    private void answerSync(ClassicMember member, SyncGroupResponseData response, long nowMs) {
        if (member.answerSync(response)) {
            sessions.renew(member, nowMs);
        }
    }

    private void tellGeneration(ClassicGroup group, long nowMs) {
        MemberRoster roster = group.roster();
        for (ClassicMember member : roster.all()) {
            if (member.isJoining()) {
                roster.answerJoin(member, joined(group, member, roster.isLeader(member.id())));
            }
            sessions.renew(member, nowMs);
            member.setNew(false);
        }
    }

    /**
     * Nobody waits for this record. If it cannot be written, the last generation may come back after a reload, with members
     * that are gone and whose sessions end.
     */
    private void writeEmpty(ClassicGroup group) {
        gate.append(
                List.of(new GroupRecord(
                        new RecordKey.Group(group.id()).toBytes(),
                        group.toValue(Map.of()).toBytes())),
                committedMs -> {},
                lost -> {});
    }

    private void waitForJoins(ClassicGroup group, long untilMs) {
        group.startPhase(new Deadline(nowMs -> joinsDue(group, nowMs)), untilMs);
    }

    private void joinsDue(ClassicGroup group, long nowMs) {
        if (!(group.state() instanceof PreparingRebalance preparing)) {
            return;
        }
        if (preparing.isInitial() && preparing.initial().hasNext()) {
            InitialDelay next = preparing.initial().next(initialDelayMs);
            group.enter(preparing.with(next));
            waitForJoins(group, nowMs + next.stepMs());
        } else {
            complete(group, nowMs);
        }
    }

    /** Members that have joined and never asked for their assignment are out. */
    private void syncsDue(ClassicGroup group, long nowMs) {
        if (group.notSynced().isEmpty()) {
            return;
        }
        for (String memberId : List.copyOf(group.notSynced())) {
            ClassicMember member = group.roster().remove(memberId);
            if (member != null) {
                sessions.end(member);
            }
        }
        prepare(group, nowMs);
    }
}
