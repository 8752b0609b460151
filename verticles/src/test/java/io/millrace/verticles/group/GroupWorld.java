package io.millrace.verticles.group;

import io.millrace.protocol.Errors;
import io.millrace.sim.SimNetwork;
import io.millrace.sim.Simulation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.common.message.DescribeGroupsResponseData.DescribedGroup;
import org.apache.kafka.common.message.DescribeGroupsResponseData.DescribedGroupMember;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupResponseData;

/**
 * Consumers of several groups, a network that loses and repeats, one coordinator that dies and loads, and the promises that
 * are watched over.
 *
 * <p>Thread: the simulation's only thread.
 */
final class GroupWorld {
    static final int COORDINATOR = 0;
    static final int SESSION_MS = 6_000;
    static final int REBALANCE_MS = 8_000;
    static final int PARTITIONS = 24;
    private static final int LONGEST_TRACE = 160;
    static final GroupSettings SETTINGS =
            new GroupSettings(6_000, 1_800_000, 3_000, Integer.MAX_VALUE, 86_400_000, 600_000, 4_096, 1_048_588);

    record Message(long id, Object body, int version) {
        @Override
        public String toString() {
            String text = body.toString();
            return id + " " + text.substring(0, Math.min(text.length(), LONGEST_TRACE));
        }
    }

    final GroupInvariants.OneAssignmentPerGeneration assignments = new GroupInvariants.OneAssignmentPerGeneration();
    final GroupInvariants.NoCommitOfTheFenced fencing = new GroupInvariants.NoCommitOfTheFenced();
    final GroupInvariants.AcknowledgedCommitsNeverLost commits = new GroupInvariants.AcknowledgedCommitsNeverLost();
    private final GroupInvariants.AnsweredOnce answers = new GroupInvariants.AnsweredOnce();
    private final GroupInvariants.ReplayGivesTheSame replay = new GroupInvariants.ReplayGivesTheSame();
    private final Simulation simulation;
    private final SimNetwork<Message> network;
    private final SimCoordinator coordinator;
    private final List<SimConsumer> consumers = new ArrayList<>();
    private final List<String> groups = new ArrayList<>();
    private final Map<Errors, Integer> refusedCommits = new HashMap<>();
    private long stamps;
    private int twinsCompared;

    GroupWorld(long seed, int groupCount, int consumerCount, Function<GroupWorld, SimCoordinator> maker) {
        simulation = new Simulation(seed);
        network = new SimNetwork<>(simulation);
        coordinator = maker.apply(this);
        for (int i = 0; i < groupCount; i++) {
            groups.add("g" + i);
        }
        for (int i = 0; i < consumerCount; i++) {
            String instance = i % 4 == 0 ? "i" + i : null;
            consumers.add(new SimConsumer(this, i + 1, groups.get(i % groupCount), instance));
        }
        simulation
                .always(assignments)
                .always(fencing)
                .always(commits)
                .always(answers)
                .always(replay);
    }

    Simulation simulation() {
        return simulation;
    }

    SimNetwork<Message> network() {
        return network;
    }

    SimCoordinator coordinator() {
        return coordinator;
    }

    List<SimConsumer> consumers() {
        return consumers;
    }

    int refusedCommits(Errors error) {
        return refusedCommits.getOrDefault(error, 0);
    }

    int twinsCompared() {
        return twinsCompared;
    }

    long nowMs() {
        return simulation.nowMs();
    }

    long nextStamp() {
        return ++stamps;
    }

    void start() {
        coordinator.load();
        network.join(COORDINATOR, this::receive);
        consumers.forEach(SimConsumer::start);
    }

    private void receive(int from, Message request) {
        if (!coordinator.up()) {
            return;
        }
        coordinator.call(machine -> ask(machine, from, request));
    }

    private void ask(GroupCoordinatorMachine machine, int from, Message message) {
        ClientContext client = GroupFixture.from("c", message.version);
        Object body = message.body;
        if (body instanceof JoinGroupRequestData join) {
            machine.joinGroup(
                    join,
                    client,
                    nowMs(),
                    this.<JoinGroupResponseData>answer(from, message).andThen(said -> joined(join, said)));
        } else if (body instanceof SyncGroupRequestData sync) {
            machine.syncGroup(
                    sync,
                    client,
                    nowMs(),
                    this.<SyncGroupResponseData>answer(from, message).andThen(said -> synced(sync, said)));
        } else if (body instanceof HeartbeatRequestData beat) {
            machine.heartbeat(beat, client, nowMs(), answer(from, message));
        } else if (body instanceof LeaveGroupRequestData leave) {
            machine.leaveGroup(leave, client, nowMs(), answer(from, message));
        } else if (body instanceof OffsetCommitRequestData commit) {
            commit(machine, from, message, commit, client);
        }
    }

    private <T> Consumer<T> answer(int to, Message message) {
        boolean[] answered = {false};
        return said -> {
            if (answered[0]) {
                answers.complain("twice: " + message);
            }
            answered[0] = true;
            network.send(COORDINATOR, to, new Message(message.id, said, message.version));
        };
    }

    private void joined(JoinGroupRequestData request, JoinGroupResponseData said) {
        boolean assigned = said.generationId() <= assignments.latest(request.groupId());
        if (said.errorCode() == 0 && request.groupInstanceId() != null && assigned) {
            fencing.replaced(request.groupId(), request.groupInstanceId(), said.generationId(), said.memberId());
        }
    }

    private void synced(SyncGroupRequestData request, SyncGroupResponseData said) {
        if (said.errorCode() == 0) {
            assignments.handedOut(request.groupId(), request.generationId(), said.assignment());
        }
    }

    private void commit(
            GroupCoordinatorMachine machine,
            int from,
            Message message,
            OffsetCommitRequestData request,
            ClientContext client) {
        String group = request.groupId();
        int latest = assignments.latest(group);
        String id = request.groupInstanceId() == null
                ? null
                : fencing.currentId(group, request.groupInstanceId(), request.generationIdOrMemberEpoch());
        Map<String, Long> intakes = new HashMap<>();
        for (OffsetCommitRequestPartition row : request.topics().get(0).partitions()) {
            commits.taken(row.committedOffset());
            intakes.put(group + "/" + row.partitionIndex(), commits.intakeOf(row.committedOffset()));
        }
        Consumer<OffsetCommitResponseData> answer = answer(from, message);
        machine.commitOffsets(request, client, nowMs(), answer.andThen(said -> {
            Errors error =
                    Errors.forCode(said.topics().get(0).partitions().get(0).errorCode());
            if (error == Errors.NONE) {
                fencing.accepted(group, request.generationIdOrMemberEpoch(), latest, request.memberId(), id);
                intakes.forEach(commits::acknowledged);
            } else {
                refusedCommits.merge(error, 1, Integer::sum);
            }
        }));
    }

    /** Reads everything that was committed, as somebody who asks would. */
    void readAll() {
        for (String group : groups) {
            Map<String, Long> before = new HashMap<>();
            for (int partition = 0; partition < PARTITIONS; partition++) {
                String key = group + "/" + partition;
                before.put(key, commits.acknowledgedOf(key));
            }
            coordinator.call(machine -> machine.fetchOffsets(
                    new OffsetFetchRequestGroup().setGroupId(group).setTopics(null), false, nowMs(), said -> {
                        if (said.errorCode() == 0) {
                            Map<String, Long> values = new HashMap<>();
                            said.topics().forEach(topic -> topic.partitions()
                                    .forEach(row ->
                                            values.put(group + "/" + row.partitionIndex(), row.committedOffset())));
                            before.forEach((key, acknowledged) ->
                                    commits.read(key, values.getOrDefault(key, -1L), acknowledged));
                        }
                    }));
        }
    }

    /** Loads a second machine from the log and compares. */
    void compareWithTwin() {
        if (!coordinator.isQuiet()) {
            return;
        }
        twinsCompared++;
        GroupCoordinatorMachine twin = coordinator.twin();
        for (String group : groups) {
            String here = offsets(coordinator.machine(), group);
            String there = offsets(twin, group);
            if (!here.equals(there)) {
                replay.complain("offsets of " + group + ": " + here + " and loaded " + there);
            }
            String state = describe(coordinator.machine(), group).groupState();
            if (state.equals("Stable") || state.equals("Empty") && !coordinator.hasRefused()) {
                String live = describe(coordinator.machine(), group).toString();
                String loaded = describe(twin, group).toString();
                if (!live.equals(loaded)) {
                    replay.complain(live + " and loaded " + loaded);
                }
            }
        }
    }

    private String offsets(GroupCoordinatorMachine machine, String group) {
        List<String> rows = new ArrayList<>();
        machine.fetchOffsets(
                new OffsetFetchRequestGroup().setGroupId(group).setTopics(null), false, nowMs(), said -> said.topics()
                        .forEach(topic -> topic.partitions()
                                .forEach(row -> rows.add(row.partitionIndex() + "=" + row.committedOffset()))));
        rows.sort(null);
        return rows.toString();
    }

    private DescribedGroup describe(GroupCoordinatorMachine machine, String group) {
        List<DescribedGroup> said = new ArrayList<>();
        machine.describeGroups(List.of(group), GroupFixture.from("c", 6), nowMs(), said::addAll);
        DescribedGroup described = said.get(0);
        List<DescribedGroupMember> members = new ArrayList<>(described.members());
        members.sort(Comparator.comparing(DescribedGroupMember::memberId));
        return described.setMembers(members);
    }

    /** Everybody is up and heard; each group must come to rest with every partition in one hand, and commits go on. */
    void healAndDemandProgress() {
        network.heal();
        network.delay(1, 5);
        coordinator.refuseAppends(false);
        if (!coordinator.up()) {
            coordinator.load();
        }
        consumers.stream().filter(each -> !each.up()).forEach(each -> {
            each.crash();
            each.start();
        });
        simulation.runUntil(
                "every partition has one owner", 120_000, () -> groups.stream().allMatch(this::isSettled));
        Map<String, Long> before = new HashMap<>();
        groups.forEach(group -> before.put(group, acknowledged(group)));
        simulation.runUntil("every group commits", 20_000, () -> groups.stream()
                .allMatch(group -> acknowledged(group) > before.get(group)));
        simulation.runUntil("the log is quiet", 5_000, coordinator::isQuiet);
        readAll();
        compareWithTwin();
        simulation.check();
    }

    /** Grows with everything that is acknowledged to the group. */
    private long acknowledged(String group) {
        long sum = 0;
        for (int partition = 0; partition < PARTITIONS; partition++) {
            sum += commits.acknowledgedOf(group + "/" + partition);
        }
        return sum;
    }

    private boolean isSettled(String group) {
        Set<Integer> owned = new TreeSet<>();
        int count = 0;
        Set<Integer> generations = new TreeSet<>();
        for (SimConsumer consumer : consumers) {
            if (consumer.group.equals(group)) {
                owned.addAll(consumer.owned());
                count += consumer.owned().size();
                generations.add(consumer.generation());
            }
        }
        return count == PARTITIONS && owned.size() == PARTITIONS && generations.size() == 1;
    }
}
