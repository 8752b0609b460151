package io.millrace.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Section B of the compatibility list, metadata. Item 17, a partition without a leader, needs a second node.
 *
 * <p>Thread: the test's.
 */
@Tag("full")
@ExtendWith(BothBrokers.Fixture.class)
class SectionBMetadataTest {
    private final BothBrokers both;

    SectionBMetadataTest(BothBrokers both) {
        this.both = both;
    }

    private static List<String> names(MetadataResponseData answer, Side side, String label) {
        return answer.topics().stream()
                .map(MetadataResponseTopic::name)
                .map(side::normal)
                .filter(label::equals)
                .toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 9, 12, 13})
    void nullMeansAllTopicsAndEmptyMeansNoneButAllAtVersionZero(int version) throws Exception {
        both.same("B.14", side -> {
            String label = "listed" + version;
            side.topic(label);
            try (WireClient client = side.connect()) {
                MetadataResponseData empty =
                        client.ask(new MetadataRequestData().setTopics(new ArrayList<>()), version);
                List<String> answers = new ArrayList<>();
                answers.add("empty: " + names(empty, side, label));
                if (version > 0) {
                    MetadataResponseData all = client.ask(new MetadataRequestData().setTopics(null), version);
                    answers.add("null: " + names(all, side, label));
                }
                return answers;
            }
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13})
    void oneTopicAnswersTheSameFieldsAtEveryVersion(int version) throws Exception {
        both.same("B.16", side -> {
            Topic topic = side.topic("described", 3, Map.of());
            try (WireClient client = side.connect()) {
                return side.normal(client.ask(Requests.metadata(version < 4, topic.name()), version));
            }
        });
    }

    @Test
    void aTopicThatIsNotThereIsCreatedOnlyWhenTheRequestAllowsIt() throws Exception {
        both.same("B.15", side -> {
            String unwanted = side.uniqueName("unwanted");
            List<String> wanted = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                wanted.add(side.uniqueName("wanted" + i));
            }
            try (WireClient client = side.connect()) {
                List<String> answers = new ArrayList<>();
                MetadataResponseData refused = client.ask(Requests.metadata(false, unwanted), 12);
                answers.add("not allowed: " + side.normal(refused.topics()));
                MetadataResponseData first = client.ask(Requests.metadata(true, wanted.toArray(String[]::new)), 12);
                TreeSet<Short> errors = new TreeSet<>();
                first.topics().forEach(topic -> errors.add(topic.errorCode()));
                // Kafka answers before the topics are made, we when they are: retriable or ready, both do.
                answers.add("first: " + (Set.of((short) 0, (short) 3).containsAll(errors) ? "ready or 3" : errors));
                answers.add("ready: " + awaitAll(client, wanted));
                MetadataResponseData still = client.ask(Requests.metadata(false, unwanted), 12);
                answers.add("not allowed: " + still.topics().iterator().next().errorCode());
                return answers;
            }
        });
    }

    private static String awaitAll(WireClient client, List<String> names) throws Exception {
        MetadataResponseData answer = null;
        for (Deadline deadline = Deadline.inSeconds(20); deadline.goOn(); ) {
            answer = client.ask(Requests.metadata(true, names.toArray(String[]::new)), 12);
            if (answer.topics().stream().allMatch(topic -> topic.errorCode() == 0)) {
                return "all, partitions "
                        + answer.topics().stream()
                                .map(topic -> topic.partitions().size())
                                .distinct()
                                .toList();
            }
        }
        return "never: " + answer;
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a b", "a/b", "ü", "x\u0000y", "250"})
    void aNameThatCannotBeATopicIsRefused(String name) throws Exception {
        String asked = name.equals("250") ? "n".repeat(250) : name;
        both.same("B.15", side -> {
            try (WireClient client = side.connect()) {
                MetadataResponseData answer = client.ask(Requests.metadata(true, asked), 12);
                return answer.topics().toString();
            }
        });
    }

    @Test
    void controllerIsABrokerThatTheAnswerLists() throws Exception {
        both.same("B.18", side -> {
            try (WireClient client = side.connect()) {
                MetadataResponseData answer = client.ask(Requests.metadata(false), 12);
                return "listed " + (answer.brokers().find(answer.controllerId()) != null) + " brokers "
                        + answer.brokers().size();
            }
        });
    }

    @Test
    void authorizedOperationsAreTheSmallestIntWhenNotAskedAndEverythingWhenAsked() throws Exception {
        String answer = both.same("B.19", side -> {
            Topic topic = side.topic("authorized");
            try (WireClient client = side.connect()) {
                MetadataResponseData silent = client.ask(Requests.metadata(false, topic.name()), 10);
                MetadataResponseData asked = client.ask(
                        Requests.metadata(false, topic.name())
                                .setIncludeClusterAuthorizedOperations(true)
                                .setIncludeTopicAuthorizedOperations(true),
                        10);
                DescribeClusterResponseData cluster =
                        client.ask(new DescribeClusterRequestData().setIncludeClusterAuthorizedOperations(true), 1);
                return silent.clusterAuthorizedOperations() + " "
                        + silent.topics().iterator().next().topicAuthorizedOperations() + " "
                        + asked.clusterAuthorizedOperations() + " "
                        + asked.topics().iterator().next().topicAuthorizedOperations() + " "
                        + cluster.clusterAuthorizedOperations();
            }
        });
        assertThat(answer).startsWith("-2147483648 -2147483648 ").doesNotMatch(".* .* -2147483648.*");
    }

    @ParameterizedTest
    @ValueSource(strings = {"__consumer_offsets", "__transaction_state", "__share_group_state", "__mine", "plain"})
    void internalTopicsAreMarked(String name) throws Exception {
        both.same("B.20", side -> {
            try {
                side.topicNamed(name, 1, Map.of());
            } catch (IllegalStateException there) {
                // The two may be one broker when the oracle stands on both sides.
                if (!there.getMessage().contains(": 36")) {
                    throw there;
                }
            }
            try (WireClient client = side.connect()) {
                MetadataResponseData answer = client.ask(Requests.metadata(false, name), 12);
                return "internal " + answer.topics().iterator().next().isInternal();
            }
        });
    }

    @Test
    void topicMadeAgainHasAnotherIdAndTheOldOneIsUnknown() throws Exception {
        String answer = both.same("B.21", side -> {
            Topic first = side.topic("again");
            try (WireClient client = side.connect()) {
                client.ask(
                        new DeleteTopicsRequestData()
                                .setTopics(List.of(new DeleteTopicState().setName(first.name())))
                                .setTimeoutMs(10_000),
                        6);
                awaitGone(client, first.name());
                Topic second = side.topicNamed(first.name(), 1, Map.of());
                MetadataResponseData old = client.ask(Requests.metadataOf(first.id()), 12);
                MetadataResponseData current = client.ask(Requests.metadataOf(second.id()), 12);
                FetchResponseData fetchOld = client.ask(Requests.fetch(first, 0, 0), 16);
                return "same id " + first.id().equals(second.id()) + ", old " + side.normal(old.topics())
                        + ", current " + side.normal(current.topics()) + ", fetch by the old id "
                        + fetchOld.errorCode() + "/"
                        + fetchOld.responses().get(0).partitions().get(0).errorCode();
            }
        });
        assertThat(answer).startsWith("same id false").contains("errorCode=100");
    }

    private static void awaitGone(WireClient client, String name) throws Exception {
        for (Deadline deadline = Deadline.inSeconds(20); deadline.goOn(); ) {
            MetadataResponseData answer = client.ask(Requests.metadata(false, name), 12);
            if (answer.topics().iterator().next().errorCode() == 3) {
                return;
            }
        }
        throw new IllegalStateException(name + " is still there");
    }

    @Test
    void topicsByIdAreAnsweredFromVersionTenOn() throws Exception {
        both.same("B.21", side -> {
            Topic topic = side.topic("byid", 2, Map.of());
            try (WireClient client = side.connect()) {
                List<String> answers = new ArrayList<>();
                answers.add(side.normal(client.ask(Requests.metadataOf(topic.id()), 12)));
                answers.add(side.normal(client.ask(Requests.metadataOf(new Uuid(1, 2)), 12)));
                return answers;
            }
        });
    }

    @Test
    void brokersCarryTheirRackAndTheAddressOfTheListenerAsked() throws Exception {
        String answer = both.same("B.22, B.23", side -> {
            try (WireClient first = side.connect();
                    WireClient second = side.connectToSecondListener()) {
                MetadataResponseData viaFirst = first.ask(Requests.metadata(false), 12);
                MetadataResponseData viaSecond = second.ask(Requests.metadata(false), 12);
                return side.normal(viaFirst.brokers()) + " " + side.normal(viaSecond.brokers());
            }
        });
        assertThat(answer).contains("rack='rack-a'", "port=PORT", "port=SECOND_PORT");
    }

    @Test
    void versionThirteenHasAnErrorOfItsOwn() throws Exception {
        both.same("B.24", side -> {
            try (WireClient client = side.connect()) {
                MetadataResponseData answer = client.ask(Requests.metadata(false), 13);
                return answer.errorCode();
            }
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void clusterDescriptionIsTheSame(int version) throws Exception {
        both.same("B.18", side -> {
            try (WireClient client = side.connect()) {
                return side.normal(client.ask(new DescribeClusterRequestData(), version));
            }
        });
    }

    @Test
    void clusterIdIsTwentyTwoCharactersOfBase64Url() throws Exception {
        both.same("B.18", side -> {
            try (WireClient client = side.connect()) {
                DescribeClusterResponseData answer = client.ask(new DescribeClusterRequestData(), 1);
                return answer.clusterId().matches("[A-Za-z0-9_-]{22}");
            }
        });
    }

    @Test
    void describingPartitionsPagesWithACursor() throws Exception {
        both.same("B.16", side -> {
            Topic topic = side.topic("paged", 5, Map.of());
            String missing = side.uniqueName("zz-missing");
            try (WireClient client = side.connect()) {
                List<String> pages = new ArrayList<>();
                DescribeTopicPartitionsRequestData request = new DescribeTopicPartitionsRequestData()
                        .setTopics(
                                List.of(new TopicRequest().setName(missing), new TopicRequest().setName(topic.name())))
                        .setResponsePartitionLimit(2);
                for (int page = 0; page < 5; page++) {
                    DescribeTopicPartitionsResponseData answer = client.ask(request, 0);
                    pages.add(side.normal(answer));
                    if (answer.nextCursor() == null) {
                        break;
                    }
                    request.setCursor(new DescribeTopicPartitionsRequestData.Cursor()
                            .setTopicName(answer.nextCursor().topicName())
                            .setPartitionIndex(answer.nextCursor().partitionIndex()));
                }
                return String.join("\n", pages);
            }
        });
    }
}
