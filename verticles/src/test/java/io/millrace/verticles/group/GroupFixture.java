package io.millrace.verticles.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.Errors;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
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
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData.SyncGroupRequestAssignment;
import org.apache.kafka.common.message.SyncGroupResponseData;

/** One machine, its log in a list and a clock that is moved by hand. */
final class GroupFixture implements GroupEffects {
    static final String GROUP = "g";
    static final int SESSION_MS = 10_000;
    static final int REBALANCE_MS = 60_000;
    static final int INITIAL_DELAY_MS = 3_000;

    record Appended(long token, List<GroupRecord> records, long timestampMs) {}

    /** An answer that may not be there yet. */
    static final class Reply<T> implements Consumer<T> {
        private final List<T> answers = new ArrayList<>();

        @Override
        public void accept(T answer) {
            answers.add(answer);
        }

        boolean there() {
            assertThat(answers).as("answered once at most").hasSizeLessThan(2);
            return !answers.isEmpty();
        }

        T get() {
            assertThat(there()).as("answered").isTrue();
            return answers.get(0);
        }
    }

    final GroupSettings settings;
    final List<Appended> log = new ArrayList<>();
    long nowMs = 1_000_000;
    /** What the log answers to an append. */
    Errors appends = Errors.NONE;
    /** False: what is appended waits for {@link #commit}. */
    boolean commitsAtOnce = true;

    GroupCoordinatorMachine machine;
    private long ids;
    private int committed;

    GroupFixture() {
        this(GroupSettings.DEFAULTS);
    }

    GroupFixture(GroupSettings settings) {
        this.settings = settings;
        this.machine = new GroupCoordinatorMachine(settings, this::newId, this);
        machine.loaded(nowMs);
    }

    private UUID newId() {
        return new UUID(0, ++ids);
    }

    @Override
    public Errors append(long token, List<GroupRecord> records) {
        if (appends == Errors.NONE) {
            log.add(new Appended(token, List.copyOf(records), nowMs));
        }
        return appends;
    }

    /** Everything that was appended is below the high watermark. */
    void commit() {
        while (committed < log.size()) {
            machine.committed(log.get(committed++).token, nowMs);
        }
    }

    /** Time goes by, and the machine is woken when it wants to be. */
    void pass(long ms) {
        long untilMs = nowMs + ms;
        while (machine.nextDeadlineMs() <= untilMs) {
            nowMs = Math.max(nowMs, machine.nextDeadlineMs());
            machine.onTick(nowMs);
            settle();
        }
        nowMs = untilMs;
    }

    /** What compaction leaves: these batches and no others. */
    void keepOnly(List<Appended> batches) {
        log.clear();
        log.addAll(batches);
        committed = log.size();
    }

    /** The node dies with what is not committed; another machine loads what is. */
    void reload() {
        log.subList(committed, log.size()).clear();
        machine = new GroupCoordinatorMachine(settings, this::newId, this);
        for (Appended batch : log) {
            for (GroupRecord record : batch.records) {
                machine.replay(
                        ByteBuffer.wrap(record.key()),
                        record.value() == null ? null : ByteBuffer.wrap(record.value()),
                        0,
                        batch.timestampMs);
            }
        }
        machine.loaded(nowMs);
    }

    private void settle() {
        if (commitsAtOnce) {
            commit();
        }
    }

    // ---- requests, as a consumer of topic "t" would send them ----

    static JoinGroupRequestData joinOf(String memberId, String instanceId, String... protocols) {
        JoinGroupRequestData request = new JoinGroupRequestData()
                .setGroupId(GROUP)
                .setMemberId(memberId)
                .setGroupInstanceId(instanceId)
                .setSessionTimeoutMs(SESSION_MS)
                .setRebalanceTimeoutMs(REBALANCE_MS)
                .setProtocolType("consumer");
        for (String protocol : protocols) {
            request.protocols()
                    .add(new JoinGroupRequestData.JoinGroupRequestProtocol()
                            .setName(protocol)
                            .setMetadata(subscription("t")));
        }
        return request;
    }

    static byte[] subscription(String... topics) {
        ByteBuffer bytes = ConsumerProtocol.serializeSubscription(new Subscription(List.of(topics)));
        byte[] array = new byte[bytes.remaining()];
        bytes.get(array);
        return array;
    }

    static ClientContext from(String clientId, int apiVersion) {
        return new ClientContext(clientId, "/127.0.0.1", apiVersion);
    }

    Reply<JoinGroupResponseData> join(JoinGroupRequestData request, int apiVersion) {
        Reply<JoinGroupResponseData> reply = new Reply<>();
        machine.joinGroup(request, from("c", apiVersion), nowMs, reply);
        settle();
        return reply;
    }

    Reply<JoinGroupResponseData> join(String memberId) {
        return join(joinOf(memberId, null, "range"), 9);
    }

    Reply<JoinGroupResponseData> joinStatic(String memberId, String instanceId) {
        return join(joinOf(memberId, instanceId, "range"), 9);
    }

    Reply<SyncGroupResponseData> sync(String memberId, int generation, String... assigned) {
        SyncGroupRequestData request = new SyncGroupRequestData()
                .setGroupId(GROUP)
                .setMemberId(memberId)
                .setGenerationId(generation)
                .setProtocolType("consumer")
                .setProtocolName("range");
        for (String to : assigned) {
            request.assignments()
                    .add(new SyncGroupRequestAssignment().setMemberId(to).setAssignment(to.getBytes()));
        }
        return sync(request, 5);
    }

    Reply<SyncGroupResponseData> sync(SyncGroupRequestData request, int apiVersion) {
        Reply<SyncGroupResponseData> reply = new Reply<>();
        machine.syncGroup(request, from("c", apiVersion), nowMs, reply);
        settle();
        return reply;
    }

    Errors heartbeat(String memberId, int generation) {
        return heartbeat(memberId, null, generation);
    }

    Errors heartbeat(String memberId, String instanceId, int generation) {
        Reply<HeartbeatResponseData> reply = new Reply<>();
        machine.heartbeat(
                new HeartbeatRequestData()
                        .setGroupId(GROUP)
                        .setMemberId(memberId)
                        .setGroupInstanceId(instanceId)
                        .setGenerationId(generation),
                from("c", 4),
                nowMs,
                reply);
        return Errors.forCode(reply.get().errorCode());
    }

    Reply<LeaveGroupResponseData> leave(LeaveGroupRequestData request, int apiVersion) {
        Reply<LeaveGroupResponseData> reply = new Reply<>();
        machine.leaveGroup(request.setGroupId(GROUP), from("c", apiVersion), nowMs, reply);
        settle();
        return reply;
    }

    Reply<LeaveGroupResponseData> leave(String memberId) {
        return leave(new LeaveGroupRequestData().setMembers(List.of(identity(memberId, null))), 5);
    }

    static LeaveGroupRequestData.MemberIdentity identity(String memberId, String instanceId) {
        return new LeaveGroupRequestData.MemberIdentity().setMemberId(memberId).setGroupInstanceId(instanceId);
    }

    static OffsetCommitRequestData commitOf(
            String group, String memberId, int generation, String topic, int partition, long offset) {
        return new OffsetCommitRequestData()
                .setGroupId(group)
                .setMemberId(memberId)
                .setGenerationIdOrMemberEpoch(generation)
                .setTopics(new ArrayList<>(List.of(new OffsetCommitRequestTopic()
                        .setName(topic)
                        .setPartitions(new ArrayList<>(List.of(new OffsetCommitRequestPartition()
                                .setPartitionIndex(partition)
                                .setCommittedOffset(offset)
                                .setCommittedMetadata("meta")))))));
    }

    Reply<OffsetCommitResponseData> commitOffsets(OffsetCommitRequestData request, int apiVersion) {
        Reply<OffsetCommitResponseData> reply = new Reply<>();
        machine.commitOffsets(request, from("c", apiVersion), nowMs, reply);
        settle();
        return reply;
    }

    Errors commitOffset(String memberId, int generation, long offset) {
        return error(commitOffsets(commitOf(GROUP, memberId, generation, "t", 0, offset), 9));
    }

    static Errors error(Reply<OffsetCommitResponseData> reply) {
        return Errors.forCode(reply.get().topics().get(0).partitions().get(0).errorCode());
    }

    Reply<OffsetFetchResponseGroup> fetchOffsets(OffsetFetchRequestGroup request) {
        Reply<OffsetFetchResponseGroup> reply = new Reply<>();
        machine.fetchOffsets(request, false, nowMs, reply);
        return reply;
    }

    long offset(String group, String topic, int partition) {
        return fetchOffsets(new OffsetFetchRequestGroup()
                        .setGroupId(group)
                        .setTopics(List.of(
                                new OffsetFetchRequestTopics().setName(topic).setPartitionIndexes(List.of(partition)))))
                .get()
                .topics()
                .get(0)
                .partitions()
                .get(0)
                .committedOffset();
    }

    DescribedGroup describe(String group) {
        Reply<List<DescribedGroup>> reply = new Reply<>();
        machine.describeGroups(List.of(group), from("c", 6), nowMs, reply);
        return reply.get().get(0);
    }

    String stateName() {
        return describe(GROUP).groupState();
    }

    List<ListedGroup> list(List<String> states, List<String> types) {
        Reply<List<ListedGroup>> reply = new Reply<>();
        machine.listGroups(states, types, nowMs, reply);
        return reply.get();
    }

    Errors deleteGroup(String group) {
        Reply<DeletableGroupResult> reply = new Reply<>();
        machine.deleteGroup(group, nowMs, reply);
        settle();
        return Errors.forCode(reply.get().errorCode());
    }

    // ---- what a group of dynamic consumers goes through ----

    /** An id, as a new consumer gets it. */
    String newMember() {
        Reply<JoinGroupResponseData> reply = join("");
        assertThat(Errors.forCode(reply.get().errorCode())).isEqualTo(Errors.MEMBER_ID_REQUIRED);
        return reply.get().memberId();
    }

    /** A group of so many dynamic members, Stable in its first generation; the leader is first. */
    List<String> stableGroup(int members) {
        List<String> ids = new ArrayList<>();
        List<Reply<JoinGroupResponseData>> joins = new ArrayList<>();
        for (int i = 0; i < members; i++) {
            ids.add(newMember());
        }
        ids.forEach(id -> joins.add(join(id)));
        pass(2 * INITIAL_DELAY_MS);
        String leader = joins.get(0).get().leader();
        ids.remove(leader);
        ids.add(0, leader);
        ids.forEach(id -> sync(id, 1, id.equals(leader) ? ids.toArray(String[]::new) : new String[0]));
        assertThat(stateName()).isEqualTo("Stable");
        return ids;
    }

    static Errors code(Reply<JoinGroupResponseData> reply) {
        return Errors.forCode(reply.get().errorCode());
    }

    static Errors codeOfSync(Reply<SyncGroupResponseData> reply) {
        return Errors.forCode(reply.get().errorCode());
    }
}
