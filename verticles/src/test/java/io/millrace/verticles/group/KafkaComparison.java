package io.millrace.verticles.group;

import io.millrace.protocol.Errors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResultCollection;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.requests.JoinGroupResponse;
import org.apache.kafka.coordinator.group.GroupCoordinatorShard;

/**
 * One life of our machine and of Kafka's coordinator side by side: random requests, the same clock, and after each step the
 * same answers, records and groups.
 *
 * <p>Thread: the test's.
 */
final class KafkaComparison {
    private static final List<String> GROUPS = List.of("g1", "g2");
    private static final List<String> TOPICS = List.of("t", "u", "v");
    private static final List<String> INSTANCES = List.of("i1", "i2");

    private final Random random;
    private final boolean commitsAtOnce;
    private final AnswersOfBoth answers;
    private final BothCoordinators both;
    /** How many of ten new members are static. */
    private final int staticOfTen;

    private final Set<String> knownIds = new LinkedHashSet<>();
    private final Map<String, String> groupOf = new HashMap<>();
    private final Map<String, Integer> generations = new HashMap<>();
    /** What a well-behaved member would do next. */
    private final Map<String, String> wants = new LinkedHashMap<>();

    /** @param seen is told how often which state was met and which answer given */
    KafkaComparison(long seed, boolean commitsAtOnce, Map<String, Integer> seen) {
        this.random = new Random(seed);
        this.commitsAtOnce = commitsAtOnce;
        this.staticOfTen = any(List.of(0, 5, 10));
        this.answers = new AnswersOfBoth(seed, commitsAtOnce, seen);
        GroupSettings settings = new GroupSettings(
                6_000,
                1_800_000,
                3_000,
                random.nextInt(3) == 0 ? 3 : Integer.MAX_VALUE,
                60_000L * (1 + random.nextInt(3)),
                50_000,
                10,
                1 << 20);
        this.both = new BothCoordinators(settings, commitsAtOnce, GROUPS, answers);
    }

    /** Runs the story; ends early where the two part on purpose. */
    void run(int steps) {
        try {
            tell(steps);
        } catch (AnswersOfBoth.PartingException parted) {
            answers.count("parted");
        }
    }

    private void tell(int steps) {
        for (int step = 0; step < steps; step++) {
            both.pass(1);
            oneStep();
            if (!commitsAtOnce && random.nextInt(3) == 0) {
                both.commit();
            }
            both.settleAndCompare();
        }
        both.commit();
        both.pass(400_000);
        both.commit();
        both.compare();
        answers.requireAllAnswered();
    }

    private void oneStep() {
        if (!wants.isEmpty() && random.nextBoolean()) {
            String memberId = any(new ArrayList<>(wants.keySet()));
            String group = groupOf.get(memberId);
            if (wants.remove(memberId).equals("join")) {
                join(group, memberId, instanceOf(memberId), any(List.of(9, 8, 5)));
            } else {
                sync(group, memberId, generations.getOrDefault(group, 1), "range");
            }
            return;
        }
        switch (random.nextInt(20)) {
            case 0, 1, 2, 3, 4, 5 -> join();
            case 6, 7, 8, 9 -> sync();
            case 10, 11 -> heartbeat();
            case 12 -> leave();
            case 13, 14, 15 -> commitOffsets();
            case 16 -> fetchOffsets();
            case 17 -> {
                if (random.nextInt(4) == 0) {
                    both.reload();
                    wants.clear();
                } else {
                    administer();
                }
            }
            default -> both.pass(random.nextInt(random.nextInt(8) == 0 ? 70_000 : 4_000));
        }
    }

    private <T> T any(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private String anyMember(String group) {
        List<String> ids = new ArrayList<>(knownIds);
        if (random.nextInt(12) > 0) {
            ids.removeIf(id -> !group.equals(groupOf.get(id)));
        }
        if (ids.isEmpty() || random.nextInt(15) == 0) {
            return random.nextBoolean() ? "" : "nobody";
        }
        // Mostly young ones.
        return ids.get(ids.size() - 1 - Math.min(ids.size() - 1, random.nextInt(6)));
    }

    private String instanceOf(String memberId) {
        if (random.nextInt(12) == 0) {
            return random.nextBoolean() ? null : any(INSTANCES);
        }
        return INSTANCES.stream()
                .filter(i -> memberId.startsWith(i + "-"))
                .findFirst()
                .orElse(null);
    }

    private int anyGeneration(String group) {
        return switch (random.nextInt(12)) {
            case 0 -> -1;
            case 1 -> random.nextInt(8);
            default -> generations.getOrDefault(group, 1);
        };
    }

    private void join() {
        String group = any(GROUPS);
        int version = any(List.of(9, 9, 9, 8, 5, 4, 3, 2, 1, 0));
        boolean fresh = random.nextInt(3) == 0;
        String memberId = fresh ? "" : anyMember(group);
        join(
                group,
                memberId,
                fresh ? (random.nextInt(10) < staticOfTen ? any(INSTANCES) : null) : instanceOf(memberId),
                version);
    }

    private void join(String group, String memberId, String instance, int version) {
        int sessionMs = random.nextInt(20) == 0 ? 100 : 6_000 + random.nextInt(9_000);
        JoinGroupRequestData request = new JoinGroupRequestData()
                .setGroupId(random.nextInt(60) == 0 ? "" : group)
                .setMemberId(memberId)
                .setGroupInstanceId(version >= 5 ? instance : null)
                .setSessionTimeoutMs(sessionMs)
                .setRebalanceTimeoutMs(10_000 + random.nextInt(30_000))
                .setProtocolType(random.nextInt(40) == 0 ? "connect" : "consumer");
        if (version == 0) {
            request.setRebalanceTimeoutMs(sessionMs);
        }
        List<String> protocols =
                any(List.of(List.of("range"), List.of("range", "sticky"), List.of("sticky", "range"), List.of()));
        if (protocols.isEmpty() && random.nextInt(4) > 0) {
            protocols = List.of("range");
        }
        for (String protocol : protocols) {
            request.protocols()
                    .add(new JoinGroupRequestData.JoinGroupRequestProtocol()
                            .setName(protocol)
                            .setMetadata(
                                    random.nextInt(10) == 0
                                            ? GroupFixture.subscription("t", "u")
                                            : GroupFixture.subscription("t")));
        }
        ClientContext client = GroupFixture.from("c", version);
        AnswersOfBoth.Asked join = answers.ask(both.nowMs(), "join v" + version + " " + request, true);
        answers.supersede(key -> key.startsWith("join" + request.groupId() + "/" + memberId));
        if (instance != null && memberId.isEmpty()) {
            answers.supersede(key -> key.contains("/" + instance + "-"));
        }
        CompletableFuture<JoinGroupResponseData> future = new CompletableFuture<>();
        future.thenAccept(response -> {
            join.kafkas = inVersion(response, version).toString();
            learn(group, response);
        });
        if (request.groupId().isEmpty()) {
            future.complete(GroupErrors.join(Errors.INVALID_GROUP_ID, memberId));
        } else if (sessionMs < 6_000) {
            future.complete(GroupErrors.join(Errors.INVALID_SESSION_TIMEOUT, memberId));
        } else {
            Set<String> before = both.memberIds();
            both.kafka()
                    .write(
                            () -> both.kafka()
                                    .shard
                                    .classicGroupJoin(KafkaShard.context(client), request.duplicate(), future, true),
                            error -> {
                                future.complete(
                                        GroupErrors.join(error, memberId).setMemberId(""));
                                return null;
                            },
                            done -> {});
            giveIds(before, future);
        }
        answers.park("join" + request.groupId() + "/" + memberId + join.hashCode(), join);
        both.machine().joinGroup(request, client, both.nowMs(), response -> join.ours = response.toString());
        both.forgetIds();
        Set<String> now = both.memberIds();
        now.removeAll(knownIds);
        now.forEach(id -> {
            knownIds.add(id);
            groupOf.put(id, group);
            answers.park("join" + request.groupId() + "/" + id, join);
        });
    }

    /** Lets our machine draw the id that Kafka has drawn. */
    private void giveIds(Set<String> before, CompletableFuture<JoinGroupResponseData> future) {
        Set<String> drawn = both.memberIds();
        drawn.removeAll(before);
        if (drawn.isEmpty() && future.isDone()) {
            drawn.add(future.join().memberId());
        }
        both.giveIds(drawn);
    }

    private void learn(String group, JoinGroupResponseData response) {
        if (!response.memberId().isEmpty()) {
            knownIds.remove(response.memberId());
            knownIds.add(response.memberId());
            groupOf.put(response.memberId(), group);
            if (response.errorCode() == Errors.MEMBER_ID_REQUIRED.code()) {
                wants.put(response.memberId(), "join");
            } else if (response.errorCode() == 0) {
                wants.put(response.memberId(), "sync");
            }
        }
        if (response.generationId() >= 0) {
            generations.put(group, response.generationId());
        }
    }

    private void sync() {
        String group = any(GROUPS);
        sync(
                group,
                anyMember(group),
                anyGeneration(group),
                random.nextInt(3) == 0 ? null : any(List.of("range", "range", "sticky")));
    }

    private void sync(String group, String memberId, int generation, String protocol) {
        SyncGroupRequestData request = new SyncGroupRequestData()
                .setGroupId(group)
                .setMemberId(memberId)
                .setGroupInstanceId(instanceOf(memberId))
                .setGenerationId(generation)
                .setProtocolType(random.nextInt(20) == 0 ? "connect" : "consumer")
                .setProtocolName(protocol);
        for (String to : knownIds) {
            if (random.nextInt(8) > 0) {
                request.assignments()
                        .add(new SyncGroupRequestData.SyncGroupRequestAssignment()
                                .setMemberId(to)
                                .setAssignment(new byte[] {(byte) random.nextInt(100)}));
            }
        }
        AnswersOfBoth.Asked before = answers.parked("sync" + group + "/" + memberId);
        if (before != null && before.ours == null) {
            // A second assignment while the first is under way is written by Kafka, and not by us.
            both.commit();
        }
        ClientContext client = GroupFixture.from("c", 4);
        AnswersOfBoth.Asked sync =
                answers.ask(both.nowMs(), "sync " + group + " " + memberId + " " + request.generationId(), true);
        answers.supersede(key -> key.startsWith("sync" + group + "/" + memberId));
        answers.park("sync" + group + "/" + memberId, sync);
        CompletableFuture<SyncGroupResponseData> future = new CompletableFuture<>();
        future.thenAccept(response -> {
            sync.kafkas = response.toString();
            if (response.errorCode() == Errors.REBALANCE_IN_PROGRESS.code()) {
                wants.put(memberId, "join");
            }
        });
        both.kafka()
                .write(
                        () -> both.kafka()
                                .shard
                                .classicGroupSync(KafkaShard.context(client), request.duplicate(), future),
                        error -> {
                            future.complete(GroupErrors.sync(error));
                            return null;
                        },
                        done -> {});
        both.machine().syncGroup(request, client, both.nowMs(), response -> sync.ours = response.toString());
    }

    private void heartbeat() {
        String group = any(GROUPS);
        String memberId = anyMember(group);
        HeartbeatRequestData request = new HeartbeatRequestData()
                .setGroupId(group)
                .setMemberId(memberId)
                .setGroupInstanceId(instanceOf(memberId))
                .setGenerationId(anyGeneration(group));
        ClientContext client = GroupFixture.from("c", 4);
        AnswersOfBoth.Asked heartbeat = answers.ask(both.nowMs(), "heartbeat " + request, false);
        both.kafka()
                .write(
                        () -> both.kafka().shard.classicGroupHeartbeat(KafkaShard.context(client), request),
                        error -> new HeartbeatResponseData().setErrorCode(error.code()),
                        response -> {
                            heartbeat.kafkas = response.toString();
                            if (response.errorCode() == Errors.REBALANCE_IN_PROGRESS.code()) {
                                wants.put(memberId, "join");
                            }
                        });
        both.machine().heartbeat(request, client, both.nowMs(), response -> heartbeat.ours = response.toString());
    }

    private void leave() {
        String group = any(GROUPS);
        LeaveGroupRequestData request = new LeaveGroupRequestData().setGroupId(group);
        List<LeaveGroupRequestData.MemberIdentity> members = new ArrayList<>();
        for (int i = random.nextInt(2); i >= 0; i--) {
            String memberId = random.nextInt(4) == 0 ? "" : anyMember(group);
            members.add(GroupFixture.identity(memberId, memberId.isEmpty() ? any(INSTANCES) : instanceOf(memberId)));
            answers.supersede(key -> key.startsWith("sync" + group));
        }
        request.setMembers(members);
        ClientContext client = GroupFixture.from("c", 5);
        AnswersOfBoth.Asked leave = answers.ask(both.nowMs(), "leave " + request, false);
        both.kafka()
                .write(
                        () -> both.kafka().shard.classicGroupLeave(KafkaShard.context(client), request),
                        error -> ClassicDepartures.unknownGroup(request, 5),
                        response -> leave.kafkas = response.toString());
        both.machine().leaveGroup(request, client, both.nowMs(), response -> leave.ours = response.toString());
    }

    private void commitOffsets() {
        String group = any(GROUPS);
        boolean simple = random.nextInt(3) == 0;
        String memberId = simple ? "" : anyMember(group);
        int version = any(List.of(9, 9, 8, 4, 2));
        OffsetCommitRequestData request = GroupFixture.commitOf(
                        group,
                        memberId,
                        simple ? -1 : anyGeneration(group),
                        any(TOPICS),
                        random.nextInt(2),
                        random.nextInt(1_000))
                .setGroupInstanceId(simple ? null : instanceOf(memberId));
        request.topics().get(0).partitions().get(0).setCommittedLeaderEpoch(random.nextInt(3) - 1);
        // Metadata that is too large makes a group in Kafka's memory that is in no record; not in ours.
        String large = request.generationIdOrMemberEpoch() < 0 ? "" : "x".repeat(11);
        request.topics().get(0).partitions().get(0).setCommittedMetadata(any(Arrays.asList(null, "", "meta", large)));
        if (version < 5 && random.nextBoolean()) {
            request.setRetentionTimeMs(random.nextInt(100_000));
        }
        if (random.nextInt(3) == 0) {
            request.topics().get(0).setTopicId(new Uuid(1, 1 + random.nextInt(2)));
        }
        ClientContext client = GroupFixture.from("c", version);
        AnswersOfBoth.Asked commit = answers.ask(both.nowMs(), "commit " + request, false);
        both.kafka()
                .write(
                        () -> both.kafka().shard.commitOffset(KafkaShard.context(client), request),
                        error -> GroupErrors.commit(request, error),
                        response -> commit.kafkas = response.toString());
        both.machine().commitOffsets(request, client, both.nowMs(), response -> commit.ours = response.toString());
    }

    private void fetchOffsets() {
        OffsetFetchRequestGroup request = new OffsetFetchRequestGroup().setGroupId(any(GROUPS));
        if (random.nextBoolean()) {
            request.setTopics(List.of(new OffsetFetchRequestTopics()
                    .setName(any(TOPICS))
                    .setTopicId(random.nextBoolean() ? Uuid.ZERO_UUID : new Uuid(1, 1 + random.nextInt(2)))
                    .setPartitionIndexes(List.of(0, 1, 2))));
        } else {
            request.setTopics(null);
        }
        AnswersOfBoth.Asked fetch = answers.ask(both.nowMs(), "fetch " + request, false);
        fetch.kafkas = sorted(
                both.kafka().shard.fetchOffsets(request, KafkaShard.LATEST).topics());
        both.machine().fetchOffsets(request, false, both.nowMs(), response -> fetch.ours = sorted(response.topics()));
    }

    private void administer() {
        String group = any(GROUPS);
        switch (random.nextInt(4)) {
            case 0 -> deleteGroup(group);
            case 1 -> deleteOffsets(group);
            case 2 -> deleteTopic();
            default -> list();
        }
    }

    private void deleteGroup(String group) {
        AnswersOfBoth.Asked delete = answers.ask(both.nowMs(), "delete " + group, false);
        both.kafka()
                .write(
                        () -> both.kafka()
                                .shard
                                .deleteGroups(KafkaShard.context(GroupFixture.from("c", 2)), List.of(group)),
                        error -> new DeletableGroupResultCollection(),
                        response -> delete.kafkas = response.iterator().next().toString());
        both.machine().deleteGroup(group, both.nowMs(), response -> delete.ours = response.toString());
    }

    private void deleteOffsets(String group) {
        OffsetDeleteRequestData request = new OffsetDeleteRequestData().setGroupId(group);
        request.topics()
                .add(new OffsetDeleteRequestData.OffsetDeleteRequestTopic()
                        .setName(any(TOPICS))
                        .setPartitions(List.of(
                                new OffsetDeleteRequestData.OffsetDeleteRequestPartition().setPartitionIndex(0),
                                new OffsetDeleteRequestData.OffsetDeleteRequestPartition().setPartitionIndex(1))));
        AnswersOfBoth.Asked delete = answers.ask(both.nowMs(), "delete offsets " + request, false);
        both.kafka()
                .write(
                        () -> both.kafka().shard.deleteOffsets(KafkaShard.context(GroupFixture.from("c", 0)), request),
                        GroupErrors::offsetDelete,
                        response -> delete.kafkas = response.toString());
        both.machine().deleteOffsets(request, both.nowMs(), response -> delete.ours = response.toString());
    }

    private void deleteTopic() {
        String topic = any(TOPICS);
        UUID id = new UUID(1, 1 + random.nextInt(2));
        answers.note(both.nowMs(), "topic deleted " + topic + " " + id);
        both.kafka()
                .write(
                        () -> both.kafka()
                                .shard
                                .onTopicsDeleted(List.of(new GroupCoordinatorShard.DeletedTopic(
                                        new Uuid(id.getMostSignificantBits(), id.getLeastSignificantBits()), topic))),
                        error -> null,
                        done -> {});
        both.machine().topicsDeleted(List.of(new DeletedTopic(id, topic)), both.nowMs(), done -> {});
    }

    private void list() {
        List<String> states = any(List.of(List.of(), List.of("stable"), List.of("Empty", "PreparingRebalance")));
        List<String> types = any(List.of(List.of(), List.of("classic"), List.of("consumer")));
        AnswersOfBoth.Asked list = answers.ask(both.nowMs(), "list " + states + types, false);
        both.machine().listGroups(states, types, both.nowMs(), listed -> list.ours = sorted(listed));
        list.kafkas = sorted(both.kafka().shard.listGroups(states, types, KafkaShard.LATEST));
    }

    private static String sorted(List<?> rows) {
        return rows.stream().map(Object::toString).sorted().toList().toString();
    }

    /** As Kafka's broker puts it on the wire: the protocol's name is null or empty as the version wants it. */
    private static JoinGroupResponseData inVersion(JoinGroupResponseData response, int version) {
        return new JoinGroupResponse(response.duplicate(), (short) version).data();
    }
}
