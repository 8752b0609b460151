package io.millrace.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.ListConfigResourcesOptions;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Section H of the compatibility list: settings of single groups (resource type 32), beside Kafka: what there is, where it comes
 * from, what is refused.
 *
 * <p>Thread: the test's.
 */
@Tag("full")
@ExtendWith(BothBrokers.Fixture.class)
class GroupConfigsTest {
    private static final byte GROUP = 32;
    private static final byte SET = 0;
    private static final byte DELETE = 1;
    private static final byte APPEND = 2;
    private static final byte SUBTRACT = 3;

    private final BothBrokers both;

    GroupConfigsTest(BothBrokers both) {
        this.both = both;
    }

    private record Change(byte operation, String name, String value) {}

    private static String described(Side side, WireClient client, String group, List<String> keys, int version)
            throws Exception {
        DescribeConfigsRequestData request = new DescribeConfigsRequestData()
                .setIncludeSynonyms(true)
                .setResources(List.of(new DescribeConfigsResource()
                        .setResourceType(GROUP)
                        .setResourceName(group)
                        .setConfigurationKeys(keys)));
        DescribeConfigsResponseData answer = client.ask(request, version);
        return answer.results().get(0).errorCode() + " "
                + String.join(
                        "\n",
                        new TreeSet<>(answer.results().get(0).configs().stream()
                                .map(row -> side.normal(row).replaceAll("documentation=.*", ""))
                                .toList()));
    }

    private static String altered(WireClient client, String group, int version, boolean validateOnly, Change... changes)
            throws Exception {
        IncrementalAlterConfigsRequestData.AlterableConfigCollection configs =
                new IncrementalAlterConfigsRequestData.AlterableConfigCollection();
        for (Change change : changes) {
            configs.add(new IncrementalAlterConfigsRequestData.AlterableConfig()
                    .setName(change.name())
                    .setConfigOperation(change.operation())
                    .setValue(change.value()));
        }
        IncrementalAlterConfigsRequestData request =
                new IncrementalAlterConfigsRequestData().setValidateOnly(validateOnly);
        request.resources()
                .add(new IncrementalAlterConfigsRequestData.AlterConfigsResource()
                        .setResourceType(GROUP)
                        .setResourceName(group)
                        .setConfigs(configs));
        IncrementalAlterConfigsResponseData answer = client.ask(request, version);
        return Arrays.toString(changes) + " " + answer.responses().get(0).errorCode();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void whatAGroupHasWithoutBeingTold(int version) throws Exception {
        String answer = both.same("H.79", side -> {
            try (WireClient client = side.connect()) {
                return String.join(
                        "\n",
                        described(side, client, "no such group", null, version),
                        described(side, client, "", null, version),
                        described(side, client, "g", List.of("share.isolation.level", "nonsense"), version));
            }
        });
        assertThat(answer).contains("consumer.session.timeout.ms", "streams.assignor.name");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void settingsAreTakenOrRefusedAlike(int version) throws Exception {
        List<Change> changes = new ArrayList<>();
        Map<String, List<String>> values = Map.ofEntries(
                Map.entry(
                        "consumer.session.timeout.ms",
                        List.of("50000", "45000", "60000", "44999", "60001", "x", "-1", "")),
                Map.entry("consumer.heartbeat.interval.ms", List.of("15000", "5000 ", "4999", "15001", "0")),
                Map.entry("consumer.assignment.interval.ms", List.of("0", "15000", "15001", "-1")),
                Map.entry("consumer.assignor.offload.enable", List.of("false", "maybe")),
                Map.entry("share.session.timeout.ms", List.of("44999", "60000")),
                Map.entry("share.heartbeat.interval.ms", List.of("15001", "5001")),
                Map.entry("share.assignment.interval.ms", List.of("15001", "1")),
                Map.entry("share.record.lock.duration.ms", List.of("999", "14999", "15000", "60001")),
                Map.entry("share.delivery.count.limit", List.of("1", "2", "10", "11")),
                Map.entry("share.partition.max.record.locks", List.of("99", "100", "4000", "4001")),
                Map.entry(
                        "share.auto.offset.reset",
                        List.of("earliest", "latest", "none", "by_duration:PT1H", "by_duration:-PT1H", "by_duration:")),
                Map.entry("share.isolation.level", List.of("read_committed", "READ_COMMITTED")),
                Map.entry("share.renew.acknowledge.enable", List.of("false", "0")),
                Map.entry("errors.deadletterqueue.topic.name", List.of("dead", "__dead", "")),
                Map.entry("errors.deadletterqueue.copy.record.enable", List.of("true")),
                Map.entry("streams.session.timeout.ms", List.of("60001", "45001")),
                Map.entry("streams.heartbeat.interval.ms", List.of("4999", "6000")),
                Map.entry("streams.num.standby.replicas", List.of("3", "2", "-1")),
                Map.entry("streams.initial.rebalance.delay.ms", List.of("-1", "0")),
                Map.entry("streams.rack.aware.assignment.tags", List.of("zone,rack", "zone,zone")),
                Map.entry("streams.task.offset.interval.ms", List.of("0", "20000")),
                Map.entry("streams.acceptable.recovery.lag", List.of("-1", "1")),
                Map.entry("group.consumer.session.timeout.ms", List.of("50000")),
                Map.entry("retention.ms", List.of("1")),
                Map.entry("nonsense", List.of("1")));
        values.forEach((name, wanted) -> {
            wanted.forEach(value -> changes.add(new Change(SET, name, value)));
            changes.add(new Change(APPEND, name, "1"));
            changes.add(new Change(SUBTRACT, name, "1"));
            changes.add(new Change(SET, name, null));
        });
        String answer = both.same("H.80", side -> {
            StringBuilder answers = new StringBuilder();
            String group = side.uniqueName("altered");
            try (WireClient client = side.connect()) {
                for (Change change : changes) {
                    answers.append(altered(client, group, version, false, change))
                            .append('\n');
                }
                answers.append(altered(client, "", version, false, changes.get(0)))
                        .append('\n');
                answers.append(altered(
                                client, group, version, true, new Change(SET, "share.delivery.count.limit", "3")))
                        .append('\n');
                await(side, client, group, "streams.num.standby.replicas", "value='2'");
                answers.append(described(side, client, group, null, 4)).append('\n');
                for (String name : new TreeSet<>(values.keySet())) {
                    answers.append(altered(client, group, version, false, new Change(DELETE, name, null)))
                            .append('\n');
                }
                await(side, client, group, "streams.num.standby.replicas", "value='0'");
                answers.append(described(side, client, group, null, 4));
            }
            return answers.toString();
        });
        assertThat(answer).contains(" 0\n", " 40\n", " 42\n");
    }

    /** A broker learns of what the controller has taken a moment later. */
    private static void await(Side side, WireClient client, String group, String name, String wanted) throws Exception {
        for (Deadline deadline = Deadline.inSeconds(10); deadline.goOn(); ) {
            if (described(side, client, group, List.of(name), 4).contains(wanted)) {
                return;
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void theOldWayReplacesAll(int version) throws Exception {
        both.same("H.80", side -> {
            StringBuilder answers = new StringBuilder();
            String group = side.uniqueName("replaced");
            try (WireClient client = side.connect()) {
                for (String name : List.of("consumer.session.timeout.ms", "share.delivery.count.limit", "nonsense")) {
                    AlterConfigsRequestData.AlterableConfigCollection configs =
                            new AlterConfigsRequestData.AlterableConfigCollection();
                    configs.add(new AlterConfigsRequestData.AlterableConfig()
                            .setName(name)
                            .setValue(name.startsWith("share") ? "7" : "50000"));
                    AlterConfigsRequestData request = new AlterConfigsRequestData();
                    request.resources()
                            .add(new AlterConfigsRequestData.AlterConfigsResource()
                                    .setResourceType(GROUP)
                                    .setResourceName(group)
                                    .setConfigs(configs));
                    AlterConfigsResponseData answer = client.ask(request, version);
                    answers.append(answer.responses().get(0).errorCode()).append(' ');
                }
                await(side, client, group, "share.delivery.count.limit", "value='7'");
                return answers + described(side, client, group, null, 4);
            }
        });
    }

    @Test
    void groupsWithSettingsAreListed() throws Exception {
        String answer = both.same("H.79", side -> {
            String group = side.uniqueName("listed");
            try (WireClient client = side.connect()) {
                altered(client, group, 1, false, new Change(SET, "share.delivery.count.limit", "6"));
                await(side, client, group, "share.delivery.count.limit", "value='6'");
                List<String> there = names(side, group);
                altered(client, group, 1, false, new Change(DELETE, "share.delivery.count.limit", null));
                await(side, client, group, "share.delivery.count.limit", "value='5'");
                return there + " " + names(side, group);
            }
        });
        assertThat(answer).isEqualTo("[listed] []");
    }

    private static List<String> names(Side side, String group) throws Exception {
        return side
                .admin()
                .listConfigResources(Set.of(ConfigResource.Type.GROUP), new ListConfigResourcesOptions())
                .all()
                .get()
                .stream()
                .flatMap(resource -> Stream.of(resource.name()))
                .filter(group::equals)
                .map(side::normal)
                .toList();
    }
}
