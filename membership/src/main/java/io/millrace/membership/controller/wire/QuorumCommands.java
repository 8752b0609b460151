package io.millrace.membership.controller.wire;

import io.millrace.membership.QuorumDescription;
import io.millrace.membership.VoterChange;
import io.millrace.membership.controller.ChangeVoters;
import io.millrace.membership.controller.DescribeQuorum;
import io.millrace.membership.record.RecordCodecException;
import io.millrace.membership.record.RecordReader;
import io.millrace.membership.record.RecordWriter;
import java.util.UUID;

/**
 * What is asked about the quorum itself, field by field.
 *
 * <p>Thread: any; has no state.
 */
final class QuorumCommands {
    private static final int ADD = 1;
    private static final int REMOVE = 2;

    private QuorumCommands() {}

    /** It has no fields. */
    static void write(RecordWriter out, DescribeQuorum command) {}

    static DescribeQuorum readDescribe(RecordReader in) {
        return new DescribeQuorum();
    }

    static void write(RecordWriter out, ChangeVoters command) {
        VoterChange change = command.change();
        out.number(change instanceof VoterChange.Add ? ADD : REMOVE);
        out.number(change.nodeId());
        Fields.nullableId(out, change.directoryId());
    }

    static ChangeVoters readChange(RecordReader in) {
        int kind = in.int32();
        int node = in.int32();
        UUID directory = Fields.nullableId(in);
        if (directory == null || (kind != ADD && kind != REMOVE)) {
            throw new RecordCodecException("no change of voters: " + kind + " of node " + node);
        }
        return new ChangeVoters(
                kind == ADD ? new VoterChange.Add(node, directory) : new VoterChange.Remove(node, directory));
    }

    static void write(RecordWriter out, ChangeVoters.Outcome outcome) {
        Fields.error(out, outcome.error());
        out.nullableText(outcome.message());
    }

    static ChangeVoters.Outcome readChanged(RecordReader in) {
        return new ChangeVoters.Outcome(Fields.error(in), in.nullableText());
    }

    static void write(RecordWriter out, QuorumDescription description) {
        out.number(description.leaderId());
        out.number(description.epoch());
        out.number(description.highWatermark());
        Fields.list(out, description.voters(), QuorumCommands::write);
        Fields.list(out, description.observers(), QuorumCommands::write);
    }

    static QuorumDescription readDescribed(RecordReader in) {
        return new QuorumDescription(
                in.int32(),
                in.int32(),
                in.number(),
                Fields.list(in, QuorumCommands::readReplica),
                Fields.list(in, QuorumCommands::readReplica));
    }

    private static void write(RecordWriter out, QuorumDescription.Replica replica) {
        out.number(replica.nodeId());
        Fields.nullableId(out, replica.directoryId());
        out.number(replica.endOffset());
        out.number(replica.sinceFetchMs());
        out.number(replica.sinceCaughtUpMs());
    }

    private static QuorumDescription.Replica readReplica(RecordReader in) {
        return new QuorumDescription.Replica(in.int32(), Fields.nullableId(in), in.number(), in.number(), in.number());
    }
}
