package io.millrace.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersRequestData.TopicPartitions;
import org.apache.kafka.common.message.ElectLeadersRequestData.TopicPartitionsCollection;
import org.apache.kafka.common.message.ElectLeadersResponseData;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData.ListPartitionReassignmentsTopics;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.message.UnregisterBrokerResponseData;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Section H of the compatibility list, what moves replicas and leaders: what a cluster of one can be asked, and refuses.
 *
 * <p>Thread: the test's.
 */
@Tag("full")
@ExtendWith(BothBrokers.Fixture.class)
class SectionHClusterTest {
    private final BothBrokers both;

    SectionHClusterTest(BothBrokers both) {
        this.both = both;
    }

    private static ReassignableTopic reassigned(String name, int partition, List<Integer> replicas) {
        ReassignableTopic topic = new ReassignableTopic().setName(name);
        topic.partitions()
                .add(new ReassignablePartition().setPartitionIndex(partition).setReplicas(replicas));
        return topic;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void reassignmentsAreTakenOrRefused(int version) throws Exception {
        String answer = both.same("H.84", side -> {
            Topic topic = side.topic("moved", 2, Map.of());
            List<String> answers = new ArrayList<>();
            try (WireClient client = side.connect()) {
                for (ReassignableTopic wanted : List.of(
                        reassigned(topic.name(), 0, null),
                        reassigned(topic.name(), 0, List.of(1)),
                        reassigned(topic.name(), 0, List.of(9)),
                        reassigned(topic.name(), 0, List.of(1, 1)),
                        reassigned(topic.name(), 0, List.of()),
                        reassigned(topic.name(), 0, List.of(-1)),
                        reassigned(topic.name(), 7, List.of(1)),
                        reassigned(topic.name(), 7, null),
                        reassigned("no.such.topic", 0, List.of(1)),
                        reassigned("no.such.topic", 0, null),
                        reassigned("", 0, List.of(1)))) {
                    AlterPartitionReassignmentsRequestData request =
                            new AlterPartitionReassignmentsRequestData().setTimeoutMs(10_000);
                    request.topics().add(wanted);
                    AlterPartitionReassignmentsResponseData told = client.ask(request, version);
                    answers.add(side.normal(wanted.name()) + " "
                            + wanted.partitions().get(0).replicas() + " "
                            + told.errorCode() + " "
                            + told.responses().get(0).partitions().get(0).errorCode());
                }
            }
            return String.join("\n", answers);
        });
        assertThat(answer).contains("null 0 85", "[9] 0 39");
    }

    @Test
    void nothingIsBeingReassigned() throws Exception {
        both.same("H.84", side -> {
            Topic topic = side.topic("still", 1, Map.of());
            StringBuilder answers = new StringBuilder();
            try (WireClient client = side.connect()) {
                for (String name : new String[] {null, topic.name(), "no.such.topic"}) {
                    ListPartitionReassignmentsRequestData request =
                            new ListPartitionReassignmentsRequestData().setTimeoutMs(10_000);
                    request.setTopics(
                            name == null
                                    ? null
                                    : List.of(new ListPartitionReassignmentsTopics()
                                            .setName(name)
                                            .setPartitionIndexes(List.of(0, 5))));
                    ListPartitionReassignmentsResponseData listed = client.ask(request, 0);
                    answers.append(listed.errorCode()).append(listed.topics()).append('\n');
                }
            }
            return answers.toString();
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void leadersAreNotElectedWhereThereAreSome(int version) throws Exception {
        String answer = both.same("3.3", side -> {
            Topic topic = side.topic("led", 2, Map.of());
            List<String> answers = new ArrayList<>();
            try (WireClient client = side.connect()) {
                for (int type = 0; type <= (version == 0 ? 0 : 1); type++) {
                    TopicPartitionsCollection wanted = new TopicPartitionsCollection();
                    wanted.add(new TopicPartitions().setTopic(topic.name()).setPartitions(List.of(0, 1, 9)));
                    wanted.add(new TopicPartitions().setTopic("no.such.topic").setPartitions(List.of(0)));
                    ElectLeadersResponseData told = client.ask(
                            new ElectLeadersRequestData()
                                    .setElectionType((byte) type)
                                    .setTopicPartitions(wanted)
                                    .setTimeoutMs(10_000),
                            version);
                    TreeMap<String, Short> rows = new TreeMap<>();
                    told.replicaElectionResults().forEach(row -> row.partitionResult()
                            .forEach(one ->
                                    rows.put(side.normal(row.topic()) + "-" + one.partitionId(), one.errorCode())));
                    answers.add(type + " " + told.errorCode() + " " + rows);
                }
            }
            return String.join("\n", answers);
        });
        assertThat(answer).contains("led-0=84");
    }

    @Test
    void aBrokerThatIsNotThereCannotBeUnregistered() throws Exception {
        String answer = both.same("3.2", side -> {
            try (WireClient client = side.connect()) {
                List<Integer> codes = new ArrayList<>();
                for (int id : new int[] {77, -1}) {
                    UnregisterBrokerResponseData told =
                            client.ask(new UnregisterBrokerRequestData().setBrokerId(id), 0);
                    codes.add((int) told.errorCode());
                }
                return codes.toString();
            }
        });
        assertThat(answer).startsWith("[102");
    }
}
