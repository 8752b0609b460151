package io.millrace.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.DescribeGroupsResponseData.DescribedGroup;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.JoinGroupResponseData.JoinGroupResponseMember;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Section G of the compatibility list, the classic group protocol: who is in, what each is told, and who is refused. Time
 * that must pass for days (item 73) is shown where time can be given.
 *
 * <p>Thread: the test's.
 */
@Tag("full")
@ExtendWith(BothBrokers.Fixture.class)
class SectionGGroupsTest {
    private final BothBrokers both;

    SectionGGroupsTest(BothBrokers both) {
        this.both = both;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6})
    void aCoordinatorIsFoundForEveryKey(int version) throws Exception {
        String answer = both.same("G.72", side -> {
            StringBuilder all = new StringBuilder();
            try (WireClient client = side.connect()) {
                GroupMember.awaitCoordinator(client, "any");
                for (String key : List.of("group", "", "ein Name mit Leerzeichen und \u00fc")) {
                    FindCoordinatorRequestData request = new FindCoordinatorRequestData();
                    FindCoordinatorResponseData found = client.ask(
                            version >= 4 ? request.setCoordinatorKeys(List.of(key, key + "2")) : request.setKey(key),
                            version);
                    all.append(side.normal(found)).append('\n');
                }
            }
            return all.toString();
        });
        assertThat(answer).contains("port=PORT", "nodeId=1");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
    void aMemberJoinsSyncsBeatsAndLeaves(int version) throws Exception {
        String answer = both.same("G.64", side -> {
            List<Object> told = new ArrayList<>();
            try (GroupMember member = GroupMember.of(side, side.uniqueName("alone"))) {
                member.protocols = List.of("range", "roundrobin");
                told.add(member.joinOnce(version));
                if (told.get(0).toString().contains("errorCode=79")) {
                    told.add(member.joinOnce(version));
                }
                told.add(member.sync(Math.min(version, 5), member.memberId, "everything"));
                told.add(member.heartbeat(Math.min(version, 4)));
                told.add(member.leave(Math.min(version, 5)));
                told.add(member.heartbeat(Math.min(version, 4)));
                return GroupMember.normal(side, told);
            }
        });
        assertThat(answer).contains("generationId=1", "errorCode=25");
        assertThat(answer.contains("errorCode=79")).isEqualTo(version >= 4);
    }

    /** One line per member, without its own random id. */
    private static String told(GroupMember member) {
        JoinGroupResponseData joined = member.joined;
        return (member.leads() ? "leader" : "follower") + " generation " + joined.generationId() + " by "
                + joined.protocolType() + "/" + joined.protocolName() + " sees "
                + joined.members().stream()
                        .map(JoinGroupResponseMember::metadata)
                        .map(String::new)
                        .sorted()
                        .toList();
    }

    /** All of them go into the next generation, each on its own connection; the answers come when all are there. */
    private static void joinAll(int version, GroupMember... members) throws Exception {
        for (GroupMember member : members) {
            if (member.memberId.isEmpty() && member.instanceId == null && version >= 4) {
                member.joinOnce(version);
            }
        }
        for (GroupMember member : members) {
            member.sendJoin(version);
        }
        for (GroupMember member : members) {
            assertThat(member.receiveJoin().errorCode()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4, 7, 9})
    void theLeaderIsToldEverybodyAndAllVote(int version) throws Exception {
        String answer = both.same("G.67", side -> {
            String group = side.uniqueName("three");
            try (GroupMember a = GroupMember.of(side, group);
                    GroupMember b = GroupMember.of(side, group);
                    GroupMember c = GroupMember.of(side, group)) {
                a.protocols = List.of("range", "sticky", "roundrobin");
                b.protocols = List.of("sticky", "range");
                c.protocols = List.of("sticky", "range");
                a.metadata = "a";
                b.metadata = "b";
                c.metadata = "c";
                joinAll(version, a, b, c);
                List<GroupMember> all = List.of(a, b, c);
                GroupMember leader =
                        all.stream().filter(GroupMember::leads).findFirst().orElseThrow();
                List<String> lines = new ArrayList<>();
                lines.add(all.stream().map(SectionGGroupsTest::told).sorted().collect(Collectors.joining("\n")));
                int syncVersion = Math.min(version, 5);
                for (GroupMember member : all) {
                    member.protocols = List.of(member.joined.protocolName());
                    if (member != leader) {
                        member.client.send(member.syncRequest(), syncVersion);
                    }
                }
                lines.add(new String(
                                leader.sync(syncVersion, a.memberId, "for a", b.memberId, "for b", c.memberId, "for c")
                                        .assignment())
                        .substring(0, 4));
                for (GroupMember member : all) {
                    if (member != leader) {
                        lines.add(GroupMember.normal(side, member.client.receive())
                                .replaceAll("\\d\\d\\]", "X]"));
                    }
                    lines.add(member.heartbeat(3).toString());
                }
                // Which of the three leads is a matter of chance.
                return lines.stream().sorted().collect(Collectors.joining("\n"));
            }
        });
        assertThat(answer).contains("sees []", "consumer/sticky".substring(version < 7 ? 9 : 0));
    }

    @Test
    void aNewcomerMakesTheOthersJoinAgain() throws Exception {
        String answer = both.same("G.67", side -> {
            String group = side.uniqueName("newcomer");
            try (GroupMember first = GroupMember.of(side, group).settle();
                    GroupMember second = GroupMember.of(side, group)) {
                second.joinOnce(5);
                second.sendJoin(5);
                List<Object> told = new ArrayList<>();
                for (Deadline deadline = Deadline.inSeconds(10); deadline.goOn(); ) {
                    if (first.heartbeat(3).errorCode() == 27) {
                        break;
                    }
                }
                told.add(first.heartbeat(3));
                first.sendJoin(5);
                told.add(first.receiveJoin().errorCode());
                told.add(second.receiveJoin().errorCode());
                told.add(first.generation + " " + second.generation);
                // Between join and sync nobody may beat or commit as if nothing were.
                told.add(first.heartbeat(3));
                GroupMember leader = first.leads() ? first : second;
                GroupMember follower = first.leads() ? second : first;
                follower.client.send(follower.syncRequest(), 3);
                told.add(leader.sync(3, first.memberId, "x", second.memberId, "x"));
                told.add(follower.client.receive());
                told.add(second.leave(3));
                told.add(first.heartbeat(3));
                return GroupMember.normal(side, told);
            }
        });
        assertThat(answer).contains("2 2");
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 7, 8, 9})
    void aStaticMemberComesBackAndFencesItsPredecessor(int version) throws Exception {
        String answer = both.same("G.65", side -> {
            String group = side.uniqueName("static");
            List<Object> told = new ArrayList<>();
            try (GroupMember before = GroupMember.of(side, group).withInstance("one");
                    GroupMember after = GroupMember.of(side, group).withInstance("one");
                    GroupMember stranger = GroupMember.of(side, group).withInstance("one")) {
                told.add(before.joinOnce(version));
                told.add(before.sync(5, before.memberId, "all"));
                told.add(after.joinOnce(version));
                told.add(after.joined.skipAssignment());
                told.add(after.leads());
                told.add(after.sync(5));
                told.add(before.heartbeat(4));
                told.add(before.sync(5));
                told.add(after.heartbeat(4));
                stranger.memberId = "somebody";
                told.add(stranger.joinOnce(version));
                told.add(before.leave(3));
                told.add(after.client.ask(
                        new LeaveGroupRequestData()
                                .setGroupId(group)
                                .setMembers(List.of(
                                        new MemberIdentity().setMemberId("").setGroupInstanceId("one"),
                                        new MemberIdentity().setMemberId("").setGroupInstanceId("two"),
                                        new MemberIdentity().setMemberId("nobody"))),
                        5));
                told.add(after.heartbeat(4));
                return GroupMember.normal(side, told);
            }
        });
        assertThat(answer).contains("errorCode=82", "errorCode=25");
    }

    @Test
    void othersThanConsumersKeepTheirOwnProtocol() throws Exception {
        String answer = both.same("G.66", side -> {
            String group = side.uniqueName("connect");
            List<Object> told = new ArrayList<>();
            try (GroupMember worker = GroupMember.of(side, group);
                    GroupMember consumer = GroupMember.of(side, group)) {
                worker.protocolType = "connect";
                worker.protocols = List.of("sessioned", "compatible");
                told.add(worker.join(9));
                told.add(worker.sync(5, worker.memberId, "\u0000\u0001opaque"));
                told.add(consumer.joinOnce(9));
                consumer.protocolType = "connect";
                consumer.protocols = List.of("unknown");
                told.add(consumer.joinOnce(9));
                consumer.protocols = List.of();
                told.add(consumer.joinOnce(9));
                consumer.protocolType = "";
                consumer.protocols = List.of("sessioned");
                told.add(consumer.joinOnce(9));
                worker.protocolType = "consumer";
                told.add(worker.sync(5));
                worker.protocolType = "connect";
                worker.protocols = List.of("compatible");
                told.add(worker.sync(5));
                told.add(worker.client.ask(worker.syncRequest().setProtocolType(null), 5));
                return GroupMember.normal(side, told);
            }
        });
        assertThat(answer).contains("errorCode=23");
    }

    @Test
    void timeoutsAndSizesAreBounded() throws Exception {
        String answer = both.same("G.68", side -> {
            String group = side.uniqueName("bounded");
            List<Object> told = new ArrayList<>();
            List<GroupMember> members = new ArrayList<>();
            try {
                for (int timeout : List.of(0, 299, 1_800_001, Integer.MAX_VALUE)) {
                    GroupMember member = GroupMember.of(side, group);
                    members.add(member);
                    member.sessionTimeoutMs = timeout;
                    told.add(member.joinOnce(3));
                }
                List<GroupMember> crowd = new ArrayList<>();
                for (int i = 0; i < 9; i++) {
                    GroupMember member = GroupMember.of(side, group);
                    members.add(member);
                    crowd.add(member);
                    told.add(member.joinOnce(4).errorCode());
                }
                for (GroupMember member : crowd.subList(0, 8)) {
                    member.sendJoin(4);
                }
                for (GroupMember member : crowd.subList(0, 8)) {
                    told.add(member.receiveJoin().errorCode());
                }
                told.add(crowd.get(8).joinOnce(4));
                GroupMember nameless = GroupMember.of(side, "");
                members.add(nameless);
                told.add(nameless.joinOnce(4));
                told.add(nameless.heartbeat(3));
                told.add(nameless.sync(3));
                told.add(nameless.leave(3));
                return GroupMember.normal(side, told);
            } finally {
                for (GroupMember member : members) {
                    member.close();
                }
            }
        });
        assertThat(answer).contains("errorCode=26", "errorCode=81", "errorCode=24");
    }

    @Test
    void whoDoesNotBeatIsThrownOut() throws Exception {
        String answer = both.sameAtOnce("G.68", side -> {
            try (GroupMember member = GroupMember.of(side, side.uniqueName("silent"))) {
                member.sessionTimeoutMs = 600;
                member.settle();
                String before = describe(member, 5);
                for (Deadline deadline = Deadline.inSeconds(20); deadline.goOn(); ) {
                    if (describe(member, 5).contains("Empty")) {
                        break;
                    }
                }
                return GroupMember.normal(side, before + describe(member, 5) + member.heartbeat(3));
            }
        });
        assertThat(answer).contains("Stable", "Empty", "errorCode=25");
    }

    private static String describe(GroupMember member, int version) throws Exception {
        DescribeGroupsResponseData described = member.client.ask(
                new DescribeGroupsRequestData()
                        .setGroups(List.of(member.group))
                        .setIncludeAuthorizedOperations(version >= 3),
                version);
        return described.toString();
    }

    @Test
    void strangersAndLatecomersAreRefused() throws Exception {
        String answer = both.same("G.69", side -> {
            String group = side.uniqueName("strict");
            List<Object> told = new ArrayList<>();
            try (GroupMember member = GroupMember.of(side, group).settle();
                    GroupMember other = GroupMember.of(side, group)) {
                other.memberId = "stranger";
                other.generation = 1;
                told.add(other.heartbeat(3));
                told.add(other.sync(3));
                told.add(other.leave(2));
                told.add(other.leave(3));
                told.add(other.joinOnce(5));
                member.generation = 0;
                told.add(member.heartbeat(3));
                told.add(member.sync(3));
                member.generation = 7;
                told.add(member.heartbeat(3));
                told.add(member.client.ask(
                        new HeartbeatRequestData().setGroupId("no.such.group").setMemberId("x"), 3));
                told.add(member.client.ask(
                        new SyncGroupRequestData().setGroupId("no.such.group").setMemberId("x"), 3));
                told.add(member.client.ask(
                        new LeaveGroupRequestData().setGroupId("no.such.group").setMemberId("x"), 1));
                return GroupMember.normal(side, told);
            }
        });
        assertThat(answer).contains("errorCode=22", "errorCode=25");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6})
    void groupsAreDescribed(int version) throws Exception {
        String answer = both.same("G.74", side -> {
            String group = side.uniqueName("described");
            try (GroupMember member = GroupMember.of(side, group).withInstance("pod-1")) {
                member.join(5);
                String before = describe(member, version);
                member.sync(3, member.memberId, "all");
                String stable = describe(member, version);
                member.client.ask(
                        new LeaveGroupRequestData()
                                .setGroupId(group)
                                .setMembers(List.of(new MemberIdentity().setGroupInstanceId("pod-1"))),
                        3);
                String empty = describe(member, version);
                DescribeGroupsResponseData none = member.client.ask(
                        new DescribeGroupsRequestData().setGroups(List.of("no.such.group", "")), version);
                none.groups().sort(Comparator.comparing(DescribedGroup::groupId));
                return GroupMember.normal(side, before + "\n" + stable + "\n" + empty + "\n" + none)
                        .replaceAll("errorMessage='[^']*'", "errorMessage=SENTENCE");
            }
        });
        assertThat(answer).contains("CompletingRebalance", "Stable", "Empty", "/127.0.0.1");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void groupsAreListedByStateAndType(int version) throws Exception {
        String answer = both.same("G.74", side -> {
            String prefix = side.uniqueName("listed");
            try (GroupMember stable = GroupMember.of(side, prefix + "-stable").settle();
                    GroupMember empty = GroupMember.of(side, prefix + "-empty").settle();
                    GroupMember worker = GroupMember.of(side, prefix + "-worker")) {
                empty.leave(3);
                worker.protocolType = "connect";
                worker.settle();
                StringBuilder all = new StringBuilder();
                for (List<String> states : List.of(
                        List.<String>of(), List.of("Stable"), List.of("stable", "EMPTY"), List.of("Nonsense"))) {
                    for (List<String> types : List.of(List.<String>of(), List.of("classic"), List.of("consumer"))) {
                        if (version < 4 && !states.isEmpty() || version < 5 && !types.isEmpty()) {
                            continue;
                        }
                        ListGroupsResponseData listed = stable.client.ask(
                                new ListGroupsRequestData()
                                        .setStatesFilter(states)
                                        .setTypesFilter(types),
                                version);
                        all.append(states)
                                .append(types)
                                .append(listed.errorCode())
                                .append(listed.groups().stream()
                                        .filter(group -> group.groupId().startsWith(prefix + "-"))
                                        .map(group -> side.normal(group))
                                        .sorted()
                                        .toList())
                                .append('\n');
                    }
                }
                return all.toString();
            }
        });
        assertThat(answer).contains("listed-stable", "listed-worker");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void onlyGroupsWithoutMembersAreDeleted(int version) throws Exception {
        String answer = both.same("G.74", side -> {
            try (GroupMember full =
                            GroupMember.of(side, side.uniqueName("full")).settle();
                    GroupMember empty =
                            GroupMember.of(side, side.uniqueName("empty")).settle()) {
                empty.leave(3);
                DeleteGroupsRequestData request = new DeleteGroupsRequestData()
                        .setGroupsNames(Arrays.asList(full.group, empty.group, "no.such.group", ""));
                DeleteGroupsResponseData deleted = full.client.ask(request, version);
                String described = describe(empty, 5);
                return deleted.results().stream()
                                .map(result -> side.normal(result.groupId()) + "=" + result.errorCode())
                                .sorted()
                                .toList()
                        + GroupMember.normal(side, described);
            }
        });
        assertThat(answer).contains("full=68", "empty=0", "no.such.group=69", "Dead");
    }
}
