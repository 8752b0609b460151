package io.millrace.membership.controller.wire;

import io.millrace.membership.config.ConfigEntry;
import io.millrace.membership.controller.CreatePartitions;
import io.millrace.membership.controller.CreateTopics;
import io.millrace.membership.controller.DeleteTopics;
import io.millrace.membership.controller.NamedValue;
import io.millrace.membership.record.RecordReader;
import io.millrace.membership.record.RecordWriter;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * What makes topics, grows them and deletes them, field by field.
 *
 * <p>Thread: any; has no state.
 */
final class TopicCommands {
    private TopicCommands() {}

    static void write(RecordWriter out, CreateTopics command) {
        Fields.list(out, command.topics(), (to, topic) -> {
            to.text(topic.name());
            to.number(topic.partitions());
            to.number(topic.replicationFactor());
            Fields.list(to, topic.assignments(), (next, assignment) -> {
                next.number(assignment.partition());
                Fields.ints(next, assignment.brokers());
            });
            Fields.list(to, topic.configs(), TopicCommands::write);
        });
        out.bool(command.validateOnly());
    }

    static CreateTopics readCreate(RecordReader in) {
        return new CreateTopics(
                Fields.list(
                        in,
                        from -> new CreateTopics.NewTopic(
                                from.text(),
                                from.int32(),
                                Fields.int16(from),
                                Fields.list(from, next -> new CreateTopics.Assignment(next.int32(), Fields.ints(next))),
                                Fields.list(from, TopicCommands::readNamedValue))),
                in.bool());
    }

    static void write(RecordWriter out, NamedValue config) {
        out.text(config.name());
        out.nullableText(config.value());
    }

    static NamedValue readNamedValue(RecordReader in) {
        return new NamedValue(in.text(), in.nullableText());
    }

    /** Topics of one request mostly share their list of configs, which is by far the largest part: each is written once. */
    static void write(RecordWriter out, CreateTopics.Outcome outcome) {
        Map<List<ConfigEntry>, Integer> numbers = new IdentityHashMap<>();
        List<List<ConfigEntry>> distinct = new ArrayList<>();
        for (CreateTopics.Result result : outcome.topics()) {
            if (numbers.putIfAbsent(result.configs(), distinct.size()) == null) {
                distinct.add(result.configs());
            }
        }
        Fields.list(out, distinct, (to, entries) -> {
            // Makes an empty list as long as the least item.
            to.u8(0);
            Fields.list(to, entries, ConfigCommands::write);
        });
        Fields.list(out, outcome.topics(), (to, result) -> {
            to.text(result.name());
            Fields.nullableId(to, result.topicId());
            Fields.error(to, result.error());
            to.nullableText(result.message());
            to.number(result.partitions());
            to.number(result.replicationFactor());
            to.number(numbers.get(result.configs()));
        });
    }

    static CreateTopics.Outcome readCreated(RecordReader in) {
        List<List<ConfigEntry>> distinct = Fields.list(in, from -> {
            from.u8();
            return Fields.list(from, ConfigCommands::readEntry);
        });
        return new CreateTopics.Outcome(Fields.list(
                in,
                from -> new CreateTopics.Result(
                        from.text(),
                        Fields.nullableId(from),
                        Fields.error(from),
                        from.nullableText(),
                        from.int32(),
                        Fields.int16(from),
                        Fields.at(distinct, from.int32()))));
    }

    static void write(RecordWriter out, DeleteTopics command) {
        Fields.list(out, command.targets(), (to, target) -> {
            to.nullableText(target.name());
            Fields.nullableId(to, target.id());
        });
    }

    static DeleteTopics readDelete(RecordReader in) {
        return new DeleteTopics(
                Fields.list(in, from -> new DeleteTopics.Target(from.nullableText(), Fields.nullableId(from))));
    }

    static void write(RecordWriter out, DeleteTopics.Outcome outcome) {
        Fields.list(out, outcome.topics(), (to, result) -> {
            to.nullableText(result.name());
            Fields.nullableId(to, result.topicId());
            Fields.error(to, result.error());
            to.nullableText(result.message());
        });
    }

    static DeleteTopics.Outcome readDeleted(RecordReader in) {
        return new DeleteTopics.Outcome(Fields.list(
                in,
                from -> new DeleteTopics.Result(
                        from.nullableText(), Fields.nullableId(from), Fields.error(from), from.nullableText())));
    }

    static void write(RecordWriter out, CreatePartitions command) {
        Fields.list(out, command.topics(), (to, growth) -> {
            to.text(growth.topic());
            to.number(growth.totalPartitions());
            Fields.nullableList(to, growth.assignments(), (next, brokers) -> {
                next.u8(0);
                Fields.ints(next, brokers);
            });
        });
        out.bool(command.validateOnly());
    }

    static CreatePartitions readGrow(RecordReader in) {
        return new CreatePartitions(
                Fields.list(
                        in,
                        from -> new CreatePartitions.Growth(
                                from.text(), from.int32(), Fields.nullableList(from, next -> {
                                    next.u8();
                                    return Fields.ints(next);
                                }))),
                in.bool());
    }

    static void write(RecordWriter out, CreatePartitions.Outcome outcome) {
        Fields.list(out, outcome.topics(), (to, result) -> {
            to.text(result.topic());
            Fields.error(to, result.error());
            to.nullableText(result.message());
        });
    }

    static CreatePartitions.Outcome readGrown(RecordReader in) {
        return new CreatePartitions.Outcome(Fields.list(
                in, from -> new CreatePartitions.Result(from.text(), Fields.error(from), from.nullableText())));
    }
}
