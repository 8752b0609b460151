package io.millrace.membership.controller.wire;

import io.millrace.membership.QuorumDescription;
import io.millrace.membership.VoterChange;
import io.millrace.membership.config.ConfigEntry;
import io.millrace.membership.config.ConfigSource;
import io.millrace.membership.config.ConfigType;
import io.millrace.membership.controller.AllocateProducerIds;
import io.millrace.membership.controller.AlterConfigsOutcome;
import io.millrace.membership.controller.AlterPartition;
import io.millrace.membership.controller.BrokerHeartbeat;
import io.millrace.membership.controller.ChangeVoters;
import io.millrace.membership.controller.ControllerCommand;
import io.millrace.membership.controller.ControllerError;
import io.millrace.membership.controller.CreatePartitions;
import io.millrace.membership.controller.CreateTopics;
import io.millrace.membership.controller.DeleteTopics;
import io.millrace.membership.controller.DescribeQuorum;
import io.millrace.membership.controller.ElectLeaders;
import io.millrace.membership.controller.GiveUpReplicas;
import io.millrace.membership.controller.IncrementalAlterConfigs;
import io.millrace.membership.controller.IncrementalAlterConfigs.Operation;
import io.millrace.membership.controller.LegacyAlterConfigs;
import io.millrace.membership.controller.NamedValue;
import io.millrace.membership.controller.ReassignPartitions;
import io.millrace.membership.controller.RegisterBroker;
import io.millrace.membership.controller.UnregisterBroker;
import io.millrace.membership.record.Listener;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/** One of every command and of every outcome, with everything that may be missing once there and once not. */
final class WireSamples {
    private static final UUID ID = new UUID(1, 2);

    record Sample(ControllerCommand<?> command, Object outcome) {}

    private WireSamples() {}

    static List<Sample> all() {
        List<ConfigEntry> configs = List.of(new ConfigEntry(
                "retention.ms",
                "5",
                ConfigSource.DYNAMIC_TOPIC,
                false,
                true,
                ConfigType.LONG,
                null,
                List.of(new ConfigEntry.Synonym("log.retention.ms", null, ConfigSource.DEFAULT))));
        return List.of(
                new Sample(
                        new CreateTopics(
                                List.of(
                                        new CreateTopics.NewTopic(
                                                "a",
                                                -1,
                                                (short) -1,
                                                List.of(new CreateTopics.Assignment(0, List.of(1, 2))),
                                                List.of(new NamedValue("k", null))),
                                        new CreateTopics.NewTopic("b", 3, (short) 2, List.of(), List.of())),
                                true),
                        new CreateTopics.Outcome(List.of(
                                new CreateTopics.Result("a", ID, ControllerError.NONE, null, 1, (short) 2, configs),
                                new CreateTopics.Result(
                                        "b",
                                        null,
                                        ControllerError.TOPIC_ALREADY_EXISTS,
                                        "is there",
                                        -1,
                                        (short) -1,
                                        List.of()),
                                new CreateTopics.Result("c", ID, ControllerError.NONE, null, 1, (short) 2, configs)))),
                new Sample(
                        new DeleteTopics(List.of(DeleteTopics.Target.named("a"), DeleteTopics.Target.withId(ID))),
                        new DeleteTopics.Outcome(List.of(
                                new DeleteTopics.Result("a", null, ControllerError.TOPIC_DELETION_DISABLED, "off"),
                                new DeleteTopics.Result(null, ID, ControllerError.NONE, null)))),
                new Sample(
                        new CreatePartitions(
                                List.of(
                                        new CreatePartitions.Growth("a", 3, List.of(List.of(1), List.of(2, 1))),
                                        new CreatePartitions.Growth("b", 4, null)),
                                false),
                        new CreatePartitions.Outcome(
                                List.of(new CreatePartitions.Result("a", ControllerError.NONE, null)))),
                new Sample(
                        new IncrementalAlterConfigs(
                                List.of(new IncrementalAlterConfigs.Resource(
                                        (byte) 2,
                                        "a",
                                        List.of(
                                                new IncrementalAlterConfigs.Change("k", Operation.APPEND, "v"),
                                                new IncrementalAlterConfigs.Change("k", null, null)))),
                                true),
                        new AlterConfigsOutcome(List.of(
                                new AlterConfigsOutcome.Result((byte) -3, "a", ControllerError.INVALID_CONFIG, "m")))),
                new Sample(
                        new LegacyAlterConfigs(
                                List.of(new LegacyAlterConfigs.Resource(
                                        (byte) 4, "", List.of(new NamedValue("k", "v")))),
                                false),
                        new AlterConfigsOutcome(
                                List.of(new AlterConfigsOutcome.Result((byte) 4, "", ControllerError.NONE, null)))),
                new Sample(
                        new AllocateProducerIds(1, 77),
                        new AllocateProducerIds.Outcome(ControllerError.NONE, null, 3000, 1000)),
                new Sample(
                        new RegisterBroker(
                                "c",
                                3,
                                ID,
                                List.of(new Listener("L", "::1", 9092, "PLAINTEXT")),
                                "r",
                                List.of(ID, ID),
                                -1),
                        new RegisterBroker.Outcome(ControllerError.DUPLICATE_BROKER_REGISTRATION, "lives", -1)),
                new Sample(new UnregisterBroker(9), new UnregisterBroker.Outcome(ControllerError.NONE, null)),
                new Sample(
                        new BrokerHeartbeat(2, 5, 1L << 40, false, true, List.of(ID)),
                        new BrokerHeartbeat.Outcome(ControllerError.NONE, null, true, false, true)),
                new Sample(
                        new AlterPartition(
                                1,
                                8,
                                List.of(new AlterPartition.Partition(
                                        ID, 4, 5, 6, List.of(new AlterPartition.IsrMember(1, -1)), (byte) 1))),
                        new AlterPartition.Outcome(
                                ControllerError.NONE,
                                null,
                                List.of(new AlterPartition.Result(
                                        ID, 4, ControllerError.NONE, 1, 5, List.of(1, 2), (byte) 0, 7)))),
                new Sample(
                        new ElectLeaders(true, Arrays.asList(new ElectLeaders.Partition("a", 1))),
                        new ElectLeaders.Outcome(List.of(
                                new ElectLeaders.Result("a", 1, ControllerError.ELECTION_NOT_NEEDED, "leads")))),
                new Sample(new ElectLeaders(false, null), new ElectLeaders.Outcome(List.of())),
                new Sample(
                        new ReassignPartitions(
                                List.of(
                                        new ReassignPartitions.Target("a", 0, List.of(3, 1)),
                                        new ReassignPartitions.Target("a", 1, null)),
                                true),
                        new ReassignPartitions.Outcome(List.of(new ReassignPartitions.Result(
                                "a", 1, ControllerError.NO_REASSIGNMENT_IN_PROGRESS, null)))),
                new Sample(
                        new GiveUpReplicas(2, 5, List.of(new GiveUpReplicas.Partition(ID, 3))),
                        new GiveUpReplicas.Outcome(ControllerError.STALE_BROKER_EPOCH, "5")),
                new Sample(
                        new DescribeQuorum(),
                        new QuorumDescription(
                                1,
                                9,
                                70,
                                List.of(new QuorumDescription.Replica(1, ID, 70, 0, 0)),
                                List.of(new QuorumDescription.Replica(4, null, -1, -1, -1)))),
                new Sample(
                        new ChangeVoters(new VoterChange.Add(3, ID)),
                        new ChangeVoters.Outcome(ControllerError.DUPLICATE_VOTER, "it is one")));
    }
}
