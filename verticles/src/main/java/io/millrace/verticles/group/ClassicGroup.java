package io.millrace.verticles.group;

import io.millrace.protocol.Errors;
import io.millrace.verticles.group.ClassicState.CompletingRebalance;
import io.millrace.verticles.group.ClassicState.Dead;
import io.millrace.verticles.group.ClassicState.Empty;
import io.millrace.verticles.group.ClassicState.PreparingRebalance;
import io.millrace.verticles.group.ClassicState.Stable;
import io.millrace.verticles.group.record.GroupValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.message.JoinGroupResponseData.JoinGroupResponseMember;

/**
 * One classic group: its members, its state, its generation. It answers what may be done; the rules that do it are in
 * {@link ClassicJoin}, {@link ClassicSync}, {@link ClassicDepartures} and {@link ClassicRebalances}.
 *
 * <p>Thread: the machine's. Durable as of its last record: generation, protocol, leader, members and assignments of the
 * last generation that was assigned or found nobody.
 */
final class ClassicGroup implements Group {
    static final String TYPE = "classic";
    /** The protocol type of consumers (and of Streams): the only one whose metadata the coordinator looks into. */
    static final String CONSUMER_PROTOCOL = "consumer";

    private static final int NO_GENERATION = -1;

    private final String id;
    private final Deadlines deadlines;
    private final MemberRoster roster = new MemberRoster();
    /** Ids given out with MEMBER_ID_REQUIRED whose owners have not come back yet (KIP-394). */
    private final Map<String, Deadline> pending = new HashMap<>();

    private ClassicState state;
    private int generation;
    private String protocolType;
    private String protocol;
    private Set<String> subscribedTopics;
    private int generationBeingWritten = NO_GENERATION;
    /** The end of waiting for joins or for syncs. */
    private Deadline phase;

    ClassicGroup(String id, ClassicState state, Deadlines deadlines) {
        this.id = id;
        this.state = state;
        this.deadlines = deadlines;
    }

    /** The group as its record says: in that generation if it has members. */
    static ClassicGroup of(String id, GroupValue value, Deadlines deadlines) {
        ClassicState state = value.members().isEmpty()
                ? new Empty(value.stateTimestampMs())
                : new Stable(value.stateTimestampMs(), new HashSet<>());
        ClassicGroup group = new ClassicGroup(id, state, deadlines);
        group.generation = value.generation();
        group.protocolType = value.protocolType().isEmpty() ? null : value.protocolType();
        group.protocol = value.protocol();
        for (GroupValue.MemberValue member : value.members()) {
            ClassicMember loaded = new ClassicMember(
                    member.memberId(),
                    member.instanceId(),
                    member.clientId(),
                    member.clientHost(),
                    member.rebalanceTimeoutMs(),
                    member.sessionTimeoutMs(),
                    List.of(new ClassicMember.Protocol(value.protocol(), member.subscription())));
            loaded.assign(member.assignment());
            group.roster.add(loaded);
        }
        if (group.roster.has(value.leader())) {
            group.roster.restoreLeader(value.leader());
        }
        group.learnSubscriptions();
        return group;
    }

    /** Whether a group can be made of this record: it says a protocol if it has members, and everybody is there once. */
    static boolean isSound(GroupValue value) {
        Set<String> ids = new HashSet<>();
        Set<String> instances = new HashSet<>();
        boolean unique = value.members().stream()
                .allMatch(m -> ids.add(m.memberId()) && (m.instanceId() == null || instances.add(m.instanceId())));
        return unique && (ids.isEmpty() || value.protocol() != null);
    }

    /** The record of this generation, with these assignments. */
    GroupValue toValue(Map<String, byte[]> assignments) {
        List<GroupValue.MemberValue> members = new ArrayList<>(roster.size());
        for (ClassicMember member : roster.all()) {
            members.add(new GroupValue.MemberValue(
                    member.id(),
                    member.instanceId().orElse(null),
                    member.clientId(),
                    member.clientHost(),
                    member.rebalanceTimeoutMs(),
                    member.sessionTimeoutMs(),
                    member.metadata(protocol),
                    assignments.getOrDefault(member.id(), ClassicMember.NOTHING)));
        }
        return new GroupValue(protocolTypeOrEmpty(), generation, protocol, roster.leaderId(), state.sinceMs(), members);
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public String stateName() {
        return state.displayName();
    }

    @Override
    public String protocolTypeOrEmpty() {
        return protocolType == null ? "" : protocolType;
    }

    @Override
    public boolean isEmpty() {
        return state instanceof Empty;
    }

    @Override
    public int memberCount() {
        return roster.size();
    }

    /** An unknown subscription of consumers protects every topic, one of somebody else none. */
    @Override
    public boolean subscribedTo(String topic) {
        return subscribedTopics == null ? usesConsumerProtocol() : subscribedTopics.contains(topic);
    }

    @Override
    public void close(long nowMs) {
        state = state.dead(nowMs);
        pending.values().forEach(deadlines::cancel);
        roster.all().stream()
                .map(member -> member.session)
                .filter(Objects::nonNull)
                .forEach(deadlines::cancel);
        endPhase();
    }

    MemberRoster roster() {
        return roster;
    }

    ClassicState state() {
        return state;
    }

    /** Enters a state that the former one has given. */
    void enter(ClassicState next) {
        state = next;
    }

    int generation() {
        return generation;
    }

    Optional<String> protocol() {
        return Optional.ofNullable(protocol);
    }

    /** Null for a group that has only ever committed. */
    String protocolType() {
        return protocolType;
    }

    void adoptProtocolType(String type) {
        protocolType = type;
    }

    boolean usesConsumerProtocol() {
        return CONSUMER_PROTOCOL.equals(protocolType);
    }

    boolean knowsSubscriptions() {
        return subscribedTopics != null;
    }

    /** The next generation, of those who are in the roster; the caller enters its state. */
    void nextGeneration() {
        generation++;
        protocol = roster.isEmpty() ? null : roster.electProtocol();
        learnSubscriptions();
    }

    /** Whether the leader's assignment for this very generation is on its way into the log. */
    boolean isBeingWritten() {
        return generationBeingWritten == generation;
    }

    void setBeingWritten(boolean on) {
        generationBeingWritten = on ? generation : NO_GENERATION;
    }

    /** Members that have not asked for their assignment of this generation. */
    Set<String> notSynced() {
        if (state instanceof CompletingRebalance completing) {
            return completing.notSynced();
        }
        return state instanceof Stable stable ? stable.notSynced() : Set.of();
    }

    /** The member has its assignment, or is gone: nobody waits for its sync any more. */
    void forgetSync(String memberId) {
        if (notSynced().contains(memberId)) {
            notSynced().remove(memberId);
            if (notSynced().isEmpty()) {
                endPhase();
            }
        }
    }

    boolean allJoined() {
        return roster.joining() == roster.size() && pending.isEmpty();
    }

    boolean isPreparing() {
        return state instanceof PreparingRebalance;
    }

    boolean isInitial() {
        return state instanceof PreparingRebalance preparing && preparing.isInitial();
    }

    boolean isDead() {
        return state instanceof Dead;
    }

    // ---- pending ids ----

    boolean isPending(String memberId) {
        return pending.containsKey(memberId);
    }

    int pendingCount() {
        return pending.size();
    }

    void addPending(String memberId, Deadline deadline, long untilMs) {
        pending.put(memberId, deadline);
        deadlines.set(deadline, untilMs);
    }

    void removePending(String memberId) {
        Deadline deadline = pending.remove(memberId);
        if (deadline != null) {
            deadlines.cancel(deadline);
        }
    }

    // ---- deadlines ----

    void startPhase(Deadline deadline, long untilMs) {
        endPhase();
        phase = deadline;
        deadlines.set(deadline, untilMs);
    }

    void endPhase() {
        if (phase != null) {
            deadlines.cancel(phase);
            phase = null;
        }
    }

    /** Nobody could be heard until now: no deadline of a member is earlier than if it had just been set. */
    void grantTimeAnew(long nowMs) {
        for (ClassicMember member : roster.all()) {
            if (member.session != null) {
                deadlines.putOff(member.session, nowMs + member.sessionTimeoutMs());
            }
        }
        if (phase != null && !isInitial()) {
            deadlines.putOff(phase, nowMs + roster.rebalanceTimeoutMs());
        }
    }

    // ---- may they? ----

    /** Whether this member is in the group, and not fenced by a younger life of its instance (KIP-345). */
    Errors validateMember(String memberId, String instanceId) {
        if (instanceId != null) {
            String current = roster.idOfInstance(instanceId);
            if (current == null) {
                return Errors.UNKNOWN_MEMBER_ID;
            }
            if (!current.equals(memberId)) {
                return Errors.FENCED_INSTANCE_ID;
            }
        }
        return roster.has(memberId) ? Errors.NONE : Errors.UNKNOWN_MEMBER_ID;
    }

    /** Whether a member with these protocols fits in. */
    boolean accepts(String type, List<ClassicMember.Protocol> protocols) {
        if (isEmpty()) {
            return !type.isEmpty() && !protocols.isEmpty();
        }
        return type.equals(protocolType) && roster.allOfferOneOf(protocols);
    }

    /** Whether this commit is from a member of this generation, or from outside while nobody is in the group. */
    Errors validateCommit(String memberId, String instanceId, int generationOfCommit) {
        if (generationOfCommit < 0 && isEmpty()) {
            return Errors.NONE;
        }
        if (generationOfCommit < 0 && memberId.isEmpty() && instanceId == null) {
            return Errors.UNKNOWN_MEMBER_ID;
        }
        Errors error = validateMember(memberId, instanceId);
        if (error != Errors.NONE) {
            return error;
        }
        if (generationOfCommit != generation) {
            return Errors.ILLEGAL_GENERATION;
        }
        return state instanceof CompletingRebalance ? Errors.REBALANCE_IN_PROGRESS : Errors.NONE;
    }

    /** What the leader is told of everybody. */
    List<JoinGroupResponseMember> describeToLeader() {
        return roster.all().stream()
                .map(member -> new JoinGroupResponseMember()
                        .setMemberId(member.id())
                        .setGroupInstanceId(member.instanceId().orElse(null))
                        .setMetadata(member.metadata(protocol)))
                .toList();
    }

    private void learnSubscriptions() {
        subscribedTopics = usesConsumerProtocol() ? Subscriptions.topicsOf(roster.all(), protocol) : null;
    }
}
