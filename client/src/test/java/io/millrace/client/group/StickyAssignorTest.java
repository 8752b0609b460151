package io.millrace.client.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.client.Assignor;
import io.millrace.client.TopicPartition;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.PartitionInfo;
import org.junit.jupiter.api.Test;

/** Even, and nothing moves that need not; Kafka's own assignor says how even and how little can be. */
class StickyAssignorTest {
    private final Map<String, Integer> counts = new HashMap<>();
    private final Map<String, Subscription> members = new TreeMap<>();

    private static Subscription wants(List<String> topics, List<TopicPartition> owned, int generation) {
        return new Subscription(topics, owned, generation);
    }

    private static List<TopicPartition> parts(String topic, int... numbers) {
        List<TopicPartition> parts = new ArrayList<>();
        for (int number : numbers) {
            parts.add(new TopicPartition(topic, number));
        }
        return parts;
    }

    private Map<String, List<TopicPartition>> assign() {
        return Assignments.of(Assignor.STICKY, members, topic -> counts.getOrDefault(topic, -1));
    }

    private long kept(Map<String, ? extends List<?>> assignment) {
        long kept = 0;
        for (String member : members.keySet()) {
            Set<String> had = new HashSet<>();
            members.get(member).owned().forEach(one -> had.add(one.topic() + "-" + one.partition()));
            kept += assignment.get(member).stream()
                    .filter(one -> had.contains(one.toString()))
                    .count();
        }
        return kept;
    }

    private static long unevenness(Map<String, ? extends List<?>> assignment) {
        return assignment.values().stream()
                .mapToLong(has -> (long) has.size() * has.size())
                .sum();
    }

    private Map<String, List<org.apache.kafka.common.TopicPartition>> kafkas() {
        Map<String, List<PartitionInfo>> infos = new HashMap<>();
        counts.forEach((topic, count) -> {
            List<PartitionInfo> partitions = new ArrayList<>();
            for (int partition = 0; partition < count; partition++) {
                partitions.add(new PartitionInfo(topic, partition, null, null, null));
            }
            if (members.values().stream().anyMatch(one -> one.topics().contains(topic))) {
                infos.put(topic, partitions);
            }
        });
        Map<String, ConsumerPartitionAssignor.Subscription> subscriptions = new HashMap<>();
        members.forEach((member, one) -> subscriptions.put(
                member,
                ConsumerProtocol.deserializeSubscription(
                        Subscription.write(Assignor.STICKY, one.topics(), List.of(), one.owned(), one.generation()))));
        return new org.apache.kafka.clients.consumer.StickyAssignor().assignPartitions(infos, subscriptions);
    }

    @Test
    void itIsAsEvenAsKafkasAndKeepsAsMuch() {
        Random random = new Random(7);
        for (int round = 0; round < 300; round++) {
            boolean alike = random.nextBoolean();
            counts.clear();
            members.clear();
            for (int topic = 0; topic < 1 + random.nextInt(4); topic++) {
                counts.put("t" + topic, 1 + random.nextInt(9));
            }
            List<TopicPartition> all = new ArrayList<>();
            counts.forEach((topic, count) -> {
                for (int number = 0; number < count; number++) {
                    all.add(new TopicPartition(topic, number));
                }
            });
            int size = 1 + random.nextInt(5);
            // What it had before one member more came, or went
            int before = size + random.nextInt(3) - 1;
            for (int member = 0; member < size; member++) {
                List<String> topics = counts.keySet().stream()
                        .filter(topic -> alike || topic.equals("t0") || random.nextInt(3) > 0)
                        .toList();
                int mine = member;
                List<TopicPartition> owned = all.stream()
                        .filter(one -> topics.contains(one.topic()))
                        .filter(one -> before > 0 && Math.floorMod(one.hashCode(), before) == mine)
                        .toList();
                members.put("m" + member, wants(topics, owned, 3));
            }

            Map<String, List<TopicPartition>> ours = assign();

            Map<String, List<org.apache.kafka.common.TopicPartition>> theirs = kafkas();
            assertThat(unevenness(ours)).as("round %d: %s", round, members).isLessThanOrEqualTo(unevenness(theirs));
            if (alike) {
                assertThat(kept(ours)).as("round %d: %s", round, members).isGreaterThanOrEqualTo(kept(theirs));
            }
            List<TopicPartition> given = new ArrayList<>();
            ours.forEach((member, has) -> {
                given.addAll(has);
                assertThat(members.get(member).topics())
                        .containsAll(has.stream().map(TopicPartition::topic).toList());
            });
            assertThat(given).doesNotHaveDuplicates();
            assertThat(given)
                    .hasSize(theirs.values().stream().mapToInt(List::size).sum());
        }
    }

    @Test
    void ofTwoWhoClaimTheSameTheLaterHasIt() {
        counts.put("t", 4);
        members.put("a", wants(List.of("t"), parts("t", 0, 1), 4));
        members.put("b", wants(List.of("t"), parts("t", 1, 2), 5));

        assertThat(assign().get("b")).contains(parts("t", 1, 2).toArray(TopicPartition[]::new));
        assertThat(assign().get("a")).contains(new TopicPartition("t", 0));
    }

    @Test
    void whatMovesIsNobodysUntilItWasGivenBack() {
        counts.put("t", 4);
        members.put("a", wants(List.of("t"), parts("t", 0, 1, 2, 3), 4));
        members.put("b", wants(List.of("t"), List.of(), Subscription.NO_GENERATION));

        Map<String, List<TopicPartition>> first = Assignments.of(Assignor.COOPERATIVE_STICKY, members, counts::get);
        members.put("a", wants(List.of("t"), first.get("a"), 5));
        members.put("b", wants(List.of("t"), first.get("b"), 5));
        Map<String, List<TopicPartition>> second = Assignments.of(Assignor.COOPERATIVE_STICKY, members, counts::get);

        assertThat(first.get("a")).hasSize(2);
        assertThat(first.get("b")).isEmpty();
        assertThat(second.get("a")).isEqualTo(first.get("a"));
        assertThat(second.get("b")).hasSize(2).doesNotContainAnyElementsOf(first.get("a"));
    }

    @Test
    void aHolderOfAnEarlierGenerationIsWaitedForAsWell() {
        counts.put("t", 2);
        members.put("a", wants(List.of("t"), parts("t", 0, 1), 3));
        members.put("b", wants(List.of("t"), List.of(), 4));
        members.put("c", wants(List.of("t"), List.of(), 4));

        Map<String, List<TopicPartition>> step = Assignments.of(Assignor.COOPERATIVE_STICKY, members, counts::get);

        assertThat(step.get("a")).hasSize(1);
        assertThat(step.get("b")).isEmpty();
        assertThat(step.get("c")).isEmpty();
    }

    @Test
    void whatKafkasStickyMemberRemembersIsKnown() {
        org.apache.kafka.clients.consumer.StickyAssignor theirs =
                new org.apache.kafka.clients.consumer.StickyAssignor();
        theirs.onAssignment(
                new ConsumerPartitionAssignor.Assignment(List.of(new org.apache.kafka.common.TopicPartition("t", 3))),
                new ConsumerGroupMetadata("g", 9, "m", java.util.Optional.empty()));
        ByteBuffer bytes = ConsumerProtocol.serializeSubscription(
                new ConsumerPartitionAssignor.Subscription(List.of("t"), theirs.subscriptionUserData(Set.of("t"))));

        assertThat(Subscription.read(Assignor.STICKY, bytes))
                .isEqualTo(new Subscription(List.of("t"), parts("t", 3), 9));
    }
}
