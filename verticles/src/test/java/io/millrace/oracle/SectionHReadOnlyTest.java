package io.millrace.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.apache.kafka.common.message.DescribeAclsRequestData;
import org.apache.kafka.common.message.DescribeAclsResponseData;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData.ComponentData;
import org.apache.kafka.common.message.DescribeClientQuotasResponseData;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeProducersRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeProducersResponseData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData.UserName;
import org.apache.kafka.common.message.DescribeUserScramCredentialsResponseData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.ListConfigResourcesRequestData;
import org.apache.kafka.common.message.ListConfigResourcesResponseData;
import org.apache.kafka.common.message.SaslHandshakeRequestData;
import org.apache.kafka.common.message.SaslHandshakeResponseData;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Section H of the compatibility list, what only looks: producers of a partition, and the pages of a user interface about
 * security that is not there.
 *
 * <p>Thread: the test's.
 */
@Tag("full")
@ExtendWith(BothBrokers.Fixture.class)
class SectionHReadOnlyTest {
    private static final int COORDINATOR_LOAD_IN_PROGRESS = 14;
    private final BothBrokers both;

    SectionHReadOnlyTest(BothBrokers both) {
        this.both = both;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void accessControlIsOff(int version) throws Exception {
        String answer = both.same("H.82", side -> {
            try (WireClient client = side.connect()) {
                DescribeAclsResponseData acls = client.ask(
                        new DescribeAclsRequestData()
                                .setResourceTypeFilter((byte) 1)
                                .setResourceNameFilter(null)
                                .setPatternTypeFilter((byte) 1)
                                .setPrincipalFilter(null)
                                .setHostFilter(null)
                                .setOperation((byte) 1)
                                .setPermissionType((byte) 1),
                        version);
                return acls.errorCode() + " " + acls.errorMessage() + " " + acls.resources();
            }
        });
        assertThat(answer).startsWith("54 ");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void whoWantsToLogInIsToldThatThereIsNoLogIn(int version) throws Exception {
        String answer = both.same("H.101", side -> {
            try (WireClient client = side.connect()) {
                SaslHandshakeResponseData first =
                        client.ask(new SaslHandshakeRequestData().setMechanism("PLAIN"), version);
                // The connection stays.
                SaslHandshakeResponseData again = client.ask(new SaslHandshakeRequestData().setMechanism(""), version);
                return first + " " + again;
            }
        });
        assertThat(answer).contains("errorCode=34");
    }

    private static ComponentData component(String kind, int matchType, String match) {
        return new ComponentData()
                .setEntityType(kind)
                .setMatchType((byte) matchType)
                .setMatch(match);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void quotasAreNoneAndFiltersAreChecked(int version) throws Exception {
        List<List<ComponentData>> filters = List.of(
                List.of(),
                List.of(component("user", 2, null)),
                List.of(component("user", 0, "alice"), component("client-id", 1, null)),
                List.of(component("ip", 0, "127.0.0.1")),
                List.of(component("ip", 0, "127.0.0.1"), component("user", 2, null)),
                List.of(component("user", 0, null)),
                List.of(component("user", 1, "alice")),
                List.of(component("user", 2, "alice")),
                List.of(component("user", 9, null)),
                List.of(component("", 2, null)),
                List.of(component("planet", 2, null)),
                List.of(component("user", 2, null), component("user", 2, null)));
        String answer = both.same("H.86", side -> {
            StringBuilder all = new StringBuilder();
            try (WireClient client = side.connect()) {
                for (List<ComponentData> filter : filters) {
                    DescribeClientQuotasResponseData quotas =
                            client.ask(new DescribeClientQuotasRequestData().setComponents(filter), version);
                    all.append(quotas.errorCode())
                            .append(' ')
                            .append(quotas.entries())
                            .append('\n');
                }
            }
            return all.toString();
        });
        assertThat(answer).startsWith("0 []").contains("42 null", "35 null");
    }

    @Test
    void usersAreNone() throws Exception {
        String answer = both.same("H.83", side -> {
            StringBuilder all = new StringBuilder();
            try (WireClient client = side.connect()) {
                for (List<UserName> users : java.util.Arrays.asList(
                        null,
                        List.<UserName>of(),
                        List.of(new UserName().setName("alice")),
                        List.of(new UserName().setName("bob"), new UserName().setName("bob")))) {
                    DescribeUserScramCredentialsResponseData answers =
                            client.ask(new DescribeUserScramCredentialsRequestData().setUsers(users), 0);
                    all.append(answers).append('\n');
                }
            }
            return all.toString();
        });
        assertThat(answer).contains("errorCode=91", "errorCode=92");
    }

    @Test
    void producersOfAPartitionAreShown() throws Exception {
        String answer = both.same("H.88", side -> {
            Topic topic = side.topic("produced", 2, java.util.Map.of());
            try (WireClient client = side.connect()) {
                InitProducerIdResponseData id = null;
                for (Deadline deadline = Deadline.inSeconds(10); deadline.goOn(); ) {
                    id = client.ask(
                            new InitProducerIdRequestData()
                                    .setTransactionTimeoutMs(60_000)
                                    .setTransactionalId(null),
                            4);
                    if (id.errorCode() != COORDINATOR_LOAD_IN_PROGRESS) {
                        break;
                    }
                }
                client.ask(Requests.produce(topic, 0, Batches.idempotent(id.producerId(), 0, 0, "a", "b", "c")), 9);
                TopicRequest there = new TopicRequest().setName(topic.name()).setPartitionIndexes(List.of(0, 1, 2));
                TopicRequest nowhere =
                        new TopicRequest().setName("nowhere").setPartitionIndexes(new ArrayList<>(List.of(0)));
                DescribeProducersRequestData request = new DescribeProducersRequestData();
                request.topics().add(there);
                request.topics().add(nowhere);
                DescribeProducersResponseData producers = client.ask(request, 0);
                return side.normal(producers)
                        .replace("producerId=" + id.producerId(), "producerId=ID")
                        .replaceAll("lastTimestamp=\\d+", "lastTimestamp=SOME")
                        .replaceAll("errorMessage=('[^']*'|null)", "errorMessage=SENTENCE");
            }
        });
        assertThat(answer).contains("lastSequence=2", "currentTxnStartOffset=-1", "errorCode=3");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void namesOfWhatCanBeConfiguredAreListed(int version) throws Exception {
        both.same("H.79", side -> {
            StringBuilder all = new StringBuilder();
            try (WireClient client = side.connect()) {
                for (List<Byte> types : List.of(
                        List.<Byte>of(), List.of((byte) 4), List.of((byte) 16), List.of((byte) 32), List.of((byte)
                                9))) {
                    if (version == 0 && !types.isEmpty()) {
                        continue;
                    }
                    ListConfigResourcesResponseData listed =
                            client.ask(new ListConfigResourcesRequestData().setResourceTypes(types), version);
                    all.append(types)
                            .append(listed.errorCode())
                            .append(StreamSupport.stream(
                                            listed.configResources().spliterator(), false)
                                    .filter(resource -> resource.resourceType() != 2)
                                    .map(resource -> resource.resourceType() + ":" + resource.resourceName())
                                    .sorted()
                                    .toList())
                            .append('\n');
                }
            }
            return all.toString();
        });
    }
}
