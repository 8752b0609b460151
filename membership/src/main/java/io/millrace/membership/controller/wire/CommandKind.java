package io.millrace.membership.controller.wire;

import io.millrace.membership.QuorumDescription;
import io.millrace.membership.controller.AllocateProducerIds;
import io.millrace.membership.controller.AlterConfigsOutcome;
import io.millrace.membership.controller.AlterPartition;
import io.millrace.membership.controller.BrokerHeartbeat;
import io.millrace.membership.controller.ChangeVoters;
import io.millrace.membership.controller.ControllerCommand;
import io.millrace.membership.controller.CreatePartitions;
import io.millrace.membership.controller.CreateTopics;
import io.millrace.membership.controller.DeleteTopics;
import io.millrace.membership.controller.DescribeQuorum;
import io.millrace.membership.controller.ElectLeaders;
import io.millrace.membership.controller.GiveUpReplicas;
import io.millrace.membership.controller.IncrementalAlterConfigs;
import io.millrace.membership.controller.LegacyAlterConfigs;
import io.millrace.membership.controller.ReassignPartitions;
import io.millrace.membership.controller.RegisterBroker;
import io.millrace.membership.controller.UnregisterBroker;
import io.millrace.membership.record.RecordCodecException;
import io.millrace.membership.record.RecordReader;
import io.millrace.membership.record.RecordWriter;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * Every kind of command with its number, which is never given to another, and how it and its outcome are written.
 *
 * <p>Thread: any.
 */
final class CommandKind<C extends ControllerCommand<R>, R> {
    private static final CommandKind<?, ?>[] KINDS = {
        new CommandKind<>(
                1,
                CreateTopics.class,
                TopicCommands::write,
                TopicCommands::readCreate,
                CreateTopics.Outcome.class,
                TopicCommands::write,
                TopicCommands::readCreated),
        new CommandKind<>(
                2,
                DeleteTopics.class,
                TopicCommands::write,
                TopicCommands::readDelete,
                DeleteTopics.Outcome.class,
                TopicCommands::write,
                TopicCommands::readDeleted),
        new CommandKind<>(
                3,
                CreatePartitions.class,
                TopicCommands::write,
                TopicCommands::readGrow,
                CreatePartitions.Outcome.class,
                TopicCommands::write,
                TopicCommands::readGrown),
        new CommandKind<>(
                4,
                IncrementalAlterConfigs.class,
                ConfigCommands::write,
                ConfigCommands::readIncremental,
                AlterConfigsOutcome.class,
                ConfigCommands::write,
                ConfigCommands::readAltered),
        new CommandKind<>(
                5,
                LegacyAlterConfigs.class,
                ConfigCommands::write,
                ConfigCommands::readLegacy,
                AlterConfigsOutcome.class,
                ConfigCommands::write,
                ConfigCommands::readAltered),
        new CommandKind<>(
                6,
                AllocateProducerIds.class,
                BrokerCommands::write,
                BrokerCommands::readAllocate,
                AllocateProducerIds.Outcome.class,
                BrokerCommands::write,
                BrokerCommands::readAllocated),
        new CommandKind<>(
                7,
                RegisterBroker.class,
                BrokerCommands::write,
                BrokerCommands::readRegister,
                RegisterBroker.Outcome.class,
                BrokerCommands::write,
                BrokerCommands::readRegistered),
        new CommandKind<>(
                8,
                UnregisterBroker.class,
                BrokerCommands::write,
                BrokerCommands::readUnregister,
                UnregisterBroker.Outcome.class,
                BrokerCommands::write,
                BrokerCommands::readUnregistered),
        new CommandKind<>(
                9,
                BrokerHeartbeat.class,
                BrokerCommands::write,
                BrokerCommands::readHeartbeat,
                BrokerHeartbeat.Outcome.class,
                BrokerCommands::write,
                BrokerCommands::readHeard),
        new CommandKind<>(
                10,
                AlterPartition.class,
                PartitionCommands::write,
                PartitionCommands::readAlter,
                AlterPartition.Outcome.class,
                PartitionCommands::write,
                PartitionCommands::readAltered),
        new CommandKind<>(
                11,
                ElectLeaders.class,
                PartitionCommands::write,
                PartitionCommands::readElect,
                ElectLeaders.Outcome.class,
                PartitionCommands::write,
                PartitionCommands::readElected),
        new CommandKind<>(
                12,
                ReassignPartitions.class,
                PartitionCommands::write,
                PartitionCommands::readReassign,
                ReassignPartitions.Outcome.class,
                PartitionCommands::write,
                PartitionCommands::readReassigned),
        new CommandKind<>(
                13,
                DescribeQuorum.class,
                QuorumCommands::write,
                QuorumCommands::readDescribe,
                QuorumDescription.class,
                QuorumCommands::write,
                QuorumCommands::readDescribed),
        new CommandKind<>(
                14,
                GiveUpReplicas.class,
                BrokerCommands::write,
                BrokerCommands::readGiveUp,
                GiveUpReplicas.Outcome.class,
                BrokerCommands::write,
                BrokerCommands::readGivenUp),
        new CommandKind<>(
                15,
                ChangeVoters.class,
                QuorumCommands::write,
                QuorumCommands::readChange,
                ChangeVoters.Outcome.class,
                QuorumCommands::write,
                QuorumCommands::readChanged),
    };

    private final int id;
    private final Class<C> command;
    private final BiConsumer<RecordWriter, C> writeCommand;
    private final Function<RecordReader, C> readCommand;
    private final Class<R> outcome;
    private final BiConsumer<RecordWriter, R> writeOutcome;
    private final Function<RecordReader, R> readOutcome;

    private CommandKind(
            int id,
            Class<C> command,
            BiConsumer<RecordWriter, C> writeCommand,
            Function<RecordReader, C> readCommand,
            Class<R> outcome,
            BiConsumer<RecordWriter, R> writeOutcome,
            Function<RecordReader, R> readOutcome) {
        this.id = id;
        this.command = command;
        this.writeCommand = writeCommand;
        this.readCommand = readCommand;
        this.outcome = outcome;
        this.writeOutcome = writeOutcome;
        this.readOutcome = readOutcome;
    }

    static CommandKind<?, ?> of(ControllerCommand<?> command) {
        for (CommandKind<?, ?> kind : KINDS) {
            if (kind.command.isInstance(command)) {
                return kind;
            }
        }
        throw new IllegalStateException("no such command: " + command);
    }

    static CommandKind<?, ?> read(RecordReader in) {
        int id = in.u8();
        if (id < 1 || id > KINDS.length) {
            throw new RecordCodecException("command " + id + " is not known to this version");
        }
        return KINDS[id - 1];
    }

    int id() {
        return id;
    }

    void writeCommand(RecordWriter out, ControllerCommand<?> value) {
        writeCommand.accept(out, command.cast(value));
    }

    ControllerCommand<?> readCommand(RecordReader in) {
        return readCommand.apply(in);
    }

    void writeOutcome(RecordWriter out, Object value) {
        writeOutcome.accept(out, outcome.cast(value));
    }

    Object readOutcome(RecordReader in) {
        return readOutcome.apply(in);
    }
}
