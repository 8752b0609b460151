package io.millrace.verticles.group;

import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
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
import org.apache.kafka.common.protocol.Errors;

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
 * caller's to keep and change.
 *
 * <p><b>Time</b> comes with every call and must not go back. {@link #nextDeadlineMs} is to be asked after each call;
 * nothing else wakes the machine, and a group without members costs no deadline of its own.
 *
 * <p>Thread: one, that of the shard that owns the partition.
 */
public final class GroupCoordinatorMachine {
    /** What {@link #nextDeadlineMs} says when nothing will ever be due. */
    public static final long NEVER = Long.MAX_VALUE;

    /**
     * @param newIds random ids; a member id is the client id (or instance id), a dash and one of these
     */
    public GroupCoordinatorMachine(GroupSettings settings, Supplier<UUID> newIds, GroupEffects effects) {
        throw new UnsupportedOperationException("not yet");
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
        throw new UnsupportedOperationException("not yet");
    }

    /** Everything up to the high watermark has been replayed; requests may come. */
    public void loaded(long nowMs) {
        throw new UnsupportedOperationException("not yet");
    }

    /** Every append up to and including this token is below the high watermark. */
    public void committed(long token, long nowMs) {
        throw new UnsupportedOperationException("not yet");
    }

    /**
     * The partition is lost, or an append may have failed: answers everybody who waits with this error. The machine
     * must not be called any more.
     *
     * @param error NOT_COORDINATOR when another node leads (clients look for it), COORDINATOR_NOT_AVAILABLE or
     *     COORDINATOR_LOAD_IN_PROGRESS when this one will be loaded again; all three are retriable
     */
    public void unload(Errors error) {
        throw new UnsupportedOperationException("not yet");
    }

    /** When {@link #onTick} wants to be called at the latest, or {@link #NEVER}. Cheap. */
    public long nextDeadlineMs() {
        throw new UnsupportedOperationException("not yet");
    }

    /** Does what is due: sessions, rebalances, initial delays, expiry. Calls before the deadline do nothing. */
    public void onTick(long nowMs) {
        throw new UnsupportedOperationException("not yet");
    }

    // ---- classic members ----

    /** JoinGroup 0-9. Waits for the group's other members. */
    public void joinGroup(
            JoinGroupRequestData request, ClientContext context, long nowMs, Consumer<JoinGroupResponseData> answer) {
        throw new UnsupportedOperationException("not yet");
    }

    /** SyncGroup 0-5. Waits for the leader's assignment. */
    public void syncGroup(
            SyncGroupRequestData request, ClientContext context, long nowMs, Consumer<SyncGroupResponseData> answer) {
        throw new UnsupportedOperationException("not yet");
    }

    /** Heartbeat 0-4. */
    public void heartbeat(
            HeartbeatRequestData request, ClientContext context, long nowMs, Consumer<HeartbeatResponseData> answer) {
        throw new UnsupportedOperationException("not yet");
    }

    /** LeaveGroup 0-5: up to version 2 one member by its id, later several by member or instance id. */
    public void leaveGroup(
            LeaveGroupRequestData request, ClientContext context, long nowMs, Consumer<LeaveGroupResponseData> answer) {
        throw new UnsupportedOperationException("not yet");
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
        throw new UnsupportedOperationException("not yet");
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
        throw new UnsupportedOperationException("not yet");
    }

    /** OffsetDelete 0. */
    public void deleteOffsets(OffsetDeleteRequestData request, long nowMs, Consumer<OffsetDeleteResponseData> answer) {
        throw new UnsupportedOperationException("not yet");
    }

    /** These topics are deleted: what groups have committed for them is taken back by tombstones. */
    public void topicsDeleted(Collection<String> topics, long nowMs) {
        throw new UnsupportedOperationException("not yet");
    }

    // ---- groups ----

    /** DescribeGroups 0-6: one answer per group id, in their order. */
    public void describeGroups(
            List<String> groupIds, ClientContext context, long nowMs, Consumer<List<DescribedGroup>> answer) {
        throw new UnsupportedOperationException("not yet");
    }

    /**
     * ListGroups 0-5: this partition's share of the node's groups. Empty filters let everything through; names as KIP-518
     * and KIP-848 give them, without regard to case.
     */
    public void listGroups(
            List<String> statesFilter, List<String> typesFilter, long nowMs, Consumer<List<ListedGroup>> answer) {
        throw new UnsupportedOperationException("not yet");
    }

    /** DeleteGroups for one group: its offsets and the group itself, when it is Empty. */
    public void deleteGroup(String groupId, long nowMs, Consumer<DeletableGroupResult> answer) {
        throw new UnsupportedOperationException("not yet");
    }

    /** Numbers for the metrics, of this moment. */
    public GroupCounts counts() {
        throw new UnsupportedOperationException("not yet");
    }
}
