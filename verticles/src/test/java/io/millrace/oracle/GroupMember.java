package io.millrace.oracle;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.message.LeaveGroupResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData.SyncGroupRequestAssignment;
import org.apache.kafka.common.message.SyncGroupResponseData;

/**
 * A member of a classic group on a connection of its own, which speaks the versions that the test chooses and remembers
 * what it was told.
 *
 * <p>Thread: one.
 */
public final class GroupMember implements AutoCloseable {
    private static final int MEMBER_ID_REQUIRED = 79;
    /** What a heartbeat of nobody is answered while the coordinator is not there yet. */
    private static final List<Short> NOT_READY = List.of((short) 0, (short) 14, (short) 15, (short) 16);

    /** The last version that leaves one member; later ones leave several. */
    private static final int LEAVE_ONE = 2;

    final WireClient client;
    final String group;
    String memberId = "";
    String instanceId;
    String protocolType = "consumer";
    int generation = -1;
    int sessionTimeoutMs = 10_000;
    int rebalanceTimeoutMs = 10_000;
    List<String> protocols = List.of("range");
    String metadata = "subscribed";
    /** What a consumer subscribes to, in its own bytes; null for a text that no consumer would send. */
    String subscription;

    JoinGroupResponseData joined;

    private GroupMember(Side side, String group) throws IOException {
        this.client = side.connect();
        this.group = group;
    }

    /** Connects and waits until the group's coordinator is there. */
    public static GroupMember of(Side side, String group) throws IOException {
        GroupMember member = new GroupMember(side, group);
        awaitCoordinator(member.client, group);
        return member;
    }

    public static void awaitCoordinator(WireClient client, String group) throws IOException {
        for (Deadline deadline = Deadline.inSeconds(20); deadline.goOn(); ) {
            FindCoordinatorResponseData found = client.ask(new FindCoordinatorRequestData().setKey(group), 3);
            // A coordinator may be named a moment before it has loaded, when it takes any heartbeat for a good one.
            HeartbeatResponseData ready =
                    client.ask(new HeartbeatRequestData().setGroupId(group).setMemberId("nobody"), 3);
            if (found.errorCode() == 0 && !NOT_READY.contains(ready.errorCode())) {
                return;
            }
        }
        throw new IllegalStateException("no coordinator for " + group);
    }

    GroupMember withInstance(String id) {
        instanceId = id;
        return this;
    }

    JoinGroupRequestData joinRequest() {
        JoinGroupRequestData request = new JoinGroupRequestData()
                .setGroupId(group)
                .setMemberId(memberId)
                .setGroupInstanceId(instanceId)
                .setProtocolType(protocolType)
                .setSessionTimeoutMs(sessionTimeoutMs)
                .setRebalanceTimeoutMs(rebalanceTimeoutMs);
        for (String protocol : protocols) {
            request.protocols()
                    .add(new JoinGroupRequestProtocol()
                            .setName(protocol)
                            .setMetadata(
                                    subscription != null
                                            ? subscription.getBytes(StandardCharsets.ISO_8859_1)
                                            : (protocol + " " + metadata).getBytes(StandardCharsets.UTF_8)));
        }
        return request;
    }

    /** Sends a join and does not wait for its answer. */
    void sendJoin(int version) throws IOException {
        client.send(joinRequest(), version);
    }

    /** Takes the answer of a join, and takes its id when one was given. */
    JoinGroupResponseData receiveJoin() throws IOException {
        joined = (JoinGroupResponseData) client.receive();
        if (joined.errorCode() == 0 || joined.errorCode() == MEMBER_ID_REQUIRED) {
            memberId = joined.memberId();
            generation = joined.generationId();
        }
        return joined;
    }

    /** One join, as it is. */
    JoinGroupResponseData joinOnce(int version) throws IOException {
        sendJoin(version);
        return receiveJoin();
    }

    /** Into the group, with a second attempt when an id was given with the first. */
    public JoinGroupResponseData join(int version) throws IOException {
        JoinGroupResponseData answer = joinOnce(version);
        return answer.errorCode() == MEMBER_ID_REQUIRED ? joinOnce(version) : answer;
    }

    boolean leads() {
        return joined.leader().equals(memberId);
    }

    SyncGroupRequestData syncRequest(String... assignments) {
        List<SyncGroupRequestAssignment> rows = new ArrayList<>();
        for (int i = 0; i < assignments.length; i += 2) {
            rows.add(new SyncGroupRequestAssignment()
                    .setMemberId(assignments[i])
                    .setAssignment(assignments[i + 1].getBytes(StandardCharsets.UTF_8)));
        }
        return new SyncGroupRequestData()
                .setGroupId(group)
                .setMemberId(memberId)
                .setGroupInstanceId(instanceId)
                .setGenerationId(generation)
                .setProtocolType(protocolType)
                .setProtocolName(protocols.get(0))
                .setAssignments(rows);
    }

    /** Syncs with assignments given as member id, text, member id, text... */
    SyncGroupResponseData sync(int version, String... assignments) throws IOException {
        return client.ask(syncRequest(assignments), version);
    }

    /** Joins alone and assigns itself something: the group is stable afterwards. */
    public GroupMember settle() throws IOException {
        join(5);
        sync(3, memberId, "all");
        return this;
    }

    HeartbeatResponseData heartbeat(int version) throws IOException {
        return client.ask(
                new HeartbeatRequestData()
                        .setGroupId(group)
                        .setMemberId(memberId)
                        .setGroupInstanceId(version >= 3 ? instanceId : null)
                        .setGenerationId(generation),
                version);
    }

    public LeaveGroupResponseData leave(int version) throws IOException {
        LeaveGroupRequestData request = new LeaveGroupRequestData().setGroupId(group);
        return client.ask(
                version <= LEAVE_ONE
                        ? request.setMemberId(memberId)
                        : request.setMembers(List.of(
                                new MemberIdentity().setMemberId(memberId).setGroupInstanceId(instanceId))),
                version);
    }

    /** For a member that does not beat while others work. */
    public GroupMember withSession(int timeoutMs) {
        sessionTimeoutMs = timeoutMs;
        return this;
    }

    /** For groups of others than consumers. */
    public GroupMember ofType(String type) {
        protocolType = type;
        return this;
    }

    /** Subscribes with these bytes, one per character, in place of a text that no consumer would send. */
    public void subscribe(String bytes) {
        subscription = bytes;
    }

    /** Assigns itself these bytes. */
    public void syncBytes(byte[] assignment) throws IOException {
        SyncGroupRequestData request = syncRequest();
        client.ask(
                request.setAssignments(List.of(
                        new SyncGroupRequestAssignment().setMemberId(memberId).setAssignment(assignment))),
                3);
    }

    /** Commits one offset and requires that it is taken. */
    public void commit(Topic topic, int partition, long offset) throws IOException {
        OffsetCommitResponseData answer = client.ask(
                new OffsetCommitRequestData()
                        .setGroupId(group)
                        .setMemberId(memberId)
                        .setGenerationIdOrMemberEpoch(generation)
                        .setTopics(List.of(new OffsetCommitRequestTopic()
                                .setName(topic.name())
                                .setPartitions(List.of(new OffsetCommitRequestPartition()
                                        .setPartitionIndex(partition)
                                        .setCommittedOffset(offset)
                                        .setCommittedMetadata(""))))),
                8);
        int error = answer.topics().get(0).partitions().get(0).errorCode();
        if (error != 0) {
            throw new IllegalStateException("a commit is answered with " + error);
        }
    }

    /** The text of an answer with member ids made comparable: what stands before the random part is kept. */
    static String normal(Side side, Object answer) {
        return side.normal(answer)
                .replaceAll("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID")
                .replaceAll("-[A-Za-z0-9_-]{22}(?=')", "-ID");
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
