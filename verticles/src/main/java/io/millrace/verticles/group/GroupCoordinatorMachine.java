package io.millrace.verticles.group;

import io.millrace.protocol.Errors;
import io.millrace.verticles.group.record.RecordKey;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResult;
import org.apache.kafka.common.message.DescribeGroupsResponseData.DescribedGroup;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupResponseData;
import org.apache.kafka.common.message.ListGroupsResponseData.ListedGroup;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupResponseData;

/**
 * Decides for the groups of one partition of {@code __consumer_offsets} while this node leads it.
 *
 * <p><b>A life.</b> A new machine is {@link #replay replayed} every record of its partition up to the high watermark,
 * in order; then {@link #loaded} opens it; from then on it is asked. {@link #unload} ends it: everybody who waits is
 * answered, and it is thrown away. A restart, another leader and a failed append are all the same: a new machine that is
 * loaded from the log.
 *
 * <p><b>Records out, replay in.</b> What a group owns durably (committed offsets, and per generation its members,
 * protocol and assignments) changes only by records. An operation hands records to {@link GroupEffects#append}; the
 * machine then replays them at once, so that whatever is asked next sees them, in the order in which they are in the
 * log. Nobody is told before they are committed: an answer that rests on records not yet below the high watermark,
 * also that of a mere read, waits in the machine until {@link #committed}. So no answer can be taken back by a crash.
 *
 * <p><b>What is soft.</b> Sessions, a join in progress, members that have joined since the last generation was written,
 * and ids given out with MEMBER_ID_REQUIRED live in memory only. {@link #loaded} gives every member of a written generation a full
 * session; a group whose record has members is Stable in that generation, any other is Empty (KIP-394 and Kafka's
 * coordinator do the same). Clients in a join that was lost hear NOT_COORDINATOR and join again.
 *
 * <p><b>Answers.</b> Every operation calls its consumer exactly once: within the call, or later within another call of
 * this machine. The answers of one client's requests may come in another order than the requests. Answers are the
 * caller's to keep. A consumer must not call the machine from within.
 *
 * <p><b>Time</b> comes with every call and must not go back. {@link #nextDeadlineMs} is to be asked after each call;
 * nothing else wakes the machine, and a group without members costs no deadline of its own.
 *
 * <p>Thread: one, that of the shard that owns the partition.
 */
public final class GroupCoordinatorMachine {
    /** What {@link #nextDeadlineMs} says when nothing will ever be due. */
    public static final long NEVER = Long.MAX_VALUE;

    /** Before this version the protocol's name must not be null. */
    private static final int NULLABLE_PROTOCOL_VERSION = 7;

    private final GroupSettings settings;
    private final Deadlines deadlines = new Deadlines();
    private final GroupState state = new GroupState(deadlines);
    private final CommitGate gate;
    private final ClassicSessions sessions;
    private final ClassicRebalances rebalances;
    private final ClassicDepartures departures;
    private final ClassicJoin join;
    private final ClassicSync sync;
    private final Offsets offsets;
    private final Removals removals;
    private final Expiry expiry;
    private final GroupViews views;

    /**
     * @param newIds random ids; a member id is the client id (or instance id), a dash and one of these
     */
    public GroupCoordinatorMachine(GroupSettings settings, Supplier<UUID> newIds, GroupEffects effects) {
        this.settings = settings;
        this.gate = new CommitGate(effects, settings.maxBatchBytes());
        this.sessions = new ClassicSessions(deadlines, this::memberExpired);
        this.rebalances = new ClassicRebalances(settings, sessions, gate);
        this.departures = new ClassicDepartures(sessions, rebalances);
        this.join = new ClassicJoin(settings, newIds, sessions, rebalances, departures, gate);
        this.sync = new ClassicSync(rebalances, gate);
        this.offsets = new Offsets(settings, state, sessions, gate);
        this.removals = new Removals(state, gate);
        this.expiry = new Expiry(settings, state, removals, deadlines);
        this.views = new GroupViews(state);
    }

    // ---- a life ----

    /**
     * Takes in one record of the log, before {@link #loaded}. Never throws for what it does not know: records of other
     * group kinds are left alone and counted, a record that cannot be read is skipped and counted.
     *
     * @param key the record's key, null if it has none; read from position to limit, position unchanged
     * @param value the record's value, null for a tombstone
     * @param offset where the record stands
     * @param timestampMs the record's own time
     */
    public void replay(ByteBuffer key, ByteBuffer value, long offset, long timestampMs) {
        state.replay(key, value, timestampMs);
    }

    /** Everything up to the high watermark has been replayed; requests may come. */
    public void loaded(long nowMs) {
        for (Group group : state.groups()) {
            if (group instanceof ClassicGroup classic) {
                classic.roster()
                        .all()
                        .forEach(member -> sessions.watch(classic, member, nowMs + member.sessionTimeoutMs()));
            }
        }
        expiry.loaded(nowMs);
    }

    /**
     * For a while nobody could be heard and the machine was not called: every member has a full session from now, as after a
     * load, and who is to join or to fetch its assignment has the whole time for it.
     */
    public void heardAgain(long nowMs) {
        for (Group group : state.groups()) {
            if (group instanceof ClassicGroup classic) {
                classic.grantTimeAnew(nowMs);
            }
        }
    }

    /** Every append up to and including this token is below the high watermark. */
    public void committed(long token, long nowMs) {
        gate.committed(token, nowMs);
    }

    /**
     * The partition is lost, or an append may have failed: answers everybody who waits with this error. The machine
     * must not be called any more.
     *
     * @param error NOT_COORDINATOR when another node leads (clients look for it), COORDINATOR_NOT_AVAILABLE or
     *     COORDINATOR_LOAD_IN_PROGRESS when this one will be loaded again; all three are retriable
     */
    public void unload(Errors error) {
        for (Group group : state.groups()) {
            if (group instanceof ClassicGroup classic) {
                classic.roster().all().forEach(member -> {
                    classic.roster().answerJoin(member, GroupErrors.join(error, member.id()));
                    member.answerSync(GroupErrors.sync(error));
                });
            }
        }
        gate.lost(error);
    }

    /** When {@link #onTick} wants to be called at the latest, or {@link #NEVER}. Cheap. */
    public long nextDeadlineMs() {
        return deadlines.nextMs();
    }

    /** Does what is due: sessions, rebalances, initial delays, expiry. Calls before the deadline do nothing. */
    public void onTick(long nowMs) {
        for (Deadline due = deadlines.pollDue(nowMs); due != null; due = deadlines.pollDue(nowMs)) {
            due.fire(nowMs);
        }
    }

    // ---- classic members ----

    /** JoinGroup 0-9. Waits for the group's other members. */
    public void joinGroup(
            JoinGroupRequestData request, ClientContext context, long nowMs, Consumer<JoinGroupResponseData> answer) {
        Consumer<JoinGroupResponseData> say = response -> answer.accept(inVersion(response, context.apiVersion()));
        int sessionMs = request.sessionTimeoutMs();
        if (request.groupId().isEmpty()) {
            say.accept(GroupErrors.join(Errors.INVALID_GROUP_ID, request.memberId()));
        } else if (sessionMs < settings.minSessionTimeoutMs() || sessionMs > settings.maxSessionTimeoutMs()) {
            say.accept(GroupErrors.join(Errors.INVALID_SESSION_TIMEOUT, request.memberId()));
        } else if (state.group(request.groupId()) == null) {
            joinNewGroup(request, context, nowMs, say);
        } else {
            join.join(state.classic(request.groupId()), request, context, nowMs, say);
        }
    }

    /** SyncGroup 0-5. Waits for the leader's assignment. */
    public void syncGroup(
            SyncGroupRequestData request, ClientContext context, long nowMs, Consumer<SyncGroupResponseData> answer) {
        ClassicGroup group = state.classic(request.groupId());
        boolean silent = request.protocolType() == null || request.protocolName() == null;
        if (context.apiVersion() >= ClassicSync.PROTOCOL_VERSION && silent) {
            answer.accept(GroupErrors.sync(Errors.INCONSISTENT_GROUP_PROTOCOL));
        } else if (request.groupId().isEmpty()) {
            answer.accept(GroupErrors.sync(Errors.INVALID_GROUP_ID));
        } else if (group == null) {
            answer.accept(GroupErrors.sync(Errors.UNKNOWN_MEMBER_ID));
        } else {
            sync.sync(group, request, nowMs, answer);
        }
    }

    /** Heartbeat 0-4. */
    public void heartbeat(
            HeartbeatRequestData request, ClientContext context, long nowMs, Consumer<HeartbeatResponseData> answer) {
        ClassicGroup group = state.classic(request.groupId());
        Errors error = Errors.UNKNOWN_MEMBER_ID;
        if (request.groupId().isEmpty()) {
            error = Errors.INVALID_GROUP_ID;
        } else if (group != null) {
            error = sessions.heartbeat(group, request, nowMs);
        }
        answer.accept(GroupErrors.heartbeat(error));
    }

    /** LeaveGroup 0-5: up to version 2 one member by its id, later several by member or instance id. */
    public void leaveGroup(
            LeaveGroupRequestData request, ClientContext context, long nowMs, Consumer<LeaveGroupResponseData> answer) {
        ClassicGroup group = state.classic(request.groupId());
        if (request.groupId().isEmpty()) {
            answer.accept(GroupErrors.leave(Errors.INVALID_GROUP_ID));
        } else if (group == null) {
            answer.accept(ClassicDepartures.unknownGroup(request, context.apiVersion()));
        } else {
            LeaveGroupResponseData response = departures.leave(group, request, context.apiVersion(), nowMs);
            gate.whenDurable(nowMs, at -> answer.accept(response), lost -> answer.accept(GroupErrors.leave(lost)));
        }
    }

    // ---- offsets ----

    /**
     * OffsetCommit 2-10. Topic names must be set (the caller resolves the ids of version 10 and answers for those that
     * it does not know); an id beside the name is stored and answered as it came. Whether the partition exists is the
     * caller's to check.
     */
    public void commitOffsets(
            OffsetCommitRequestData request,
            ClientContext context,
            long nowMs,
            Consumer<OffsetCommitResponseData> answer) {
        offsets.commit(request, context, nowMs, answer);
        expiry.watch(nowMs);
    }

    /**
     * OffsetFetch for one group; the caller turns the older versions' single group into this form and back. Topics null:
     * everything that the group has committed. An unknown group gives an empty answer or offset -1, as Kafka.
     */
    public void fetchOffsets(
            OffsetFetchRequestGroup request,
            boolean requireStable,
            long nowMs,
            Consumer<OffsetFetchResponseGroup> answer) {
        OffsetFetchResponseGroup response = offsets.fetch(request);
        gate.whenDurable(nowMs, at -> answer.accept(response), lost -> answer.accept(GroupErrors.fetch(request, lost)));
    }

    /** OffsetDelete 0. */
    public void deleteOffsets(OffsetDeleteRequestData request, long nowMs, Consumer<OffsetDeleteResponseData> answer) {
        removals.deleteOffsets(request, nowMs, answer);
    }

    /**
     * These topics are deleted: what groups have committed for them is taken back by tombstones.
     *
     * @param done NONE once that is durable; else it is to be asked again, now or after the next load
     */
    public void topicsDeleted(Collection<DeletedTopic> topics, long nowMs, Consumer<Errors> done) {
        removals.topicsDeleted(topics, nowMs, done);
    }

    // ---- groups ----

    /** DescribeGroups 0-6: one answer per group id, in their order. */
    public void describeGroups(
            List<String> groupIds, ClientContext context, long nowMs, Consumer<List<DescribedGroup>> answer) {
        List<DescribedGroup> described = groupIds.stream()
                .map(groupId -> views.describe(groupId, context.apiVersion()))
                .toList();
        gate.whenDurable(
                nowMs,
                at -> answer.accept(described),
                lost -> answer.accept(groupIds.stream()
                        .map(groupId -> GroupErrors.describe(groupId, lost, null))
                        .toList()));
    }

    /**
     * ListGroups 0-5: this partition's share of the node's groups. Empty filters let everything through; names as KIP-518
     * and KIP-848 give them, without regard to case. Null: the machine was unloaded meanwhile, and its groups are not known.
     */
    public void listGroups(
            List<String> statesFilter, List<String> typesFilter, long nowMs, Consumer<List<ListedGroup>> answer) {
        List<ListedGroup> listed = views.list(statesFilter, typesFilter);
        gate.whenDurable(nowMs, at -> answer.accept(listed), lost -> answer.accept(null));
    }

    /** DeleteGroups for one group: its offsets and the group itself, when it is Empty. */
    public void deleteGroup(String groupId, long nowMs, Consumer<DeletableGroupResult> answer) {
        removals.deleteGroup(groupId, nowMs, answer);
    }

    /** Numbers for the metrics, of this moment. */
    public GroupCounts counts() {
        return views.counts(rebalances, offsets, removals, expiry);
    }

    /** How far each group is, of this moment; without offsets when there are more than {@code mostOffsets} of them. */
    public List<GroupProgress> progress(int mostOffsets) {
        return views.progress(mostOffsets);
    }

    // ---- inside ----

    /** A first join makes the group; it is written at once, so that the group is there for whoever lists groups. */
    private void joinNewGroup(
            JoinGroupRequestData request, ClientContext context, long nowMs, Consumer<JoinGroupResponseData> answer) {
        if (!request.memberId().isEmpty()) {
            answer.accept(GroupErrors.join(Errors.UNKNOWN_MEMBER_ID, request.memberId()));
            return;
        }
        ClassicGroup group = new ClassicGroup(request.groupId(), new ClassicState.Empty(nowMs), deadlines);
        GroupRecord record = new GroupRecord(
                new RecordKey.Group(group.id()).toBytes(),
                group.toValue(Map.of()).toBytes());
        Errors refused = gate.append(List.of(record), at -> {}, lost -> {});
        if (refused != Errors.NONE) {
            answer.accept(GroupErrors.join(GroupErrors.ofAppend(refused), ""));
            return;
        }
        state.add(group);
        expiry.watch(nowMs);
        join.join(group, request, context, nowMs, answer);
    }

    private void memberExpired(ClassicGroup group, ClassicMember member, long nowMs) {
        departures.expired(group, member, nowMs);
    }

    private static JoinGroupResponseData inVersion(JoinGroupResponseData response, int apiVersion) {
        return apiVersion < NULLABLE_PROTOCOL_VERSION && response.protocolName() == null
                ? response.setProtocolName("")
                : response;
    }
}
