package io.millrace.verticles.group;

import io.millrace.protocol.Errors;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Our machine and Kafka's coordinator on one clock; each has a log, and after every step both must hold the same records and
 * the same groups.
 *
 * <p>Thread: the test's.
 */
final class BothCoordinators implements GroupEffects {
    private final GroupSettings settings;
    private final boolean commitsAtOnce;
    private final List<String> groups;
    private final AnswersOfBoth answers;
    /** The ids that our machine will draw. */
    private final ArrayDeque<UUID> nextIds = new ArrayDeque<>();

    private final List<GroupRecord> ourLog = new ArrayList<>();
    /** Of all lives. */
    private final List<GroupRecord> everything = new ArrayList<>();

    private GroupCoordinatorMachine machine;
    private KafkaShard kafka;
    private long nowMs = 1_700_000_000_000L;
    private long lastToken;

    BothCoordinators(GroupSettings settings, boolean commitsAtOnce, List<String> groups, AnswersOfBoth answers) {
        this.settings = settings;
        this.commitsAtOnce = commitsAtOnce;
        this.groups = groups;
        this.answers = answers;
        load();
    }

    GroupCoordinatorMachine machine() {
        return machine;
    }

    KafkaShard kafka() {
        return kafka;
    }

    long nowMs() {
        return nowMs;
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

    /** The leadership moves away and comes back. */
    void reload() {
        commit();
        compare();
        answers.note(nowMs, "reload");
        machine.unload(Errors.NOT_COORDINATOR);
        answers.endOfALife();
        load();
    }

    @Override
    public Errors append(long token, List<GroupRecord> records) {
        lastToken = token;
        ourLog.addAll(records);
        return Errors.NONE;
    }

    void commit() {
        machine.committed(lastToken, nowMs);
        kafka.commit();
    }

    /** After a step: what was written is committed, where it is at once, and all must be the same. */
    void settleAndCompare() {
        if (commitsAtOnce) {
            machine.committed(lastToken, nowMs);
        }
        kafka.forgetThatSomebodyCame(groups);
        compare();
    }

    /** Lets time pass, with all that is due in it. */
    void pass(long ms) {
        long untilMs = nowMs + ms;
        while (true) {
            long nextMs = Math.min(kafka.nextDeadlineMs(), machine.nextDeadlineMs());
            if (nextMs > untilMs) {
                break;
            }
            nowMs = Math.max(nowMs, nextMs);
            kafka.runDue();
            machine.onTick(nowMs);
            settleAndCompare();
        }
        nowMs = untilMs;
    }

    Set<String> memberIds() {
        Set<String> ids = new LinkedHashSet<>();
        kafka.shard
                .describeGroups(KafkaShard.context(GroupFixture.from("c", 6)), groups, KafkaShard.LATEST)
                .forEach(group -> group.members().forEach(member -> ids.add(member.memberId())));
        return ids;
    }

    /** Lets our machine draw these ids, which Kafka has drawn; some id if there is none. */
    void giveIds(Set<String> drawn) {
        for (String id : drawn) {
            if (id.length() > 36) {
                nextIds.add(UUID.fromString(id.substring(id.length() - 36)));
            }
        }
        if (nextIds.isEmpty()) {
            nextIds.add(new UUID(0, 0));
        }
    }

    void forgetIds() {
        nextIds.clear();
    }

    void compare() {
        answers.compare();
        compareRecords();
        for (String group : groups) {
            compareGroup(group);
        }
    }

    private void compareRecords() {
        List<String> ours = ourLog.stream().map(BothCoordinators::text).sorted().toList();
        List<String> kafkas =
                kafka.log.stream().map(BothCoordinators::text).sorted().toList();
        if (!ours.equals(kafkas)) {
            answers.differ("records", ours.toString(), kafkas.toString());
        }
        everything.addAll(kafka.log);
        ourLog.clear();
        kafka.log.clear();
    }

    private static String text(GroupRecord record) {
        return Arrays.toString(record.key()) + "=" + Arrays.toString(record.value());
    }

    private void compareGroup(String group) {
        List<String> ours = new ArrayList<>();
        machine.describeGroups(
                List.of(group),
                GroupFixture.from("c", 6),
                nowMs,
                said -> ours.add(said.get(0).toString()));
        String kafkas = kafka.shard
                .describeGroups(KafkaShard.context(GroupFixture.from("c", 6)), List.of(group), KafkaShard.LATEST)
                .get(0)
                .toString();
        answers.count(kafkas.replaceAll("(?s).*groupState='([A-Za-z]*)'.*", "$1"));
        if (!ours.isEmpty() && !ours.get(0).equals(kafkas)) {
            answers.differ("describe " + group, ours.get(0), kafkas);
        }
    }
}
