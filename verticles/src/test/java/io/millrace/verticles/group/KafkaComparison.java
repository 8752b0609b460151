package io.millrace.verticles.group;

import io.millrace.protocol.Errors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.requests.JoinGroupResponse;

/**
 * One life of our machine and of Kafka's coordinator side by side: random requests, the same clock, and after each step the
 * same answers, records and groups.
 *
 * <p>Thread: the test's.
 */
final class KafkaComparison {
    static final List<String> GROUPS = List.of("g1", "g2");

    private final Random random;
    private final boolean commitsAtOnce;
    private final AnswersOfBoth answers;
    private final BothCoordinators both;
    private final RandomMembers members;
    private final OffsetQuestions offsets;
    /** How many of ten new members are static. */
    private final int staticOfTen;

    /** @param seen is told how often which state was met and which answer given */
    KafkaComparison(long seed, boolean commitsAtOnce, Map<String, Integer> seen) {
        this.random = new Random(seed);
        this.members = new RandomMembers(random);
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
        this.offsets = new OffsetQuestions(random, members, both, answers);
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
        if (!members.wants().isEmpty() && random.nextBoolean()) {
            String memberId = any(new ArrayList<>(members.wants().keySet()));
            String group = members.groupOf(memberId);
            if (members.wants().remove(memberId).equals("join")) {
                join(group, memberId, members.instanceOf(memberId), any(List.of(9, 8, 5)));
            } else {
                sync(group, memberId, members.generation(group), "range");
            }
            return;
        }
        switch (random.nextInt(20)) {
            case 0, 1, 2, 3, 4, 5 -> join();
            case 6, 7, 8, 9 -> sync();
            case 10, 11 -> heartbeat();
            case 12 -> leave();
            case 13, 14, 15 -> offsets.commitOffsets();
            case 16 -> offsets.fetchOffsets();
            case 17 -> {
                if (random.nextInt(4) == 0) {
                    both.reload();
                    members.wants().clear();
                } else {
                    offsets.administer();
                }
            }
            default -> both.pass(random.nextInt(random.nextInt(8) == 0 ? 70_000 : 4_000));
        }
    }

    private <T> T any(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private void join() {
        String group = any(GROUPS);
        int version = any(List.of(9, 9, 9, 8, 5, 4, 3, 2, 1, 0));
        boolean fresh = random.nextInt(3) == 0;
        String memberId = fresh ? "" : members.anyMember(group);
        join(
                group,
                memberId,
                fresh
                        ? (random.nextInt(10) < staticOfTen ? any(RandomMembers.INSTANCES) : null)
                        : members.instanceOf(memberId),
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
            members.learn(group, response);
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
        now.removeAll(members.knownIds());
        now.forEach(id -> {
            members.met(group, id);
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

    private void sync() {
        String group = any(GROUPS);
        sync(
                group,
                members.anyMember(group),
                members.anyGeneration(group),
                random.nextInt(3) == 0 ? null : any(List.of("range", "range", "sticky")));
    }

    private void sync(String group, String memberId, int generation, String protocol) {
        SyncGroupRequestData request = new SyncGroupRequestData()
                .setGroupId(group)
                .setMemberId(memberId)
                .setGroupInstanceId(members.instanceOf(memberId))
                .setGenerationId(generation)
                .setProtocolType(random.nextInt(20) == 0 ? "connect" : "consumer")
                .setProtocolName(protocol);
        for (String to : members.knownIds()) {
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
                members.wants().put(memberId, "join");
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
        String memberId = members.anyMember(group);
        HeartbeatRequestData request = new HeartbeatRequestData()
                .setGroupId(group)
                .setMemberId(memberId)
                .setGroupInstanceId(members.instanceOf(memberId))
                .setGenerationId(members.anyGeneration(group));
        ClientContext client = GroupFixture.from("c", 4);
        AnswersOfBoth.Asked heartbeat = answers.ask(both.nowMs(), "heartbeat " + request, false);
        both.kafka()
                .write(
                        () -> both.kafka().shard.classicGroupHeartbeat(KafkaShard.context(client), request),
                        error -> new HeartbeatResponseData().setErrorCode(error.code()),
                        response -> {
                            heartbeat.kafkas = response.toString();
                            if (response.errorCode() == Errors.REBALANCE_IN_PROGRESS.code()) {
                                members.wants().put(memberId, "join");
                            }
                        });
        both.machine().heartbeat(request, client, both.nowMs(), response -> heartbeat.ours = response.toString());
    }

    private void leave() {
        String group = any(GROUPS);
        LeaveGroupRequestData request = new LeaveGroupRequestData().setGroupId(group);
        List<LeaveGroupRequestData.MemberIdentity> leaving = new ArrayList<>();
        for (int i = random.nextInt(2); i >= 0; i--) {
            String memberId = random.nextInt(4) == 0 ? "" : members.anyMember(group);
            leaving.add(GroupFixture.identity(
                    memberId, memberId.isEmpty() ? any(RandomMembers.INSTANCES) : members.instanceOf(memberId)));
            answers.supersede(key -> key.startsWith("sync" + group));
        }
        request.setMembers(leaving);
        ClientContext client = GroupFixture.from("c", 5);
        AnswersOfBoth.Asked leave = answers.ask(both.nowMs(), "leave " + request, false);
        both.kafka()
                .write(
                        () -> both.kafka().shard.classicGroupLeave(KafkaShard.context(client), request),
                        error -> ClassicDepartures.unknownGroup(request, 5),
                        response -> leave.kafkas = response.toString());
        both.machine().leaveGroup(request, client, both.nowMs(), response -> leave.ours = response.toString());
    }

    /** As Kafka's broker puts it on the wire: the protocol's name is null or empty as the version wants it. */
    private static JoinGroupResponseData inVersion(JoinGroupResponseData response, int version) {
        return new JoinGroupResponse(response.duplicate(), (short) version).data();
    }
}
