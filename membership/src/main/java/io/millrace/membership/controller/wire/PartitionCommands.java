package io.millrace.membership.controller.wire;

import io.millrace.membership.controller.AlterPartition;
import io.millrace.membership.controller.ElectLeaders;
import io.millrace.membership.controller.ReassignPartitions;
import io.millrace.membership.record.RecordReader;
import io.millrace.membership.record.RecordWriter;

/**
 * What concerns who leads, who is in sync and who holds a partition, field by field.
 *
 * <p>Thread: any; has no state.
 */
final class PartitionCommands {
    private PartitionCommands() {}

    static void write(RecordWriter out, AlterPartition command) {
        out.number(command.brokerId());
        out.number(command.brokerEpoch());
        Fields.list(out, command.partitions(), (to, partition) -> {
            to.id(partition.topicId());
            to.number(partition.partition());
            to.number(partition.leaderEpoch());
            to.number(partition.partitionEpoch());
            Fields.list(to, partition.isr(), (next, member) -> {
                next.number(member.brokerId());
                next.number(member.brokerEpoch());
            });
            to.u8(partition.recoveryState());
        });
    }

    static AlterPartition readAlter(RecordReader in) {
        return new AlterPartition(
                in.int32(),
                in.number(),
                Fields.list(
                        in,
                        from -> new AlterPartition.Partition(
                                from.id(),
                                from.int32(),
                                from.int32(),
                                from.int32(),
                                Fields.list(from, next -> new AlterPartition.IsrMember(next.int32(), next.number())),
                                (byte) from.u8())));
    }

    static void write(RecordWriter out, AlterPartition.Outcome outcome) {
        Fields.error(out, outcome.error());
        out.nullableText(outcome.message());
        Fields.list(out, outcome.partitions(), (to, result) -> {
            to.id(result.topicId());
            to.number(result.partition());
            Fields.error(to, result.error());
            to.number(result.leader());
            to.number(result.leaderEpoch());
            Fields.ints(to, result.isr());
            to.u8(result.recoveryState());
            to.number(result.partitionEpoch());
        });
    }

    static AlterPartition.Outcome readAltered(RecordReader in) {
        return new AlterPartition.Outcome(
                Fields.error(in),
                in.nullableText(),
                Fields.list(
                        in,
                        from -> new AlterPartition.Result(
                                from.id(),
                                from.int32(),
                                Fields.error(from),
                                from.int32(),
                                from.int32(),
                                Fields.ints(from),
                                (byte) from.u8(),
                                from.int32())));
    }

    static void write(RecordWriter out, ElectLeaders command) {
        out.bool(command.unclean());
        Fields.nullableList(out, command.partitions(), (to, partition) -> {
            to.text(partition.topic());
            to.number(partition.partition());
        });
    }

    static ElectLeaders readElect(RecordReader in) {
        return new ElectLeaders(
                in.bool(), Fields.nullableList(in, from -> new ElectLeaders.Partition(from.text(), from.int32())));
    }

    static void write(RecordWriter out, ElectLeaders.Outcome outcome) {
        Fields.list(out, outcome.partitions(), (to, result) -> {
            to.text(result.topic());
            to.number(result.partition());
            Fields.error(to, result.error());
            to.nullableText(result.message());
        });
    }

    static ElectLeaders.Outcome readElected(RecordReader in) {
        return new ElectLeaders.Outcome(Fields.list(
                in,
                from -> new ElectLeaders.Result(from.text(), from.int32(), Fields.error(from), from.nullableText())));
    }

    static void write(RecordWriter out, ReassignPartitions command) {
        Fields.list(out, command.partitions(), (to, target) -> {
            to.text(target.topic());
            to.number(target.partition());
            to.bool(target.replicas() != null);
            if (target.replicas() != null) {
                Fields.ints(to, target.replicas());
            }
        });
        out.bool(command.allowReplicationFactorChange());
    }

    static ReassignPartitions readReassign(RecordReader in) {
        return new ReassignPartitions(
                Fields.list(
                        in,
                        from -> new ReassignPartitions.Target(
                                from.text(), from.int32(), from.bool() ? Fields.ints(from) : null)),
                in.bool());
    }

    static void write(RecordWriter out, ReassignPartitions.Outcome outcome) {
        Fields.list(out, outcome.partitions(), (to, result) -> {
            to.text(result.topic());
            to.number(result.partition());
            Fields.error(to, result.error());
            to.nullableText(result.message());
        });
    }

    static ReassignPartitions.Outcome readReassigned(RecordReader in) {
        return new ReassignPartitions.Outcome(Fields.list(
                in,
                from -> new ReassignPartitions.Result(
                        from.text(), from.int32(), Fields.error(from), from.nullableText())));
    }
}
