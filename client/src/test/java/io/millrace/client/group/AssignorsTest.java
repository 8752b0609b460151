package io.millrace.client.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.client.Assignor;
import io.millrace.client.TopicPartition;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.clients.consumer.internals.AbstractPartitionAssignor;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Kafka's own assignor and its own bytes are the oracle: a group may be led by either. */
class AssignorsTest {
    @ParameterizedTest
    @EnumSource(names = {"RANGE", "ROUND_ROBIN"})
    void partitionsAreSharedOutAsByKafkasAssignor(Assignor assignor) {
        AbstractPartitionAssignor kafkasOwn = assignor == Assignor.RANGE
                ? new org.apache.kafka.clients.consumer.RangeAssignor()
                : new org.apache.kafka.clients.consumer.RoundRobinAssignor();
        Random random = new Random(11);
        for (int round = 0; round < 200; round++) {
            Map<String, Integer> counts = new HashMap<>();
            for (int topic = 0; topic < 1 + random.nextInt(4); topic++) {
                counts.put("t" + topic, random.nextInt(9));
            }
            Map<String, Subscription> subscriptions = new HashMap<>();
            Map<String, ConsumerPartitionAssignor.Subscription> theirs = new HashMap<>();
            for (int member = 0; member < 1 + random.nextInt(5); member++) {
                List<String> topics = counts.keySet().stream()
                        .filter(t -> random.nextBoolean())
                        .toList();
                subscriptions.put("m" + member, new Subscription(topics, List.of(), Subscription.NO_GENERATION));
                theirs.put("m" + member, new ConsumerPartitionAssignor.Subscription(topics));
            }

            Map<String, List<TopicPartition>> ours = Assignments.of(assignor, subscriptions, counts::get);

            Map<String, List<org.apache.kafka.common.PartitionInfo>> infos = new HashMap<>();
            counts.forEach((topic, count) -> {
                List<org.apache.kafka.common.PartitionInfo> partitions = new ArrayList<>();
                for (int partition = 0; partition < count; partition++) {
                    partitions.add(new org.apache.kafka.common.PartitionInfo(topic, partition, null, null, null));
                }
                infos.put(topic, partitions);
            });
            Map<String, List<org.apache.kafka.common.TopicPartition>> kafkas =
                    kafkasOwn.assignPartitions(infos, theirs);
            kafkas.forEach((member, partitions) -> assertThat(ours.get(member).stream()
                            .map(TopicPartition::toString)
                            .collect(Collectors.toSet()))
                    .as(member)
                    .isEqualTo(partitions.stream().map(Object::toString).collect(Collectors.toSet())));
        }
    }

    @ParameterizedTest
    @EnumSource
    void kafkasConsumersReadOurSubscriptionAndWeTheirs(Assignor assignor) {
        List<TopicPartition> has = List.of(new TopicPartition("a", 2));
        ByteBuffer ours = Subscription.write(assignor, List.of("a", "b"), has, has, 5);
        ConsumerPartitionAssignor.Subscription read = ConsumerProtocol.deserializeSubscription(ours.duplicate());
        assertThat(read.topics()).containsExactly("a", "b");
        assertThat(read.ownedPartitions()).containsExactly(new org.apache.kafka.common.TopicPartition("a", 2));
        assertThat(read.generationId()).hasValue(5);
        assertThat(Subscription.read(assignor, ours)).isEqualTo(new Subscription(List.of("a", "b"), has, 5));

        ByteBuffer theirs =
                ConsumerProtocol.serializeSubscription(new ConsumerPartitionAssignor.Subscription(List.of("x", "y")));
        assertThat(Subscription.read(assignor, theirs).topics()).containsExactly("x", "y");
        assertThat(Subscription.read(assignor, theirs).owned()).isEmpty();
        assertThat(Subscription.read(assignor, null).topics()).isEmpty();
    }

    @Test
    void kafkasConsumersReadOurAssignmentAndWeTheirs() {
        ByteBuffer ours = Subscription.writeAssignment(List.of(new TopicPartition("a", 2), new TopicPartition("b", 0)));
        assertThat(ConsumerProtocol.deserializeAssignment(ours).partitions())
                .extracting(Object::toString)
                .containsExactly("a-2", "b-0");

        ByteBuffer theirs = ConsumerProtocol.serializeAssignment(
                new ConsumerPartitionAssignor.Assignment(List.of(new org.apache.kafka.common.TopicPartition("x", 7))));
        assertThat(Subscription.assigned(theirs)).containsExactly(new TopicPartition("x", 7));
        assertThat(Subscription.assigned(null)).isEmpty();
    }
}
