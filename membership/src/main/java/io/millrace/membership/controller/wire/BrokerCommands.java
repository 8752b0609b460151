package io.millrace.membership.controller.wire;

import io.millrace.membership.controller.AllocateProducerIds;
import io.millrace.membership.controller.BrokerHeartbeat;
import io.millrace.membership.controller.GiveUpReplicas;
import io.millrace.membership.controller.RegisterBroker;
import io.millrace.membership.controller.UnregisterBroker;
import io.millrace.membership.record.Listener;
import io.millrace.membership.record.RecordReader;
import io.millrace.membership.record.RecordWriter;
import java.util.List;

/**
 * What brokers ask in their own name, field by field.
 *
 * <p>Thread: any; has no state.
 */
final class BrokerCommands {
    private BrokerCommands() {}

    static void write(RecordWriter out, RegisterBroker command) {
        out.text(command.clusterId());
        out.number(command.brokerId());
        out.id(command.incarnation());
        Fields.list(out, command.listeners(), (to, listener) -> {
            to.text(listener.name());
            to.text(listener.host());
            to.number(listener.port());
            to.text(listener.security());
        });
        out.nullableText(command.rack());
        out.ids(command.directories());
        out.number(command.previousBrokerEpoch());
    }

    static RegisterBroker readRegister(RecordReader in) {
        return new RegisterBroker(
                in.text(),
                in.int32(),
                in.id(),
                Fields.list(in, from -> new Listener(from.text(), from.text(), from.int32(), from.text())),
                in.nullableText(),
                List.of(in.ids()),
                in.number());
    }

    static void write(RecordWriter out, RegisterBroker.Outcome outcome) {
        Fields.error(out, outcome.error());
        out.nullableText(outcome.message());
        out.number(outcome.brokerEpoch());
    }

    static RegisterBroker.Outcome readRegistered(RecordReader in) {
        return new RegisterBroker.Outcome(Fields.error(in), in.nullableText(), in.number());
    }

    static void write(RecordWriter out, UnregisterBroker command) {
        out.number(command.brokerId());
    }

    static UnregisterBroker readUnregister(RecordReader in) {
        return new UnregisterBroker(in.int32());
    }

    static void write(RecordWriter out, UnregisterBroker.Outcome outcome) {
        Fields.error(out, outcome.error());
        out.nullableText(outcome.message());
    }

    static UnregisterBroker.Outcome readUnregistered(RecordReader in) {
        return new UnregisterBroker.Outcome(Fields.error(in), in.nullableText());
    }

    static void write(RecordWriter out, BrokerHeartbeat command) {
        out.number(command.brokerId());
        out.number(command.brokerEpoch());
        out.number(command.appliedOffset());
        out.bool(command.wantFence());
        out.bool(command.wantShutdown());
        out.ids(command.offlineDirectories());
    }

    static BrokerHeartbeat readHeartbeat(RecordReader in) {
        return new BrokerHeartbeat(in.int32(), in.number(), in.number(), in.bool(), in.bool(), List.of(in.ids()));
    }

    static void write(RecordWriter out, BrokerHeartbeat.Outcome outcome) {
        Fields.error(out, outcome.error());
        out.nullableText(outcome.message());
        out.bool(outcome.caughtUp());
        out.bool(outcome.fenced());
        out.bool(outcome.shouldShutdown());
    }

    static BrokerHeartbeat.Outcome readHeard(RecordReader in) {
        return new BrokerHeartbeat.Outcome(Fields.error(in), in.nullableText(), in.bool(), in.bool(), in.bool());
    }

    static void write(RecordWriter out, GiveUpReplicas command) {
        out.number(command.brokerId());
        out.number(command.brokerEpoch());
        Fields.list(out, command.partitions(), (to, partition) -> {
            to.id(partition.topicId());
            to.number(partition.partition());
        });
    }

    static GiveUpReplicas readGiveUp(RecordReader in) {
        return new GiveUpReplicas(
                in.int32(),
                in.number(),
                Fields.list(in, from -> new GiveUpReplicas.Partition(from.id(), from.int32())));
    }

    static void write(RecordWriter out, GiveUpReplicas.Outcome outcome) {
        Fields.error(out, outcome.error());
        out.nullableText(outcome.message());
    }

    static GiveUpReplicas.Outcome readGivenUp(RecordReader in) {
        return new GiveUpReplicas.Outcome(Fields.error(in), in.nullableText());
    }

    static void write(RecordWriter out, AllocateProducerIds command) {
        out.number(command.brokerId());
        out.number(command.brokerEpoch());
    }

    static AllocateProducerIds readAllocate(RecordReader in) {
        return new AllocateProducerIds(in.int32(), in.number());
    }

    static void write(RecordWriter out, AllocateProducerIds.Outcome outcome) {
        Fields.error(out, outcome.error());
        out.nullableText(outcome.message());
        out.number(outcome.firstProducerId());
        out.number(outcome.count());
    }

    static AllocateProducerIds.Outcome readAllocated(RecordReader in) {
        return new AllocateProducerIds.Outcome(Fields.error(in), in.nullableText(), in.number(), in.int32());
    }
}
