package io.millrace.membership.controller.wire;

import io.millrace.membership.config.ConfigEntry;
import io.millrace.membership.config.ConfigSource;
import io.millrace.membership.config.ConfigType;
import io.millrace.membership.controller.AlterConfigsOutcome;
import io.millrace.membership.controller.IncrementalAlterConfigs;
import io.millrace.membership.controller.IncrementalAlterConfigs.Operation;
import io.millrace.membership.controller.LegacyAlterConfigs;
import io.millrace.membership.record.RecordCodecException;
import io.millrace.membership.record.RecordReader;
import io.millrace.membership.record.RecordWriter;

/**
 * What changes configs, field by field.
 *
 * <p>Thread: any; has no state.
 */
final class ConfigCommands {
    /** An operation that the request had wrong; refused later, in its own result. */
    private static final int NO_OPERATION = 255;

    private ConfigCommands() {}

    static void write(RecordWriter out, IncrementalAlterConfigs command) {
        Fields.list(out, command.resources(), (to, resource) -> {
            to.u8(resource.type());
            to.text(resource.name());
            Fields.list(to, resource.changes(), (next, change) -> {
                next.text(change.name());
                next.u8(
                        change.operation() == null
                                ? NO_OPERATION
                                : change.operation().ordinal());
                next.nullableText(change.value());
            });
        });
        out.bool(command.validateOnly());
    }

    static IncrementalAlterConfigs readIncremental(RecordReader in) {
        return new IncrementalAlterConfigs(
                Fields.list(
                        in,
                        from -> new IncrementalAlterConfigs.Resource(
                                (byte) from.u8(), from.text(), Fields.list(from, ConfigCommands::readChange))),
                in.bool());
    }

    private static IncrementalAlterConfigs.Change readChange(RecordReader in) {
        return new IncrementalAlterConfigs.Change(in.text(), Operation.fromId(in.u8()), in.nullableText());
    }

    static void write(RecordWriter out, LegacyAlterConfigs command) {
        Fields.list(out, command.resources(), (to, resource) -> {
            to.u8(resource.type());
            to.text(resource.name());
            Fields.list(to, resource.configs(), TopicCommands::write);
        });
        out.bool(command.validateOnly());
    }

    static LegacyAlterConfigs readLegacy(RecordReader in) {
        return new LegacyAlterConfigs(
                Fields.list(
                        in,
                        from -> new LegacyAlterConfigs.Resource(
                                (byte) from.u8(), from.text(), Fields.list(from, TopicCommands::readNamedValue))),
                in.bool());
    }

    static void write(RecordWriter out, AlterConfigsOutcome outcome) {
        Fields.list(out, outcome.resources(), (to, result) -> {
            to.u8(result.type());
            to.text(result.name());
            Fields.error(to, result.error());
            to.nullableText(result.message());
        });
    }

    static AlterConfigsOutcome readAltered(RecordReader in) {
        return new AlterConfigsOutcome(Fields.list(
                in,
                from -> new AlterConfigsOutcome.Result(
                        (byte) from.u8(), from.text(), Fields.error(from), from.nullableText())));
    }

    static void write(RecordWriter out, ConfigEntry entry) {
        out.text(entry.name());
        out.nullableText(entry.value());
        out.u8(entry.source().id());
        out.bool(entry.readOnly());
        out.bool(entry.sensitive());
        out.u8(entry.type().id());
        out.nullableText(entry.documentation());
        Fields.list(out, entry.synonyms(), (to, synonym) -> {
            to.text(synonym.name());
            to.nullableText(synonym.value());
            to.u8(synonym.source().id());
        });
    }

    static ConfigEntry readEntry(RecordReader in) {
        return new ConfigEntry(
                in.text(),
                in.nullableText(),
                readSource(in),
                in.bool(),
                in.bool(),
                readType(in),
                in.nullableText(),
                Fields.list(in, from -> new ConfigEntry.Synonym(from.text(), from.nullableText(), readSource(from))));
    }

    private static ConfigSource readSource(RecordReader in) {
        int id = in.u8();
        for (ConfigSource source : ConfigSource.values()) {
            if (source.id() == id) {
                return source;
            }
        }
        throw new RecordCodecException("config source " + id + " is not known to this version");
    }

    private static ConfigType readType(RecordReader in) {
        int id = in.u8();
        for (ConfigType type : ConfigType.values()) {
            if (type.id() == id) {
                return type;
            }
        }
        return ConfigType.UNKNOWN;
    }
}
