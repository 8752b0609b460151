package io.millrace.verticles.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.millrace.protocol.Errors;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
 * same answers, records and groups. Where we differ on purpose, {@link #isMeant} says so.
 *
 * <p>Thread: the test's.
 */
final class KafkaComparison implements GroupEffects {
    /** One request and what both said to it. */
    private static final class Asked {
        final String what;
        final boolean parkable;
        String ours;
        String kafkas;
        /** A later request has taken its place, or its member is gone. */
        boolean superseded;

        Asked(String what, boolean parkable) {
            this.what = what;
            this.parkable = parkable;
        }
    }

    private static final List<String> GROUPS = List.of("g1", "g2");
    private static final List<String> TOPICS = List.of("t", "u", "v");
    private static final List<String> INSTANCES = List.of("i1", "i2");
    private static final Pattern ERROR_CODE = Pattern.compile("errorCode=(-?\\d+)");

    private final Random random;
    /** How often which state was met and which answer given. */
    private final Map<String, Integer> seen;

    private final boolean commitsAtOnce;
    /** How many of ten new members are static. */
    private final int staticOfTen;

    private final List<String> story = new ArrayList<>();
    private final List<GroupRecord> ourLog = new ArrayList<>();
    private final List<Asked> asked = new ArrayList<>();
    private final Map<String, Asked> parked = new HashMap<>();
    private final Set<String> knownIds = new LinkedHashSet<>();
    private final Map<String, String> groupOf = new HashMap<>();
    private final Map<String, Integer> generations = new HashMap<>();
    /** What a well-behaved member would do next. */
    private final Map<String, String> wants = new LinkedHashMap<>();

    private final ArrayDeque<UUID> nextIds = new ArrayDeque<>();
    private final List<GroupRecord> everything = new ArrayList<>();
    private final GroupSettings settings;
    private GroupCoordinatorMachine machine;
    private KafkaShard kafka;
    private final long seed;
    private long nowMs = 1_700_000_000_000L;
    private long lastToken;

    KafkaComparison(long seed, boolean commitsAtOnce, Map<String, Integer> seen) {
        this.seed = seed;
        this.seen = seen;
        this.random = new Random(seed);
        this.commitsAtOnce = commitsAtOnce;
        this.staticOfTen = any(List.of(0, 5, 10));
        this.settings = new GroupSettings(
                6_000,
                1_800_000,
                3_000,
                random.nextInt(3) == 0 ? 3 : Integer.MAX_VALUE,
                60_000L * (1 + random.nextInt(3)),
                50_000,
                10,
                1 << 20);
        load();
    }

    /** Both start anew from what is in the log. */
    private void load() {
        machine = new GroupCoordinatorMachine(settings, nextIds::remove, this);
        kafka = new KafkaShard(
                Map.of(
                        "group.min.session.timeout.ms", "6000",
                        "group.initial.rebalance.delay.ms", "3000",
                        "group.max.size", String.valueOf(settings.maxGroupSize()),
                        "offsets.retention.minutes", String.valueOf(settings.offsetsRetentionMs() / 60_000),
                        "offsets.retention.check.interval.ms", "50000",
                        "offset.metadata.max.bytes", "10"),
                () -> nowMs);
        kafka.commitsAtOnce = commitsAtOnce;
        for (GroupRecord record : everything) {
            kafka.replay(record);
            machine.replay(
                    ByteBuffer.wrap(record.key()),
                    record.value() == null ? null : ByteBuffer.wrap(record.value()),
                    0,
                    nowMs);
        }
        kafka.log.clear();
        machine.loaded(nowMs);
        kafka.loaded();
    }

    private void reload() {
        commit();
        compare();
        story.add(nowMs + " reload");
        machine.unload(Errors.NOT_COORDINATOR);
        assertThat(asked).as("whoever waits is told").allMatch(one -> one.ours != null);
        asked.clear();
        parked.clear();
        wants.clear();
        load();
    }

    @Override
    public Errors append(long token, List<GroupRecord> records) {
        lastToken = token;
        ourLog.addAll(records);
        return Errors.NONE;
    }

    /** Runs the story; ends early where the two part on purpose. */
    void run(int steps) {
        try {
            tell(steps);
        } catch (PartingException parted) {
            count("parted");
        }
    }

    private void tell(int steps) {
        for (int step = 0; step < steps; step++) {
            pass(1);
            oneStep();
            if (!commitsAtOnce && random.nextInt(3) == 0) {
                commit();
            }
            settle();
            kafka.forgetThatSomebodyCame(GROUPS);
            compare();
        }
        commit();
        pass(400_000);
        commit();
        compare();
        assertThat(asked).as("all is answered").allMatch(one -> one.superseded);
    }

    private void settle() {
        if (commitsAtOnce) {
            machine.committed(lastToken, nowMs);
        }
    }

    private void commit() {
        machine.committed(lastToken, nowMs);
        kafka.commit();
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
                    reload();
                } else {
                    administer();
                }
            }
            default -> pass(random.nextInt(random.nextInt(8) == 0 ? 70_000 : 4_000));
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
        Asked join = ask("join v" + version + " " + request, true);
        supersede("join", request.groupId(), memberId);
        if (instance != null && memberId.isEmpty()) {
            parked.forEach((key, each) -> {
                if (key.contains("/" + instance + "-")) {
                    each.superseded = true;
                }
            });
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
            Set<String> before = memberIds();
            kafka.write(
                    () -> kafka.shard.classicGroupJoin(KafkaShard.context(client), request.duplicate(), future, true),
                    error -> {
                        future.complete(GroupErrors.join(error, memberId).setMemberId(""));
                        return null;
                    },
                    done -> {});
            giveIds(before, future);
        }
        parked.put("join" + request.groupId() + "/" + memberId + join.hashCode(), join);
        machine.joinGroup(request, client, nowMs, response -> join.ours = response.toString());
        nextIds.clear();
        Set<String> now = memberIds();
        now.removeAll(knownIds);
        now.forEach(id -> {
            knownIds.add(id);
            groupOf.put(id, group);
            parked.put("join" + request.groupId() + "/" + id, join);
        });
    }

    /** Lets our machine draw the id that Kafka has drawn. */
    private void giveIds(Set<String> before, CompletableFuture<JoinGroupResponseData> future) {
        Set<String> now = memberIds();
        now.removeAll(before);
        if (now.isEmpty() && future.isDone()) {
            now.add(future.join().memberId());
        }
        for (String id : now) {
            if (id.length() > 36) {
                nextIds.add(UUID.fromString(id.substring(id.length() - 36)));
            }
        }
        if (nextIds.isEmpty()) {
            nextIds.add(new UUID(0, 0));
        }
    }

    private Set<String> memberIds() {
        Set<String> ids = new LinkedHashSet<>();
        kafka.shard
                .describeGroups(KafkaShard.context(GroupFixture.from("c", 6)), GROUPS, KafkaShard.LATEST)
                .forEach(group -> group.members().forEach(member -> ids.add(member.memberId())));
        return ids;
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
        Asked before = parked.get("sync" + group + "/" + memberId);
        if (before != null && before.ours == null) {
            // A second assignment while the first is under way is written by Kafka, and not by us.
            commit();
        }
        ClientContext client = GroupFixture.from("c", 4);
        Asked sync = ask("sync " + group + " " + memberId + " " + request.generationId(), true);
        supersede("sync", group, memberId);
        parked.put("sync" + group + "/" + memberId, sync);
        CompletableFuture<SyncGroupResponseData> future = new CompletableFuture<>();
        future.thenAccept(response -> {
            sync.kafkas = response.toString();
            if (response.errorCode() == Errors.REBALANCE_IN_PROGRESS.code()) {
                wants.put(memberId, "join");
            }
        });
        kafka.write(
                () -> kafka.shard.classicGroupSync(KafkaShard.context(client), request.duplicate(), future),
                error -> {
                    future.complete(GroupErrors.sync(error));
                    return null;
                },
                done -> {});
        machine.syncGroup(request, client, nowMs, response -> sync.ours = response.toString());
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
        Asked heartbeat = ask("heartbeat " + request, false);
        kafka.write(
                () -> kafka.shard.classicGroupHeartbeat(KafkaShard.context(client), request),
                error -> new HeartbeatResponseData().setErrorCode(error.code()),
                response -> {
                    heartbeat.kafkas = response.toString();
                    if (response.errorCode() == Errors.REBALANCE_IN_PROGRESS.code()) {
                        wants.put(memberId, "join");
                    }
                });
        machine.heartbeat(request, client, nowMs, response -> heartbeat.ours = response.toString());
    }

    private void leave() {
        String group = any(GROUPS);
        LeaveGroupRequestData request = new LeaveGroupRequestData().setGroupId(group);
        List<LeaveGroupRequestData.MemberIdentity> members = new ArrayList<>();
        for (int i = random.nextInt(2); i >= 0; i--) {
            String memberId = random.nextInt(4) == 0 ? "" : anyMember(group);
            members.add(GroupFixture.identity(memberId, memberId.isEmpty() ? any(INSTANCES) : instanceOf(memberId)));
            parked.forEach((key, each) -> each.superseded |= key.startsWith("sync" + group));
        }
        request.setMembers(members);
        ClientContext client = GroupFixture.from("c", 5);
        Asked leave = ask("leave " + request, false);
        kafka.write(
                () -> kafka.shard.classicGroupLeave(KafkaShard.context(client), request),
                error -> ClassicDepartures.unknownGroup(request, 5),
                response -> leave.kafkas = response.toString());
        machine.leaveGroup(request, client, nowMs, response -> leave.ours = response.toString());
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
        Asked commit = ask("commit " + request, false);
        kafka.write(
                () -> kafka.shard.commitOffset(KafkaShard.context(client), request),
                error -> GroupErrors.commit(request, error),
                response -> commit.kafkas = response.toString());
        machine.commitOffsets(request, client, nowMs, response -> commit.ours = response.toString());
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
        Asked fetch = ask("fetch " + request, false);
        fetch.kafkas =
                sorted(kafka.shard.fetchOffsets(request, KafkaShard.LATEST).topics());
        machine.fetchOffsets(request, false, nowMs, response -> fetch.ours = sorted(response.topics()));
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
        Asked delete = ask("delete " + group, false);
        kafka.write(
                () -> kafka.shard.deleteGroups(KafkaShard.context(GroupFixture.from("c", 2)), List.of(group)),
                error -> new DeletableGroupResultCollection(),
                response -> delete.kafkas = response.iterator().next().toString());
        machine.deleteGroup(group, nowMs, response -> delete.ours = response.toString());
    }

    private void deleteOffsets(String group) {
        OffsetDeleteRequestData request = new OffsetDeleteRequestData().setGroupId(group);
        request.topics()
                .add(new OffsetDeleteRequestData.OffsetDeleteRequestTopic()
                        .setName(any(TOPICS))
                        .setPartitions(List.of(
                                new OffsetDeleteRequestData.OffsetDeleteRequestPartition().setPartitionIndex(0),
                                new OffsetDeleteRequestData.OffsetDeleteRequestPartition().setPartitionIndex(1))));
        Asked delete = ask("delete offsets " + request, false);
        kafka.write(
                () -> kafka.shard.deleteOffsets(KafkaShard.context(GroupFixture.from("c", 0)), request),
                GroupErrors::offsetDelete,
                response -> delete.kafkas = response.toString());
        machine.deleteOffsets(request, nowMs, response -> delete.ours = response.toString());
    }

    private void deleteTopic() {
        String topic = any(TOPICS);
        UUID id = new UUID(1, 1 + random.nextInt(2));
        story.add(nowMs + " topic deleted " + topic + " " + id);
        kafka.write(
                () -> kafka.shard.onTopicsDeleted(List.of(new GroupCoordinatorShard.DeletedTopic(
                        new Uuid(id.getMostSignificantBits(), id.getLeastSignificantBits()), topic))),
                error -> null,
                done -> {});
        machine.topicsDeleted(List.of(new DeletedTopic(id, topic)), nowMs, done -> {});
    }

    private void list() {
        List<String> states = any(List.of(List.of(), List.of("stable"), List.of("Empty", "PreparingRebalance")));
        List<String> types = any(List.of(List.of(), List.of("classic"), List.of("consumer")));
        Asked list = ask("list " + states + types, false);
        machine.listGroups(states, types, nowMs, listed -> list.ours = sorted(listed));
        list.kafkas = sorted(kafka.shard.listGroups(states, types, KafkaShard.LATEST));
    }

    private void pass(long ms) {
        long untilMs = nowMs + ms;
        while (true) {
            long nextMs = Math.min(kafka.nextDeadlineMs(), machine.nextDeadlineMs());
            if (nextMs > untilMs) {
                break;
            }
            nowMs = Math.max(nowMs, nextMs);
            kafka.runDue();
            machine.onTick(nowMs);
            settle();
            kafka.forgetThatSomebodyCame(GROUPS);
            compare();
        }
        nowMs = untilMs;
    }

    private Asked ask(String what, boolean parkable) {
        Asked one = new Asked(what, parkable);
        asked.add(one);
        story.add(nowMs + " " + what);
        return one;
    }

    private void supersede(String kind, String group, String memberId) {
        parked.forEach((key, each) -> each.superseded |= key.startsWith(kind + group + "/" + memberId));
    }

    private void compare() {
        for (Asked one : asked) {
            String ours = one.ours;
            String kafkas = one.kafkas;
            if (ours != null) {
                countAnswer(one.what, ours);
            }
            if (!String.valueOf(ours).equals(String.valueOf(kafkas)) && !isMeant(one)) {
                differ(one.what, ours, kafkas);
            }
        }
        asked.removeIf(one -> one.ours != null && (one.kafkas != null || one.superseded));
        compareRecords();
        for (String group : GROUPS) {
            compareGroup(group);
        }
    }

    /** Where we answer and Kafka does not: a parked request whose place another one has taken, or whose member is gone. */
    private boolean isMeant(Asked one) {
        if (!commitsAtOnce && one.parkable && one.ours == null && one.kafkas.contains("errorCode=0")) {
            // A rebalance began while a static member's new id was being written. Kafka answers with the generation
            // that
            // is over; we let the end of the rebalance answer.
            throw new PartingException();
        }
        boolean waits = !one.parkable && (one.ours == null || one.kafkas == null);
        return waits || (one.parkable && one.superseded && one.kafkas == null);
    }

    private static final class PartingException extends RuntimeException {}

    private void compareRecords() {
        List<String> ours = ourLog.stream().map(KafkaComparison::text).sorted().toList();
        List<String> kafkas =
                kafka.log.stream().map(KafkaComparison::text).sorted().toList();
        if (!ours.equals(kafkas)) {
            differ("records", ours.toString(), kafkas.toString());
        }
        everything.addAll(kafka.log);
        ourLog.clear();
        kafka.log.clear();
    }

    private static String text(GroupRecord record) {
        return Arrays.toString(record.key()) + "=" + Arrays.toString(record.value());
    }

    private void countAnswer(String what, String answer) {
        Matcher code = ERROR_CODE.matcher(answer);
        String kind = what.substring(0, what.indexOf(' '));
        count(kind
                + (code.find() ? " " + code.group(1) : "")
                + (answer.contains("skipAssignment=true") ? " skip" : ""));
    }

    private void count(String what) {
        seen.merge(what, 1, Integer::sum);
    }

    private void compareGroup(String group) {
        List<String> both = new ArrayList<>();
        machine.describeGroups(
                List.of(group),
                GroupFixture.from("c", 6),
                nowMs,
                said -> both.add(said.get(0).toString()));
        String kafkas = kafka.shard
                .describeGroups(KafkaShard.context(GroupFixture.from("c", 6)), List.of(group), KafkaShard.LATEST)
                .get(0)
                .toString();
        count(kafkas.replaceAll("(?s).*groupState='([A-Za-z]*)'.*", "$1"));
        if (!both.isEmpty() && !both.get(0).equals(kafkas)) {
            differ("describe " + group, both.get(0), kafkas);
        }
    }

    private void differ(String what, String ours, String kafkas) {
        fail("seed " + seed + ": " + what + "\n  ours   " + ours + "\n  Kafka  " + kafkas + "\n the story:\n  "
                + String.join("\n  ", story.subList(Math.max(0, story.size() - 40), story.size())));
    }

    private static String sorted(List<?> rows) {
        return rows.stream().map(Object::toString).sorted().toList().toString();
    }

    /** As Kafka's broker puts it on the wire: the protocol's name is null or empty as the version wants it. */
    private static JoinGroupResponseData inVersion(JoinGroupResponseData response, int version) {
        return new JoinGroupResponse(response.duplicate(), (short) version).data();
    }
}
