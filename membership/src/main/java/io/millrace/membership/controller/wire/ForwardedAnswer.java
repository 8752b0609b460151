package io.millrace.membership.controller.wire;

import io.millrace.membership.controller.ControllerCommand;
import io.millrace.membership.controller.ControllerError;
import io.millrace.membership.record.RecordCodecException;
import io.millrace.membership.record.RecordReader;
import io.millrace.membership.record.RecordWriter;

/**
 * What a node says to a {@link ForwardedCommand}.
 *
 * <p>Bytes: version 1, byte 0 done, 1 refused or 2 unknown; then for done {@code n} offset, kind, the outcome's fields; for
 * refused text error, text? message; for unknown text? message.
 *
 * <p>Thread: any.
 */
public sealed interface ForwardedAnswer {
    /** With the effective configs of thousands of topics; a sender that reads more has a broken peer. */
    int MAX_BYTES = 16 << 20;

    /** The outcome, which rests on everything committed up to this offset. */
    record Done(ControllerCommand<?> command, long offset, Object outcome) implements ForwardedAnswer {}

    /** Certainly nothing was done. */
    record Refused(ControllerError error, String message) implements ForwardedAnswer {}

    /** It was begun, and this node does not know how it ended. */
    record Unknown(String message) implements ForwardedAnswer {}

    default byte[] encode() {
        RecordWriter out = new RecordWriter();
        out.u8(ForwardedCommand.VERSION);
        if (this instanceof Done done) {
            out.u8(0);
            out.number(done.offset());
            CommandKind<?, ?> kind = CommandKind.of(done.command());
            out.u8(kind.id());
            kind.writeOutcome(out, done.outcome());
        } else if (this instanceof Refused refused) {
            out.u8(1);
            Fields.error(out, refused.error());
            out.nullableText(refused.message());
        } else if (this instanceof Unknown unknown) {
            out.u8(2);
            out.nullableText(unknown.message());
        }
        return out.toBytes();
    }

    /**
     * Reads the answer to a command.
     *
     * @throws RecordCodecException for bytes that are no answer to it
     */
    static ForwardedAnswer decode(ControllerCommand<?> command, byte[] bytes) {
        RecordReader in = ForwardedCommand.reader(bytes, MAX_BYTES);
        int type = in.u8();
        ForwardedAnswer answer;
        if (type == 0) {
            long offset = in.number();
            CommandKind<?, ?> kind = CommandKind.read(in);
            if (kind != CommandKind.of(command)) {
                throw new RecordCodecException("an answer to another kind of command: " + kind.id());
            }
            answer = new Done(command, offset, kind.readOutcome(in));
        } else if (type == 1) {
            answer = new Refused(Fields.error(in), in.nullableText());
        } else if (type == 2) {
            answer = new Unknown(in.nullableText());
        } else {
            throw new RecordCodecException("answers of type " + type + " are not known to this version");
        }
        ForwardedCommand.checkEnd(in);
        return answer;
    }
}
