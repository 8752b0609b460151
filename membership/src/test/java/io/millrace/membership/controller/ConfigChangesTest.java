package io.millrace.membership.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.membership.controller.IncrementalAlterConfigs.Change;
import io.millrace.membership.controller.IncrementalAlterConfigs.Operation;
import io.millrace.membership.record.ConfigResource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Altering configs; errors and texts as a Kafka 4.4 broker gives them. */
class ConfigChangesTest {
    private static final byte TOPIC = 2;
    private static final byte BROKER = 4;

    private final TestCluster cluster = TestCluster.of(1);

    @BeforeEach
    void aTopic() {
        cluster.create("t", 1, 1);
    }

    @Test
    void aConfigIsSetAndRemoved() {
        assertOk(alter(TOPIC, "t", new Change("retention.ms", Operation.SET, "1000")));
        assertThat(configs("t")).containsEntry("retention.ms", "1000");

        assertOk(alter(TOPIC, "t", new Change("retention.ms", Operation.DELETE, null)));
        assertThat(cluster.image.configs(ConfigResource.topic("t"))).isEmpty();
    }

    @Test
    void listsGrowFromTheirDefaultAndShrinkToNothing() {
        assertOk(alter(TOPIC, "t", new Change("cleanup.policy", Operation.APPEND, "compact")));
        assertThat(configs("t")).containsEntry("cleanup.policy", "delete,compact");
        assertOk(alter(TOPIC, "t", new Change("cleanup.policy", Operation.APPEND, "compact")));
        assertThat(configs("t")).containsEntry("cleanup.policy", "delete,compact");
        assertOk(alter(TOPIC, "t", new Change("cleanup.policy", Operation.SUBTRACT, "delete")));
        assertThat(configs("t")).containsEntry("cleanup.policy", "compact");
        assertOk(alter(TOPIC, "t", new Change("cleanup.policy", Operation.SUBTRACT, "foo")));
        assertOk(alter(TOPIC, "t", new Change("cleanup.policy", Operation.SUBTRACT, "compact")));
        assertThat(configs("t")).containsEntry("cleanup.policy", "");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            nullValues = "null",
            value = {
                "2|t|retention.ms|SET|null|INVALID_REQUEST|Null value not supported for : retention.ms",
                "2|t|retention.ms|APPEND|5|INVALID_CONFIG|Can't APPEND to key retention.ms because its type is not LIST.",
                "2|t|retention.ms|SUBTRACT|5|INVALID_CONFIG|Can't SUBTRACT to key retention.ms because its type is not LIST.",
                "2|t|zzz|APPEND|5|INVALID_CONFIG|Can't APPEND to key zzz because its type is not LIST.",
                "2|t|zzz|SET|5|INVALID_CONFIG|Unknown topic config name: zzz",
                "2|t|retention.ms|SET|x|INVALID_CONFIG|Invalid value x for configuration retention.ms: Not a number of type LONG",
                "2|nope|retention.ms|SET|5|UNKNOWN_TOPIC_OR_PARTITION|The topic 'nope' does not exist.",
                "2|\"\"|retention.ms|SET|5|INVALID_REQUEST|Default topic resources are not allowed.",
                "2|a b|retention.ms|SET|5|INVALID_TOPIC_EXCEPTION|Topic name is invalid: 'a b' contains one or more characters"
                        + " other than ASCII alphanumerics, '.', '_' and '-'",
                "4|1|num.partitions|SET|3|INVALID_REQUEST|Cannot update these configs dynamically: [num.partitions]",
                "4|1|log.retention.ms|SET|x|INVALID_REQUEST|Invalid value x for configuration log.retention.ms:"
                        + " Not a number of type LONG",
                "4|\"\"|log.retention.ms|SET|x|INVALID_REQUEST|Invalid value x for configuration log.retention.ms:"
                        + " Not a number of type LONG",
                "4|1|message.max.bytes|APPEND|5|INVALID_CONFIG|Config value append is not allowed for config key:"
                        + " message.max.bytes",
                "4|1|min.insync.replicas|SET|2|INVALID_CONFIG|Broker-level min.insync.replicas cannot be altered while ELR is"
                        + " enabled.",
                "4|\"\"|min.insync.replicas|DELETE|null|INVALID_CONFIG|Cluster-level min.insync.replicas cannot be removed"
                        + " while ELR is enabled.",
                "4|x|log.retention.ms|SET|5|INVALID_REQUEST|Node id must be an integer, but it is: x",
                "4|7|log.retention.ms|SET|5|INVALID_REQUEST|No broker with id 7 is registered.",
                "99|t|retention.ms|SET|5|INVALID_REQUEST|Unexpected resource type UNKNOWN.",
            })
    void whatMayNotBeIsRefusedInKafkasWords(
            byte type,
            String resource,
            String name,
            Operation operation,
            String value,
            ControllerError error,
            String message) {
        AlterConfigsOutcome.Result result = alter(type, resource, new Change(name, operation, value));

        assertThat(result.error()).isEqualTo(error);
        assertThat(result.message()).isEqualTo(message);
    }

    @Test
    void removingWhatIsNotKnownIsNoError() {
        assertOk(alter(TOPIC, "t", new Change("zzz", Operation.DELETE, "")));
    }

    @Test
    void theSameConfigTwiceInOneRequestIsRefused() {
        AlterConfigsOutcome.Result result = alter(
                TOPIC,
                "t",
                new Change("retention.ms", Operation.SET, "1"),
                new Change("retention.ms", Operation.DELETE, null));

        assertThat(result.error()).isEqualTo(ControllerError.INVALID_REQUEST);
        assertThat(result.message()).isEqualTo("Error due to duplicate config keys");
    }

    @Test
    void theSameResourceTwiceInOneRequestIsRefused() {
        IncrementalAlterConfigs.Resource resource = new IncrementalAlterConfigs.Resource(
                TOPIC, "t", List.of(new Change("retention.ms", Operation.SET, "1")));

        AlterConfigsOutcome outcome = cluster.submit(new IncrementalAlterConfigs(List.of(resource, resource), false));

        assertThat(outcome.resources()).hasSize(2).allSatisfy(result -> assertThat(result.error())
                .isEqualTo(ControllerError.INVALID_REQUEST));
    }

    @Test
    void theChangesOfAResourceHoldTogether() {
        AlterConfigsOutcome.Result result = alter(
                TOPIC,
                "t",
                new Change("retention.ms", Operation.SET, "1"),
                new Change("segment.ms", Operation.SET, "x"));

        assertThat(result.error()).isEqualTo(ControllerError.INVALID_CONFIG);
        assertThat(cluster.image.configs(ConfigResource.topic("t"))).isEmpty();
    }

    @Test
    void aTrialChangesNothing() {
        AlterConfigsOutcome outcome = cluster.submit(new IncrementalAlterConfigs(
                List.of(new IncrementalAlterConfigs.Resource(
                        TOPIC, "t", List.of(new Change("retention.ms", Operation.SET, "1")))),
                true));

        assertOk(outcome.resources().get(0));
        assertThat(cluster.image.configs(ConfigResource.topic("t"))).isEmpty();
    }

    @Test
    void theOldRequestReplacesEverything() {
        assertOk(alter(TOPIC, "t", new Change("retention.ms", Operation.SET, "1000")));

        AlterConfigsOutcome outcome = cluster.submit(new LegacyAlterConfigs(
                List.of(new LegacyAlterConfigs.Resource(TOPIC, "t", List.of(new NamedValue("segment.ms", "5000")))),
                false));

        assertOk(outcome.resources().get(0));
        assertThat(cluster.image.configs(ConfigResource.topic("t"))).isEqualTo(Map.of("segment.ms", "5000"));
    }

    @Test
    void allBrokersTogetherAndOneAloneCanBeChanged() {
        assertOk(alter(BROKER, "", new Change("log.retention.ms", Operation.SET, "7")));
        assertOk(alter(BROKER, "1", new Change("message.max.bytes", Operation.SET, "2000")));
        assertOk(alter(BROKER, "", new Change("min.insync.replicas", Operation.SET, "2")));
        assertOk(alter(BROKER, "1", new Change("some.plugin", Operation.SET, "x")));

        assertThat(cluster.image.configs(ConfigResource.ALL_BROKERS))
                .containsEntry("log.retention.ms", "7")
                .containsEntry("min.insync.replicas", "2");
        assertThat(cluster.image.configs(ConfigResource.broker(1))).containsEntry("message.max.bytes", "2000");
    }

    @Test
    void aNewClusterHasItsMinimumInTheLog() {
        assertThat(cluster.image.configs(ConfigResource.ALL_BROKERS)).containsEntry("min.insync.replicas", "1");
        assertThat(cluster.image.features()).containsEntry(Features.METADATA, Features.FIRST_METADATA_LEVEL);
        assertThat(Features.unsupported(cluster.image)).isNull();
    }

    static IncrementalAlterConfigs set(byte type, String resource, String name, String value) {
        return new IncrementalAlterConfigs(
                List.of(new IncrementalAlterConfigs.Resource(
                        type, resource, List.of(new Change(name, Operation.SET, value)))),
                false);
    }

    private AlterConfigsOutcome.Result alter(byte type, String resource, Change... changes) {
        return cluster.submit(new IncrementalAlterConfigs(
                        List.of(new IncrementalAlterConfigs.Resource(type, resource, Arrays.asList(changes))), false))
                .resources()
                .get(0);
    }

    private Map<String, String> configs(String topic) {
        return Map.copyOf(cluster.image.configs(ConfigResource.topic(topic)));
    }

    private static void assertOk(AlterConfigsOutcome.Result result) {
        assertThat(result.error()).as(result.message()).isEqualTo(ControllerError.NONE);
    }
}
